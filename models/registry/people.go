package registry

import (
	"cmp"
	"context"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// SignIn finds the person for whom a provider vouches, or makes one where he is
// new, and begins a login. A person is found by (issuer, subject), else by the
// national id that the provider gave; never by name. The name is kept up to
// date. Errors: Unauthenticated login.failed for an arrival without identity.
func (r *Registry) SignIn(ctx context.Context, who party.Arrival) (party.Login, error) {
	if who.Issuer == "" || who.Subject == "" {
		return party.Login{}, models.NewError(models.Unauthenticated, models.CodeLoginFailed)
	}
	l, err := r.signIn(ctx, who)
	if err != nil && models.CodeOf(err) == models.CodeConflict {
		// He signed in elsewhere at the same time, and is known by now.
		l, err = r.signIn(ctx, who)
	}
	return l, err
}

func (r *Registry) signIn(ctx context.Context, who party.Arrival) (party.Login, error) {
	var person models.ID
	err := r.Store.Write(ctx, func(tx Tx) error {
		var err error
		if person, err = orNobody(tx.PersonByIdentity(ctx, who.Issuer, who.Subject)); err != nil {
			return err
		}
		if person == "" {
			person, err = r.identify(ctx, tx, who.Identity)
		} else if who.Name != "" {
			err = tx.NamePerson(ctx, person, who.Name)
		}
		return err
	})
	now := r.Now()
	return party.Login{
		ID: models.NewID(), Person: person, Provider: who.Provider, Issuer: who.Issuer, Subject: who.Subject, SID: who.SID,
		Level: who.Level, AuthTime: who.AuthTime, Started: now, Seen: now, Agent: who.Agent,
	}, err
}

// identify ties a new identity to the person with its national id, or to a new
// one, and notes in the audit log which of the two it was.
func (r *Registry) identify(ctx context.Context, tx Tx, id party.Identity) (models.ID, error) {
	var person models.ID
	if !id.PID.IsZero() {
		var err error
		if person, err = orNobody(tx.PersonByPID(ctx, id.PID)); err != nil {
			return "", err
		}
	}
	by := "national id"
	switch {
	case person == "":
		by, person = "first login", models.NewID()
		if err := tx.AddPerson(ctx, party.Person{ID: person, Name: id.Name}, id.PID); err != nil {
			return "", err
		}
	case id.Name != "":
		if err := tx.NamePerson(ctx, person, id.Name); err != nil {
			return "", err
		}
	}
	if err := tx.AddIdentity(ctx, person, id.Issuer, id.Subject); err != nil {
		return "", err
	}
	himself := models.Actor{Kind: models.Person, ID: string(person)}
	return person, r.record(ctx, tx, himself, "", policy.PersonIdentify, change{
		subject: "person:" + string(person), detail: audit.Detail{"issuer": id.Issuer, "known by": by},
	})
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
		if m.Waiting, err = tx.Waiting(ctx, p.org.OrgNo, r.Now()); err != nil || !m.Supplier {
			return err
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
	if urn == policy.SystemAdministrator {
		return models.Text{NB: "Systemadministrator", NN: "Systemadministrator", EN: "System administrator"}
	}
	return models.Text{NB: urn}
}
