package api

import (
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/system"
)

// vendor is a supplier as Altinn writes it: "0192:" and the number.
type vendor struct {
	ID string `json:"ID"`
}

// oauthClient is a client at another issuer than the default. It is ours.
type oauthClient struct {
	Issuer   string `json:"issuer"`
	ClientID string `json:"clientId"`
}

// registration is RegisterSystem of the contract. Clients, ExactRedirectURLs,
// purposes and optional are ours: where an update leaves them out, they stay as they are, so
// that a client that does not know them takes nothing away.
type registration struct {
	ID                  string          `json:"id"`
	Vendor              vendor          `json:"vendor"`
	Name                models.Text     `json:"name"`
	Description         models.Text     `json:"description"`
	Rights              []right         `json:"rights"`
	AccessPackages      []accessPackage `json:"accessPackages"`
	ClientID            []string        `json:"clientId"` // at the default issuer
	Clients             []oauthClient   `json:"clients,omitempty"`
	IsVisible           *bool           `json:"isVisible"`
	AllowedRedirectURLs []string        `json:"allowedRedirectUrls"`
	ExactRedirectURLs   *bool           `json:"exactRedirectUrls,omitempty"`
}

// defaultIssuer is whose clients those are that name no issuer.
func (q Question) defaultIssuer() string { return q.Registry.Issuers[0] }

// form writes a system as it was, or could have been, registered.
func (q Question) form(s system.System) registration {
	out := registration{
		ID: string(s.ID), Vendor: vendor{s.Supplier.ISO6523()}, Name: s.Name, Description: s.Description, ClientID: []string{},
		IsVisible: &s.Visible, AllowedRedirectURLs: append([]string{}, s.RedirectURLs...),
	}
	out.Rights, out.AccessPackages = asked(s)
	for _, c := range s.Clients {
		if c.Issuer == q.defaultIssuer() {
			out.ClientID = append(out.ClientID, c.ID)
		} else {
			out.Clients = append(out.Clients, oauthClient{c.Issuer, c.ID})
		}
	}
	if s.ExactRedirects {
		out.ExactRedirectURLs = &s.ExactRedirects
	}
	return out
}

// asked writes what a system asks for, with the purposes, and what it can do
// without.
func asked(s system.System) ([]right, []accessPackage) {
	rights, packages := split(s.Asked(), func(i catalog.Item) models.Text {
		a, _ := s.Ask(i)
		return a.Purpose
	})
	optional := func(item catalog.Item) *bool {
		if a, _ := s.Ask(item); a.Optional {
			return &a.Optional
		}
		return nil
	}
	for i := range rights {
		rights[i].Optional = optional(rights[i].item())
	}
	for i := range packages {
		packages[i].Optional = optional(packages[i].item())
	}
	return rights, packages
}

// trim takes the spaces around every text away, as Altinn does.
func (b *registration) trim() {
	texts := []*string{&b.ID, &b.Vendor.ID}
	for _, t := range []*models.Text{&b.Name, &b.Description} {
		texts = append(texts, &t.NB, &t.NN, &t.EN)
	}
	for i := range b.Rights {
		texts = append(texts, &b.Rights[i].Action)
		for j := range b.Rights[i].Resource {
			texts = append(texts, &b.Rights[i].Resource[j].ID, &b.Rights[i].Resource[j].Value)
		}
	}
	for i := range b.AccessPackages {
		texts = append(texts, &b.AccessPackages[i].URN)
	}
	for i := range b.ClientID {
		texts = append(texts, &b.ClientID[i])
	}
	for i := range b.Clients {
		texts = append(texts, &b.Clients[i].Issuer, &b.Clients[i].ClientID)
	}
	for i := range b.AllowedRedirectURLs {
		texts = append(texts, &b.AllowedRedirectURLs[i])
	}
	for _, t := range texts {
		*t = strings.TrimSpace(*t)
	}
}

// into makes s into what the body says. The rights come before the packages,
// and the default issuer's clients before the others.
func (b registration) into(s *system.System, issuer string) {
	was := *s
	s.Name, s.Description, s.RedirectURLs = b.Name, b.Description, b.AllowedRedirectURLs
	s.Visible = b.IsVisible == nil || *b.IsVisible
	if b.ExactRedirectURLs != nil {
		s.ExactRedirects = *b.ExactRedirectURLs
	}
	s.Asks = append(rightsOf(b.Rights, was), packagesOf(b.AccessPackages, was)...)
	s.Clients = nil
	for _, id := range b.ClientID {
		s.Clients = append(s.Clients, system.Client{Issuer: issuer, ID: id})
	}
	for _, c := range b.Clients {
		s.Clients = append(s.Clients, system.Client{Issuer: c.Issuer, ID: c.ClientID})
	}
	for _, c := range was.Clients {
		if b.Clients == nil && c.Issuer != issuer {
			s.Clients = append(s.Clients, c)
		}
	}
}

// rightsOf are what the rights ask for. A purpose that is left out stays as it
// was, and so does whether it is optional.
func rightsOf(rights []right, was system.System) []system.Ask {
	asks := make([]system.Ask, len(rights))
	for i, r := range rights {
		item := r.item()
		if r.elsewhere() || r.cut() {
			item = catalog.Item{Kind: catalog.RightItem} // which the catalogue does not know
		}
		asks[i] = askOf(item, r.Purpose, r.Optional, was)
	}
	return asks
}

func packagesOf(packages []accessPackage, was system.System) []system.Ask {
	asks := make([]system.Ask, len(packages))
	for i, p := range packages {
		asks[i] = askOf(p.item(), p.Purpose, p.Optional, was)
	}
	return asks
}

func askOf(item catalog.Item, why *models.Text, optional *bool, was system.System) system.Ask {
	ask := system.Ask{Item: item}
	for _, a := range was.Asks {
		if a.Item == item {
			ask = a
		}
	}
	if why != nil {
		ask.Purpose = *why
	}
	if optional != nil {
		ask.Optional = *optional
	}
	return ask
}

// elsewhere reports whether the right is about something else than resources.
func (r right) elsewhere() bool {
	for _, a := range r.Resource {
		if a.ID != catalog.ResourceAttribute {
			return true
		}
	}
	return false
}

// cut reports whether a resource has a name that would be read as several.
func (r right) cut() bool {
	for _, a := range r.Resource {
		if words := strings.Fields(a.Value); len(words) != 1 || words[0] != a.Value {
			return true
		}
	}
	return false
}
