package api

import (
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// requestToken is where a page of requests begins: behind this one.
type requestToken struct {
	At int64     `json:"t"`
	ID models.ID `json:"i"`
}

// AskedOfSystem answers GET systemuser/request/vendor/bysystem/{systemId}.
func (a *API) AskedOfSystem(q Question) (Answer, error) { return a.ofSystem(q, systemuser.Standard) }

// AskedAgentsOfSystem answers GET systemuser/request/vendor/agent/bysystem/{systemId}.
func (a *API) AskedAgentsOfSystem(q Question) (Answer, error) {
	return a.ofSystem(q, systemuser.Agent)
}

func (a *API) ofSystem(q Question, kind systemuser.Kind) (Answer, error) {
	actor, err := q.supplier(scopeRequestRead, scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	f, err := a.requestQuery(q)
	if err != nil {
		return Answer{}, err
	}
	p, err := page[requestToken](q, pageSize)
	if err != nil {
		return Answer{}, err
	}
	if p.Given {
		if f.After.ID, err = models.ParseID(string(p.After.ID)); err != nil {
			return Answer{}, binding("token", "is not one that a links.next of ours held.")
		}
		f.After.At = time.UnixMilli(p.After.At)
	}
	if f.System, err = system.ParseID(q.Param("systemid")); err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	f.Kind, f.Limit = kind, p.Size+1
	requests, total, err := q.Registry.AskedPage(q.Ctx(), actor, f, p.Total)
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	out := list[askedRequest]{Data: []askedRequest{}}
	if len(requests) > p.Size {
		requests = requests[:p.Size]
		last := requests[p.Size-1]
		if out.Links.Next, err = a.next(q, requestToken{last.CreatedAt.UnixMilli(), last.ID}); err != nil {
			return Answer{}, err
		}
	}
	for _, r := range requests {
		out.Data = append(out.Data, a.askedRequest(r))
	}
	if p.Total {
		out.Total = &total
	}
	return ok(out)
}

// requestQuery reads status, customer and q.
func (a *API) requestQuery(q Question) (registry.RequestQuery, error) {
	var f registry.RequestQuery
	status, err := q.one("status")
	if err != nil {
		return f, err
	}
	for s, word := range statuses {
		if word == status {
			f.Status = s
		}
	}
	if status != "" && f.Status == "" {
		return f, binding("status", "must be New, Accepted, Rejected or Timedout.")
	}
	f.Customer, f.Text, err = a.sought(q)
	return f, err
}
