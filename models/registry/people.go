package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// SignIn finds the person for whom a provider vouches, or makes one where he is
// new, and begins a login. A person is found by (issuer, subject), else by the
// national id that the provider gave; never by name or by address. Name,
// address and what the provider claims for him are kept up to date. Errors:
// Conflict identity.known, for a new identity with a verified address by which
// we know somebody, unless who.New: he is to log in as before and link the two,
// or say that he is another. Unauthenticated login.failed for an arrival
// without identity, or whose national id is not that of the identity's person.
func (r *Registry) SignIn(ctx context.Context, who party.Arrival) (party.Login, error) {
	l, err := r.signIn(ctx, normal(who))
	if err != nil && models.CodeOf(err) == models.CodeConflict {
		// An import has brought him in at the same time, and he is known by now.
		l, err = r.signIn(ctx, normal(who))
	}
	return l, err
}

func (r *Registry) signIn(ctx context.Context, who party.Arrival) (party.Login, error) {
	var l party.Login
	err := r.Store.Write(ctx, func(tx Tx) error {
		if err := tx.Alone(ctx); err != nil { // else one who is new, linked or erased at the same time is two
			return err
		}
		person, by, err := r.recognise(ctx, tx, who)
		if err == nil && person == "" {
			person, err = r.newcomer(ctx, tx, who)
			by = byNothing
		}
		if err != nil {
			return err
		}
		now := r.Now()
		himself := models.Actor{Kind: models.Person, ID: string(person), Level: who.Level, AuthTime: who.AuthTime}
		if err := r.welcome(ctx, tx, himself, who, by); err != nil {
			return err
		}
		l = party.Login{
			ID: models.NewID(), Person: person, Provider: who.Provider, Issuer: who.Issuer, Subject: who.Subject, SID: who.SID,
			Level: who.Level, AuthTime: who.AuthTime, Started: now, Seen: now, Agent: who.Agent,
		}
		return tx.AddLogin(ctx, l)
	})
	if err != nil {
		return party.Login{}, err
	}
	return l, nil
}

// normal writes the address of an arrival as we keep it.
func normal(who party.Arrival) party.Arrival {
	who.Email = strings.ToLower(strings.TrimSpace(who.Email))
	return who
}

// newcomer adds a person for an arrival who is nobody that we know.
func (r *Registry) newcomer(ctx context.Context, tx Tx, who party.Arrival) (models.ID, error) {
	if who.PID.IsZero() && !who.New {
		issuers, err := tx.IssuersByEmail(ctx, who.Email)
		if err != nil {
			return "", err
		}
		if len(issuers) > 0 {
			return "", models.NewError(models.Conflict, models.CodeIdentityKnown)
		}
	}
	person := models.NewID()
	return person, tx.AddPerson(ctx, party.Person{ID: person, Name: who.Name}, who.PID)
}

// orNobody is nobody instead of a NotFound error.
func orNobody(person models.ID, err error) (models.ID, error) {
	if err != nil && models.CodeOf(err) == models.CodeNotFound {
		return "", nil
	}
	return person, err
}

// Membership is an organisation that a person can act for, and why.
type Membership struct {
	Organisation party.Organisation
	Person       party.Person
	Roles        []models.Text // names of what he holds, the strongest first
	Manager      bool          // administers access for it
	Supplier     bool          // may act for it as a supplier
	Supplies     bool          // and has reason to: it has systems, or that is his power; in Acting alone
	Waiting      int           // requests that wait for an answer; in Acting alone
	Unread       int           // notices that he has not read; in Acting alone
	Clients      bool          // it has clients or an agent, and he may see them; in Acting alone
	Several      bool          // he holds something in other organisations too; in Acting alone
}

