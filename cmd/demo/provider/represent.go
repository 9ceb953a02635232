package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/stafett/stafett/models/party"
)

// resourceDetail is the type of authorization details (RFC 9396) by which
// Ansattporten is asked for an organisation that the person may act for.
const resourceDetail = "ansattporten:altinn:resource"

// detail is an entry of authorization_details, as it is asked for and as it is
// answered.
type detail struct {
	Type     string            `json:"type"`
	Resource string            `json:"resource"`
	Parties  []authorizedParty `json:"authorized_parties,omitempty"`
}

type authorizedParty struct {
	OrgNo struct {
		Authority string `json:"authority"`
		ID        string `json:"ID"`
	} `json:"orgno"`
	Resource string `json:"resource"`
	Name     string `json:"name"`
	UnitType string `json:"unit_type"`
}

type detailsKey struct{}

// Authorize hands the parameter that the library does not know to the storage.
func (s *server) Authorize(ctx context.Context, r *op.ClientRequest[oidc.AuthRequest]) (*op.Redirect, error) {
	asked, err := s.provider.readDetails(r.Form.Get("authorization_details"))
	if err != nil {
		return nil, err
	}
	return s.LegacyServer.Authorize(context.WithValue(ctx, detailsKey{}, asked), r)
}

// readDetails reads what is asked for. A provider at which nobody represents
// anybody ignores it, like any parameter that it does not know.
func (p *Provider) readDetails(raw string) ([]detail, error) {
	if raw == "" || !p.represents {
		return nil, nil
	}
	var asked []detail
	if err := json.Unmarshal([]byte(raw), &asked); err != nil || len(asked) > 10 ||
		slices.ContainsFunc(asked, func(d detail) bool { return d.Type != resourceDetail || d.Resource == "" }) {
		return nil, &oidc.Error{ErrorType: "invalid_authorization_details", Description: "a list of " + resourceDetail + " with resource is wanted"}
	}
	return asked, nil
}

// granted are the details that the ID token carries: those that were asked for,
// with the one organisation that the person chose.
func (r *request) granted() []detail {
	if r.forWhom.OrgNo == "" {
		return nil
	}
	var out []detail
	for _, d := range r.details {
		one := authorizedParty{Resource: d.Resource, Name: r.forWhom.Name, UnitType: r.forWhom.Form}
		one.OrgNo.Authority, one.OrgNo.ID = party.ISO6523, party.ICD+":"+r.forWhom.OrgNo
		out = append(out, detail{Type: d.Type, Resource: d.Resource, Parties: []authorizedParty{one}})
	}
	return out
}

// choosing finds the login that waits for its person to choose whom he comes
// for, and who that may be.
func (p *Provider) choosing(ctx context.Context, id string) ([]Organisation, bool) {
	found, err := p.storage.AuthRequestByID(ctx, id)
	req, ok := found.(*request)
	if err != nil || !ok || req.subject == "" || req.Done() {
		return nil, false
	}
	who, _ := p.storage.person(req.subject)
	return who.Organisations, true
}

// showOrganisations handles GET /represent?id=…: whom he comes for.
func (p *Provider) showOrganisations(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	list, ok := p.choosing(r.Context(), id)
	if !ok {
		p.expired(w)
		return
	}
	p.render(w, http.StatusOK, page{ID: id, Organisations: list})
}

// represent handles POST /represent: the organisation that was picked.
func (p *Provider) represent(w http.ResponseWriter, r *http.Request) {
	if !ownForm(r) {
		p.expired(w)
		return
	}
	id := r.PostForm.Get("id")
	list, _ := p.choosing(r.Context(), id)
	i := slices.IndexFunc(list, func(o Organisation) bool { return o.OrgNo == r.PostForm.Get("organisation") })
	if i < 0 || p.storage.settle(id, list[i]) != nil {
		p.expired(w)
		return
	}
	p.goOn(w, r, id)
}
