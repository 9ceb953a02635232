package registry

import (
	"context"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/systemuser"
)

// ClientJobReader reads the jobs in which clients are attached and detached.
type ClientJobReader interface {
	// ClientJobOf finds a job about clients of the organisation's.
	ClientJobOf(ctx context.Context, owner party.OrgNo, id models.ID) (bulk.Job, error)
	// ClientJobs lists the agent's jobs, newest first, at most limit.
	ClientJobs(ctx context.Context, agent models.ID, limit int) ([]bulk.Job, error)
}

// ClientsAtOnce is how many clients a job has at most that WorkClientJob carries
// out while somebody waits for it.
const ClientsAtOnce = bulkBatch

// maxSmallJobs is how many small jobs of one organisation begin in an hour.
const maxSmallJobs = 1000

// ClientChoice says which clients a job is about.
type ClientChoice struct {
	Kind    bulk.Kind     // bulk.Attach or bulk.Detach
	Clients []party.OrgNo // as chosen; one that is no client makes a row that fails
	// Match chooses instead all that can be attached, or are attached, and are
	// in the list.
	Match *ClientFilter
}

// StartClientJob stores a job that attaches clients to the agent system user of
// the actor's organisation, or detaches them, for WorkBulk to carry out. That
// the person is signed in surely and lately enough is asked here and not again:
// he has said what is to be done. What he may do is asked of each client as its
// turn comes, so that nothing is done in the name of one who has lost the power.
// Errors: Invalid, field clients, when none is chosen or too many are; those of
// AvailableClients; TooMany when bulk.MaxStarted have begun in this hour, or
// maxSmallJobs of ClientsAtOnce or fewer; Conflict bulk.too_many when
// bulk.MaxRunning of the organisation run, but for a small one; those of the policy.
func (r *Registry) StartClientJob(ctx context.Context, a models.Actor, id models.ID, choice ClientChoice) (bulk.Job, error) {
	if choice.Kind != bulk.Attach && choice.Kind != bulk.Detach {
		return bulk.Job{}, models.NewError(models.Invalid, models.CodeInvalid)
	}
	var j bulk.Job
	err := r.guard(ctx, a, clientAct(choice.Kind), userSubject(id), func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
		g, err := r.agent(ctx, tx, a, id)
		if err != nil {
			return change{}, err
		}
		chosen := choice.Clients
		if choice.Match != nil {
			if chosen, err = r.matching(ctx, tx, g, c, choice); err != nil {
				return change{}, err
			}
		}
		if err := clientsChosen(chosen); err != nil {
			return change{}, err
		}
		// Each leaves its rows behind for months, also one that is cancelled at once.
		// Small ones are one press each, and whoever takes a client away does not wait
		// for what others have started.
		name, most := "bulk:"+a.OrgNo, bulk.MaxStarted
		if len(chosen) <= ClientsAtOnce {
			name, most = "clients:"+a.OrgNo, maxSmallJobs
		}
		if err := r.count(ctx, tx, name, most, false); err != nil {
			return change{}, err
		}
		j, err = r.addClientJob(ctx, tx, a, g, choice.Kind, chosen, "")
		return jobStarted(j), err
	})
	return j, err
}

// clientAct is what it takes to start a job of the kind.
func clientAct(k bulk.Kind) policy.Action {
	if k == bulk.Detach {
		return policy.ClientsDetach
	}
	return policy.ClientsAttach
}

func clientsChosen(chosen []party.OrgNo) error {
	var f models.Faults
	switch {
	case len(chosen) == 0:
		f.Add("clients", "clients.none")
	case len(chosen) > bulk.MaxRows:
		f.Add("clients", "clients.many")
	}
	return f.Err()
}

// addClientJob stores a job of the actor's; rule is the one that wants it, if
// one does.
func (r *Registry) addClientJob(ctx context.Context, tx Tx, a models.Actor, g agent, kind bulk.Kind, chosen []party.OrgNo, rule models.ID) (bulk.Job, error) {
	n, err := tx.BulkRunning(ctx, g.Facilitator)
	switch {
	case err != nil:
		return bulk.Job{}, err
	case n >= bulk.MaxRunning && len(chosen) > ClientsAtOnce:
		return bulk.Job{}, models.NewError(models.Conflict, models.CodeJobsMany)
	}
	now := stored(r.Now())
	j := bulk.Job{
		ID: models.NewID(), Owner: g.Facilitator, Person: models.ID(a.ID), Level: a.Level, Agent: g.ID, Rule: rule, Kind: kind,
		Status: bulk.Running, Total: len(chosen), CreatedAt: now, Next: now,
	}
	rows := make([]bulk.Row, len(chosen))
	for i, client := range chosen {
		rows[i] = bulk.Row{Position: i, Customer: string(client), Status: bulk.RowWaiting, Next: now}
	}
	return j, tx.AddBulk(ctx, j, rows)
}

func jobStarted(j bulk.Job) change {
	detail := audit.Detail{"job": string(j.ID), "rows": strconv.Itoa(j.Total)}
	if j.Rule != "" {
		detail["rule"] = string(j.Rule)
	}
	return change{subject: userSubject(j.Agent), detail: detail}
}

