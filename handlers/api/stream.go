package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
)

// streamedUser is an item of the internal stream.
type streamedUser struct {
	ID               models.ID       `json:"id"`
	PartyOrgNo       party.OrgNo     `json:"partyOrgNo"`
	PartyID          string          `json:"partyId"`
	IntegrationTitle string          `json:"integrationTitle"`
	IsDeleted        bool            `json:"isDeleted"`
	LastChanged      time.Time       `json:"lastChanged"`
	Created          time.Time       `json:"created"`
	SequenceNo       int64           `json:"sequenceNo"`
	SystemUserType   systemuser.Kind `json:"systemUserType"`
}

func streamed(u registry.Streamed) streamedUser {
	return streamedUser{
		ID: u.ID, PartyOrgNo: u.Customer, PartyID: strconv.FormatInt(u.Party, 10), IntegrationTitle: u.Title,
		IsDeleted: u.Status == systemuser.Revoked, LastChanged: u.ChangedAt.UTC(), Created: u.CreatedAt.UTC(), SequenceNo: u.Seq, SystemUserType: u.Kind,
	}
}

// stats says where a page of the stream lies in the whole.
type stats struct {
	PageStart   int64 `json:"pageStart"`
	PageEnd     int64 `json:"pageEnd"`
	SequenceMax int64 `json:"sequenceMax"`
}

// stream is a page of the stream.
type stream struct {
	Links links          `json:"links"`
	Stats stats          `json:"stats"`
	Data  []streamedUser `json:"data"`
}

// StreamUsers answers GET systemuser/internal/systemusers/stream: every system
// user, ended ones too, in the order of last changes. A page that has rows has a
// next one, so that a reader who has come to the end asks there again.
func (a *API) StreamUsers(q Question) (Answer, error) {
	actor, err := q.platform()
	if err != nil {
		return Answer{}, err
	}
	p, err := page[userToken](q, streamSize)
	if err != nil {
		return Answer{}, err
	}
	users, last, err := q.Registry.Stream(q.Ctx(), actor, p.After.After, p.Size)
	if err != nil {
		return Answer{}, err
	}
	out := stream{Stats: stats{SequenceMax: last}, Data: []streamedUser{}}
	for _, u := range users {
		out.Data = append(out.Data, streamed(u))
	}
	if n := len(users); n > 0 {
		out.Stats.PageStart, out.Stats.PageEnd = users[0].Seq, users[n-1].Seq
		if out.Links.Next, err = a.next(q, userToken{users[n-1].Seq}); err != nil {
			return Answer{}, err
		}
	}
	return ok(out)
}

// StreamedUser answers GET systemuser/internal/systemusers/{id}. One that has
// ended, and one that never was, are gone.
func (a *API) StreamedUser(q Question) (Answer, error) {
	actor, err := q.platform()
	if err != nil {
		return Answer{}, err
	}
	id, err := models.ParseID(q.Param("id"))
	if err != nil {
		return Answer{}, gone()
	}
	u, err := q.Registry.StreamedUser(q.Ctx(), actor, id)
	if err != nil && models.CodeOf(err) == models.CodeNotFound {
		err = gone()
	}
	if err != nil {
		return Answer{}, err
	}
	return ok(streamed(u))
}

func gone() *Failure {
	f := problem(15)
	f.status, f.domain = http.StatusGone, models.CodeNotFound
	return f
}
