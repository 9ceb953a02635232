package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/registry"
)

// WorkBulk puts the rows of bulk jobs until none can be put now, or ctx ends. A
// job of the node calls it.
func (a *API) WorkBulk(ctx context.Context) error {
	for {
		worked, err := a.Registry.WorkBulk(ctx, func(bound *registry.Registry, j bulk.Job, row bulk.Row) (bulk.Result, error) {
			return a.put(ctx, bound, j, row)
		})
		if err != nil || !worked || ctx.Err() != nil {
			return err
		}
	}
}

// put puts a row as the call that would put it alone, so that it has the same
// answer.
func (a *API) put(ctx context.Context, bound *registry.Registry, j bulk.Job, row bulk.Row) (result bulk.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			result, err = bulk.Result{}, fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	q, call, err := a.alone(ctx, bound, j, row)
	if err != nil {
		return refused(err), err
	}
	answer, err := call(q)
	if err != nil {
		return refused(err), err
	}
	result = bulk.Result{Answer: answer.Status, Repeat: answer.Header.Get(repeated)}
	switch body := answer.Body.(type) {
	case askedRequest:
		result.ID = body.ID
	case changeAnswer:
		if body.Status != noChangeNeeded {
			result.ID = body.ID
		}
	}
	return result, nil
}

// rowContexts makes the contexts in which rows are put.
var rowContexts = echo.New()

// alone is the row as a question of its own, and the call that answers it.
func (a *API) alone(ctx context.Context, bound *registry.Registry, j bulk.Job, row bulk.Row) (Question, Call, error) {
	body, values := row.Body, url.Values{}
	if own, ok := rowBodyOf(row.Body); ok {
		defaults, _ := rowBodyOf(j.Defaults)
		all := own.over(defaults)
		if j.Kind == bulk.ChangeRequests { // which has these in its query
			for _, name := range [][2]string{{"correlationId", "correlation-id"}, {"systemUserId", "system-user-id"}} {
				if v, given := all.find(name[0]); given && v.Kind() != 'n' {
					values.Set(name[1], cmp.Or(all.word(name[0]), string(v)))
				}
			}
		}
		var err error
		if body, err = all.text(); err != nil {
			return Question{}, nil, err
		}
	}
	if len(body) > maxRow {
		return Question{}, nil, models.NewError(models.Invalid, models.CodeTooLarge)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/?"+values.Encode(), nil)
	if err != nil {
		return Question{}, nil, err
	}
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	caller := auth.Caller{
		Issuer: j.Issuer, ClientID: j.ClientID, OrgNo: string(j.Owner), Scopes: []string{scopeRequestWrite},
		Actor: models.Actor{Kind: models.Organisation, ID: j.ClientID, OrgNo: string(j.Owner)},
	}
	call := map[bulk.Kind]Call{bulk.Requests: a.Ask, bulk.AgentRequests: a.AskAgent, bulk.ChangeRequests: a.AskChange}[j.Kind]
	return Question{Context: rowContexts.NewContext(r, nil), Caller: caller, Registry: bound, Body: body}, call, nil
}

// maxDetail bounds what is kept of why a row failed, in bytes.
const maxDetail = 2000

// refused is the answer that tells the error, as fail and the one translator
// write it. What is no answer to the question, but a fault or a time to wait, is
// none.
func refused(err error) bulk.Result {
	if f, ok := errors.AsType[*Failure](err); ok {
		return bulk.Result{Answer: f.status, Code: f.code, Detail: legible(f.words(), maxDetail)}
	}
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind == models.TooMany || e.Kind == models.Unavailable {
		return bulk.Result{}
	}
	return bulk.Result{Answer: respond.Status(e.Code), Code: string(e.Code), Detail: says[string(e.Code)]}
}

// says are our codes in words.
var says = func() map[string]string {
	all := map[string]string{}
	for _, m := range respond.Meanings() {
		all[m.Code] = m.Says
	}
	return all
}()

// words are all that a problem document says, in one text.
func (f *Failure) words() string {
	said := []string{f.title}
	if f.detail != "" {
		said = append(said, f.detail)
	}
	for _, v := range f.faults {
		said = append(said, v.Title)
	}
	for _, name := range slices.Sorted(maps.Keys(f.fields)) {
		said = append(said, f.fields[name]...)
	}
	for _, name := range slices.Sorted(maps.Keys(f.more)) {
		said = append(said, fmt.Sprintf("%s: %v.", name, f.more[name]))
	}
	return strings.Join(said, " ")
}