// matching are the clients of the list that the job can be about, by number.
func (r *Registry) matching(ctx context.Context, tx Reader, g agent, c *catalog.Catalog, choice ClientChoice) ([]party.OrgNo, error) {
	walk := tx.ClientsAfter
	if choice.Kind == bulk.Detach {
		walk = tx.AttachedAfter
	}
	var out []party.OrgNo
	for one, err := range walk(ctx, g.Agent, "", r.Now()) {
		if err != nil {
			return nil, err
		}
		one.Lacks = one.serving().Lacks(c, g.needs)
		if choice.Match.holds(one) && (choice.Kind == bulk.Detach || one.Ready()) {
			out = append(out, one.Organisation.OrgNo)
		}
	}
	return out, nil
}

// WorkClientJob carries out a small job at once; one that is larger, and what is
// left after a fault of ours, is for WorkBulk.
func (r *Registry) WorkClientJob(ctx context.Context, j bulk.Job) error {
	if j.Total > ClientsAtOnce {
		return nil
	}
	return r.turnOf(ctx, j.ID, nil)
}

// RetryClientJob starts a job anew with the clients that failed in one of the
// organisation's. Errors: NotFound; Conflict when none failed, or the job runs;
// those of StartClientJob.
func (r *Registry) RetryClientJob(ctx context.Context, a models.Actor, id models.ID) (bulk.Job, error) {
	was, choice := bulk.Job{}, ClientChoice{}
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) (err error) {
		if was, err = tx.ClientJobOf(ctx, party.OrgNo(a.OrgNo), id); err != nil {
			return err
		}
		if was.Failed == 0 || was.Status == bulk.Running {
			return models.NewError(models.Conflict, models.CodeConflict)
		}
		rows, err := tx.BulkRows(ctx, id, bulk.RowFailed, -1, bulk.MaxRows)
		for _, row := range rows {
			choice.Clients = append(choice.Clients, party.OrgNo(row.Customer))
		}
		return err
	})
	if err != nil {
		return bulk.Job{}, err
	}
	choice.Kind = was.Kind
	return r.StartClientJob(ctx, a, was.Agent, choice)
}

// CancelClientJob cancels what waits of a job of the organisation's; what has
// been done stays. Again it changes nothing. Errors: NotFound; Conflict
// bulk.ended when the job is done.
func (r *Registry) CancelClientJob(ctx context.Context, a models.Actor, id models.ID) (bulk.Job, error) {
	var j bulk.Job
	err := r.guard(ctx, a, policy.ClientsCancel, bulkSubject(id), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		was, err := tx.ClientJobOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		if j, err = r.cancelJob(ctx, tx, was); err != nil || was.Status == bulk.Cancelled {
			return change{}, err
		}
		return change{subject: userSubject(was.Agent), detail: audit.Detail{"job": string(id), "rows": strconv.Itoa(was.Waiting())}}, nil
	})
	return j, err
}

// ClientJob is a job with some of its rows.
type ClientJob struct {
	Job    bulk.Job
	Agent  systemuser.SystemUser
	Person party.Person // who started it, or whose rule did
	Rows   []bulk.Row
	More   bool
	// CanStart: the reader may start such a job, as he is signed in now.
	CanStart bool
	// Clients are the organisations of the rows that are or were clients, and Names
	// the packages that they lacked.
	Clients map[party.OrgNo]party.Organisation
	Names   map[string]models.Text
}

// ClientJob finds a job of the organisation's with its rows after the position,
// those with the status if it is not empty, at most limit. Whoever may see the
// organisation's clients sees every job, whoever started it.
func (r *Registry) ClientJob(ctx context.Context, a models.Actor, id models.ID, status bulk.RowStatus, after, limit int) (ClientJob, error) {
	var v ClientJob
	err := r.read(ctx, a, policy.ClientRead, func(tx Reader, s policy.Standing, c *catalog.Catalog) (err error) {
		if v.Job, err = tx.ClientJobOf(ctx, party.OrgNo(a.OrgNo), id); err != nil {
			return err
		}
		if v.Agent, err = tx.SystemUserOf(ctx, v.Job.Owner, v.Job.Agent); err != nil {
			return err
		}
		persons, err := tx.Persons(ctx, []models.ID{v.Job.Person})
		if err != nil {
			return err
		}
		v.Person, v.CanStart = persons[v.Job.Person], policy.Check(a, clientAct(v.Job.Kind), s, c) == nil
		rows, err := tx.BulkRows(ctx, id, status, after, limit+1)
		if err != nil {
			return err
		}
		v.Rows, v.More, v.Names = rows[:min(limit, len(rows))], len(rows) > limit, map[string]models.Text{}
		for _, row := range v.Rows {
			for _, urn := range LackedIn(row) {
				v.Names[urn] = HoldingName(c, urn)
			}
		}
		v.Clients, err = r.rowClients(ctx, tx, v)
		return err
	})
	return v, err
}

// rowClients are the clients that the rows are about. A row names what somebody
// wrote: of an organisation that is no client nothing is told, nor that it is here.
func (r *Registry) rowClients(ctx context.Context, tx Reader, v ClientJob) (map[party.OrgNo]party.Organisation, error) {
	var were, others []party.OrgNo
	for _, row := range v.Rows {
		if row.Status == bulk.RowDone && row.Repeat == "" {
			were = append(were, party.OrgNo(row.Customer))
		} else {
			others = append(others, party.OrgNo(row.Customer))
		}
	}
	out, err := tx.Organisations(ctx, were)
	if err != nil || len(others) == 0 {
		return out, err
	}
	found, err := r.clientsAmong(ctx, tx, Agent{v.Agent.ID, v.Agent.Customer}, others)
	for no, one := range found {
		out[no] = one.Organisation
	}
	return out, err
}

// jobLife is how long ago a job may have ended that is shown beside the clients.
const jobLife = 7 * 24 * time.Hour
