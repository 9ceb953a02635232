package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// repeated says what became of a question that was put before.
const repeated = "Stafett-Repeat"

// asking is the body of a request; agents have no rights. Members after
// redirectUrl are ours.
type asking struct {
	IntegrationTitle string          `json:"integrationTitle"`
	ExternalRef      string          `json:"externalRef"`
	SystemID         string          `json:"systemId"`
	PartyOrgNo       string          `json:"partyOrgNo"`
	Rights           []right         `json:"rights"`
	AccessPackages   []accessPackage `json:"accessPackages"`
	RedirectURL      string          `json:"redirectUrl"`
	Purpose          models.Text     `json:"purpose"`
	ValidTo          time.Time       `json:"validTo"`
	ContactEmail     string          `json:"contactEmail"`
	NotifyEmail      string          `json:"notifyEmail"`
}

// Ask answers POST systemuser/request/vendor.
func (a *API) Ask(q Question) (Answer, error) { return a.ask(q, systemuser.Standard) }

// AskAgent answers POST systemuser/request/vendor/agent.
func (a *API) AskAgent(q Question) (Answer, error) { return a.ask(q, systemuser.Agent) }

// ask is both. A question that was put before is answered with what is stored.
func (a *API) ask(q Question, kind systemuser.Kind) (Answer, error) {
	actor, err := q.supplier(scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	body, err := decode[asking](q)
	if err != nil {
		return Answer{}, err
	}
	in, err := a.asked(body, kind)
	if err != nil {
		return Answer{}, err
	}
	sent, repeat, err := q.Registry.Ask(q.Ctx(), actor, in)
	if err != nil {
		return Answer{}, notAsked(err, body, sent)
	}
	out := a.askedRequest(sent)
	if repeat != "" {
		return Answer{Status: http.StatusOK, Body: out}.with(repeated, string(repeat)), nil
	}
	path := requestPath
	if kind == systemuser.Agent {
		path = agentRequestPath
	}
	return created(a.PublicURL+path+string(sent.ID), out)
}

// asked reads what the body asks for. Strings are trimmed. Only what is missing
// fails here: what it means is not judged before whose the system is.
func (a *API) asked(body asking, kind systemuser.Kind) (request.Request, error) {
	f := invalid()
	if body.SystemID = strings.TrimSpace(body.SystemID); body.SystemID == "" {
		_ = f.also("systemId", "is required.")
	}
	if body.PartyOrgNo = strings.TrimSpace(body.PartyOrgNo); body.PartyOrgNo == "" {
		_ = f.also("partyOrgNo", "is required.")
	}
	if len(body.Rights) > maxItems || len(body.AccessPackages) > maxItems {
		_ = f.also("rights", "and accessPackages have at most 200 entries each.")
	}
	if len(f.fields) > 0 {
		return request.Request{}, f
	}
	id, err := system.ParseID(body.SystemID)
	if err != nil {
		return request.Request{}, as(err, notThatSystem)
	}
	// A number that holds no organisation is judged as one that nobody has.
	customer, _ := a.Numbers.Parse(body.PartyOrgNo)
	in := request.Request{
		Kind: kind, System: id, Customer: customer, ExternalRef: strings.TrimSpace(body.ExternalRef), Title: strings.TrimSpace(body.IntegrationTitle),
		RedirectURL: strings.TrimSpace(body.RedirectURL), Purpose: trimmed(body.Purpose),
		ContactEmail: strings.TrimSpace(body.ContactEmail), NotifyEmail: strings.TrimSpace(body.NotifyEmail), Purposes: map[catalog.Item]models.Text{},
	}
	if !body.ValidTo.IsZero() {
		in.ValidTo = body.ValidTo.UTC().Truncate(time.Millisecond)
	}
	add := func(item catalog.Item, why *models.Text) {
		in.Items = append(in.Items, item)
		if why != nil {
			in.Purposes[item] = trimmed(*why)
		}
	}
	if kind == systemuser.Standard { // an agent's rights are ignored, as in Altinn
		for _, r := range body.Rights {
			add(r.asked(), r.Purpose)
		}
	}
	for _, p := range body.AccessPackages {
		add(catalog.PackageOf(strings.TrimSpace(p.URN)), p.Purpose)
	}
	return in, nil
}

// maxItems bounds each list of a body: more than any system asks for.
const maxItems = 200

// asked is the right as a request names it. A resource that is named in another
// way than by its id is one that no system asks for.
func (r right) asked() catalog.Item {
	trim := right{Action: strings.TrimSpace(r.Action)}
	for _, a := range r.Resource {
		a = attribute{ID: strings.TrimSpace(a.ID), Value: strings.TrimSpace(a.Value)}
		if a.ID != catalog.ResourceAttribute || len(strings.Fields(a.Value)) != 1 {
			return catalog.Right("", "")
		}
		trim.Resource = append(trim.Resource, a)
	}
	return trim.item()
}

func trimmed(t models.Text) models.Text {
	return models.Text{NB: strings.TrimSpace(t.NB), NN: strings.TrimSpace(t.NN), EN: strings.TrimSpace(t.EN)}
}