// Memberships lists the organisations that the person holds something in, by
// name. There may be none.
func (r *Registry) Memberships(ctx context.Context, person models.ID) ([]Membership, error) {
	var out []Membership
	err := r.Store.Read(ctx, func(tx Reader) error {
		holdings, err := tx.HoldingsOf(ctx, person, r.Now())
		if err != nil {
			return err
		}
		persons, err := tx.Persons(ctx, []models.ID{person})
		if err != nil {
			return err
		}
		byOrg := map[party.OrgNo][]string{}
		for _, h := range holdings {
			if !slices.Contains(byOrg[h.OrgNo], h.URN) { // it may come from two sources
				byOrg[h.OrgNo] = append(byOrg[h.OrgNo], h.URN)
			}
		}
		nos := make([]party.OrgNo, 0, len(byOrg))
		for o := range byOrg {
			nos = append(nos, o)
		}
		orgs, err := tx.Organisations(ctx, nos)
		if err != nil {
			return err
		}
		c, err := tx.Catalog(ctx)
		if err != nil {
			return err
		}
		for _, org := range orgs {
			out = append(out, membership(c, org, persons[person], byOrg[org.OrgNo]))
		}
		slices.SortFunc(out, func(a, b Membership) int {
			return cmp.Or(cmp.Compare(a.Organisation.Display(), b.Organisation.Display()), cmp.Compare(a.Organisation.OrgNo, b.Organisation.OrgNo))
		})
		return nil
	})
	return out, err
}

// Person returns the person by id.
func (r *Registry) Person(ctx context.Context, id models.ID) (party.Person, error) {
	var p party.Person
	err := r.Store.Read(ctx, func(tx Reader) error {
		found, err := tx.Persons(ctx, []models.ID{id})
		if err == nil && found[id].ID == "" {
			err = models.NewError(models.NotFound, models.CodeNotFound)
		}
		p = found[id]
		return err
	})
	return p, err
}

// Acting describes the organisation that the actor acts for and why he may: for
// the header of every page. NotFound when he holds nothing there any more.
func (r *Registry) Acting(ctx context.Context, a models.Actor) (Membership, error) {
	var m Membership
	err := r.Store.Read(ctx, func(tx Reader) error {
		p, c, err := r.check(ctx, tx, a, policy.OrganisationEnter)
		if err != nil {
			return err
		}
		if p.org.OrgNo == "" {
			return models.NewError(models.NotFound, models.CodeNotFound)
		}
		persons, err := tx.Persons(ctx, []models.ID{models.ID(a.ID)})
		if err != nil {
			return err
		}
		m = membership(c, p.org, persons[models.ID(a.ID)], p.Holdings)
		m.Several = p.several
		var facilitates bool
		if m.Waiting, m.Unread, facilitates, err = tx.Awaiting(ctx, p.org.OrgNo, models.ID(a.ID), r.Now()); err != nil {
			return err
		}
		if m.Clients = facilitates && policy.Check(a, policy.ClientRead, p.Standing, c) == nil; !m.Supplier {
			return nil
		}
		has, err := tx.Supplies(ctx, p.org.OrgNo)
		m.Supplies = has || slices.Contains(p.Holdings, policy.SystemAdministrator)
		return err
	})
	return m, err
}

// membership says what holdings amount to in the organisation.
func membership(c *catalog.Catalog, org party.Organisation, p party.Person, holdings []string) Membership {
	s := policy.Standing{Holdings: holdings, Form: org.Form}
	m := Membership{Organisation: org, Person: p, Manager: s.AccessManager(c), Supplier: s.ManagesSystems(c)}
	m.Roles = titles(c, s)
	return m
}

// titles names what the person is in the organisation, the strongest first: his
// roles and powers. Packages that were given to him are named only where he is
// nothing else.
func titles(c *catalog.Catalog, s policy.Standing) []models.Text {
	var roles, packages []models.Text
	for _, h := range s.Strongest(c) {
		alone := policy.Standing{Holdings: []string{h}, Form: s.Form}
		if _, ok := c.Package(h); ok && !alone.AccessManager(c) {
			packages = append(packages, HoldingName(c, h))
		} else {
			roles = append(roles, HoldingName(c, h))
		}
	}
	if len(roles) == 0 {
		return packages
	}
	return roles
}

// HoldingName is the name of a role, or of a package given in person, and the
// URN itself where the catalogue does not know it.
func HoldingName(c *catalog.Catalog, urn string) models.Text {
	if p, ok := c.Package(urn); ok {
		return p.Name
	}
	if role, ok := c.Role(urn); ok && !role.Name.Empty() {
		return role.Name
	}
	switch urn {
	case policy.SystemAdministrator:
		return models.Text{NB: "Systemadministrator", NN: "Systemadministrator", EN: "System administrator"}
	case policy.Viewer:
		return models.Text{NB: "Innsyn", NN: "Innsyn", EN: "Viewer"}
	}
	return models.Text{NB: urn}
}
