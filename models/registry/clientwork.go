package registry

import (
	"context"
	"errors"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// already marks a row for which there was nothing to do.
const already = "same"

// clientRow carries out a row of a job about clients.
func clientRow(ctx context.Context) Put {
	return func(r *Registry, j bulk.Job, row bulk.Row) (bulk.Result, error) {
		result := bulk.Result{Answer: bulk.Answered}
		client, act := party.OrgNo(row.Customer), r.attachRow
		if j.Kind == bulk.Detach {
			act = r.detachRow
		}
		err := act(ctx, r.starter(j), j, client, &result)
		if err == nil {
			return result, nil
		}
		e, ours := errors.AsType[*models.Error](err)
		if !ours || e.Kind == models.TooMany || e.Kind == models.Unavailable {
			return bulk.Result{}, err
		}
		result.Answer, result.Code = bulk.Refused, string(e.Code)
		return result, err
	}
}

// starter is the person of the job as he was when he started it: signed in as
// surely, and a moment ago. What he holds is read anew.
func (r *Registry) starter(j bulk.Job) models.Actor {
	return models.Actor{Kind: models.Person, ID: string(j.Person), OrgNo: string(j.Owner), Level: j.Level, AuthTime: r.Now()}
}

// forJob is what the log says of a client of the job.
func forJob(j bulk.Job) audit.Detail {
	if j.Rule != "" {
		return audit.Detail{"job": string(j.ID), "rule": string(j.Rule)}
	}
	return audit.Detail{"job": string(j.ID)}
}

func (r *Registry) attachRow(ctx context.Context, a models.Actor, j bulk.Job, client party.OrgNo, result *bulk.Result) error {
	had := false
	one, err := r.attach(ctx, a, policy.ClientAttach, j.Agent, client, forJob(j), func(one *Client, g agent, s policy.Standing, c *catalog.Catalog) error {
		had = one.Delegation != ""
		return attachable(one, g, s, c)
	})
	if had && err == nil {
		result.Repeat = already
	}
	result.Detail = refs(one.Lacks)
	return err
}

// detachRow counts a client that is attached no more, or never was, as done. Its
// own organisation is another use case's.
func (r *Registry) detachRow(ctx context.Context, a models.Actor, j bulk.Job, client party.OrgNo, result *bulk.Result) error {
	if client == j.Owner {
		return models.NewError(models.Conflict, models.CodeClientUnknown)
	}
	err := r.detach(ctx, a, policy.ClientDetach, j.Agent, client, forJob(j))
	if err != nil && models.CodeOf(err) == models.CodeConflict {
		result.Repeat = already
		return nil
	}
	return err
}

// refs are the URNs of what a client lacks, as rows keep them.
func refs(items []catalog.Item) string {
	urns := make([]string, len(items))
	for i, item := range items {
		urns[i] = item.Ref
	}
	return strings.Join(urns, " ")
}

// LackedIn are the URNs of the packages that the client of a row lacked.
func LackedIn(row bulk.Row) []string { return strings.Fields(row.Detail) }
