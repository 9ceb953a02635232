package registry_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

// programOf is a program of the organisation.
func programOf(o party.OrgNo) models.Actor {
	return models.Actor{Kind: models.Organisation, ID: "program-of-" + string(o), OrgNo: string(o)}
}

// renamed gives a system another name, whatever version it has.
func renamed() registry.SystemEdit {
	return registry.SystemEdit{Type: system.Updated, Edit: func(s *system.System) models.Faults {
		s.Name = models.Text{NB: "Nytt navn", NN: "Nytt namn", EN: "New name"}
		return nil
	}}
}

func TestUpdateSystem(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		want := w.Registered(t)
		w.Clock.Set(modelstest.Noon.Add(time.Hour))
		before := marked(t, w)
		edit := renamed()
		edit.Versions = registry.Versions{want.Version}
		rename := edit.Edit
		edit.Edit = func(s *system.System) models.Faults {
			rename(s)
			s.Clients, s.RedirectURLs, s.Visible, s.ExactRedirects = nil, []string{"https://ny.example/"}, true, true
			s.Asks = []system.Ask{{Item: catalog.PackageOf(modelstest.Tax)}}
			// Not the supplier's to say.
			s.ID, s.Supplier, s.Deleted, s.Version, s.UUID = "x", verft, true, 77, "x"
			return nil
		}
		got, err := w.UpdateSystem(t.Context(), programOf(fjord), want.ID, edit)
		if err != nil {
			t.Fatal(err)
		}
		rename(&want)
		want.Clients, want.RedirectURLs, want.Visible, want.ExactRedirects = nil, []string{"https://ny.example/"}, true, true
		want.Asks = []system.Ask{{Item: catalog.PackageOf(modelstest.Tax)}}
		want.Version, want.ChangedAt = 2, w.Clock.Now()
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("updated (-want +got):\n%s", diff)
		}
		view, err := w.System(t.Context(), w.As(jonas, fjord), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, view.System, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
		e := before.mustHaveDone(t, "system.update", "system:"+string(want.ID))
		if e.Detail["change"] != "update" || e.Detail["version"] != "2" {
			t.Errorf("recorded %+v", e.Detail)
		}
		changes, next, err := w.SystemChanges(t.Context(), w.As(jonas, fjord), want.ID, 0, 0)
		if err != nil || next != 0 || len(changes) != 2 {
			t.Fatalf("changes %+v, %d, %v", changes, next, err)
		}
		latest := system.Change{Type: system.Updated, By: fjord, ClientID: programOf(fjord).ID, At: w.Clock.Now(), System: want}
		if diff := cmp.Diff(latest, changes[0], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("the latest change (-want +got):\n%s", diff)
		}
		if first := changes[1]; first.Type != system.Created || first.ClientID != "" || first.System.Version != 1 || first.System.Name.NB != "Fjord Lønn" {
			t.Errorf("the first change, by a person: %+v", first)
		}
	})
}

func TestUpdateSystemRefuses(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	s := w.Registered(t)
	other := modelstest.System()
	other.ID, other.Clients = "298144700_lonn", []system.Client{{Issuer: modelstest.Issuer, ID: "loggen"}}
	if _, err := w.RegisterSystem(t.Context(), w.As(hedda, loggen), other); err != nil {
		t.Fatal(err)
	}
	before := marked(t, w)
	edit := renamed()
	edit.Versions = registry.Versions{7, 8}
	_, err := w.UpdateSystem(t.Context(), w.As(jonas, fjord), s.ID, edit)
	mustBe(t, err, models.Conflict, models.CodePrecondition)
	edit.Versions = registry.Versions{} // tags that no version has
	_, err = w.UpdateSystem(t.Context(), w.As(jonas, fjord), s.ID, edit)
	mustBe(t, err, models.Conflict, models.CodePrecondition)
	_, err = w.DeleteSystem(t.Context(), w.As(jonas, fjord), s.ID, registry.Versions{2})
	mustBe(t, err, models.Conflict, models.CodePrecondition)

	_, err = w.UpdateSystem(t.Context(), w.As(jonas, fjord), s.ID, registry.SystemEdit{Type: system.Updated, Edit: func(s *system.System) models.Faults {
		s.Clients, s.Name.NN = other.Clients, ""
		return models.Faults{{Field: "id", Fault: "system_id.other"}}
	}})
	mustFault(t, err, "id system_id.other", "name.nn required")
	if all := models.Errors(err); len(all) != 2 || all[1].Code != models.CodeClientTaken {
		t.Errorf("all that is wrong: %v", all)
	}
	before.mustHaveDoneNothing(t)

	_, err = w.UpdateSystem(t.Context(), programOf(loggen), s.ID, renamed())
	mustBe(t, err, models.NotFound, models.CodeNotFound)
	before.mustHaveDenied(t, "system.update", models.CodeNotFound)
}

// What has left the catalogue, or was registered at an issuer that is trusted
// no more, does not stand in the way of changing something else.
func TestUpdateOfOnePartJudgesThatAlone(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	s := w.Registered(t)
	w.Exec(t, "UPDATE system_ask SET ref = 'borte' WHERE kind = 'right'")
	w.Exec(t, "UPDATE system_client SET issuer = 'https://gone.example/'")
	asks := func(kind system.ChangeType, items ...catalog.Item) error {
		return second(w.UpdateSystem(t.Context(), programOf(fjord), s.ID, registry.SystemEdit{Type: kind, Edit: func(s *system.System) models.Faults {
			s.Asks = slices.DeleteFunc(s.Asks, func(a system.Ask) bool { return a.Item.Kind == items[0].Kind })
			for _, item := range items {
				s.Asks = append(s.Asks, system.Ask{Item: item})
			}
			return nil
		}}))
	}
	if err := asks(system.PackagesUpdated, catalog.PackageOf(modelstest.Tax)); err != nil {
		t.Error(err)
	}
	mustFault(t, asks(system.RightsUpdated, catalog.Right(modelstest.Amelding, "read"), catalog.Right("borte", "")), "asks[1] catalogue.unknown")
	mustFault(t, second(w.UpdateSystem(t.Context(), programOf(fjord), s.ID, renamed())), "asks[0] catalogue.unknown")
	many := make([]catalog.Item, system.MaxAsks)
	for i := range many {
		many[i] = catalog.Right(modelstest.Amelding, "")
	}
	err := asks(system.RightsUpdated, many...)
	if all := models.Errors(err); len(all) != 1 || !slices.Contains(all[0].Fields, models.FieldError{Field: "asks", Fault: "too_many"}) {
		t.Errorf("with one package beside as many rights as a system can ask for: %v", err)
	}
}

// Two who know the same version cannot both be right.
func TestOneOfTwoUpdatesWins(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		s := w.Registered(t)
		edit := renamed()
		edit.Versions = registry.Versions{s.Version}
		acts := make([]func(context.Context) error, 6)
		for i := range acts {
			acts[i] = func(ctx context.Context) error {
				if i%2 == 0 {
					return second(w.UpdateSystem(ctx, programOf(fjord), s.ID, edit))
				}
				return second(w.DeleteSystem(ctx, programOf(fjord), s.ID, edit.Versions))
			}
		}
		errs := together(t.Context(), acts...)
		if winners(errs) != 1 {
			t.Errorf("%d won: %v", winners(errs), errs)
		}
		for _, err := range errs {
			if err != nil {
				mustBe(t, err, models.Conflict, models.CodePrecondition)
			}
		}
		changes, _, err := w.SystemChanges(t.Context(), programOf(fjord), s.ID, 0, 0)
		if err != nil || len(changes) != 2 {
			t.Errorf("%d changes, %v", len(changes), err)
		}
	})
}

func TestDeleteSystemEndsAllThatItHas(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		live, other, gone := w.Approved(t, "one"), w.Approved(t, "two"), w.Approved(t, "three")
		if err := w.Revoke(t.Context(), w.As(kari, bakeri), gone.ID); err != nil {
			t.Fatal(err)
		}
		late := w.Sent(t, "late")
		w.Clock.Set(late.ExpiresAt)
		pending := w.Sent(t, "pending")
		chain := rar.Query{Issuer: modelstest.Issuer, ClientID: "fjord-lonn", Customer: bakeri, ExternalRef: "one"}
		if found, err := w.DB.Binding(t.Context(), chain); err != nil || found.UserID != live.ID {
			t.Fatalf("before: %+v, %v", found, err)
		}
		before := marked(t, w)
		s, err := w.DeleteSystem(t.Context(), programOf(fjord), live.System, nil)
		if err != nil || !s.Deleted || s.Version != 2 {
			t.Fatalf("deleted %+v, %v", s, err)
		}
		e := before.mustHaveDone(t, "system.delete", "system:"+string(live.System))
		if e.Detail["systemusers"] != "2" || e.Detail["requests"] != "2" || e.Detail["changerequests"] != "0" {
			t.Errorf("recorded %v", e.Detail)
		}
		if events := w.Events(t); !slices.ContainsFunc(events, func(e string) bool {
			return e[8:] == `system.deleted system:`+string(live.System)+` ["312506106","366209808"]`
		}) {
			t.Errorf("events %q", events[before.events:])
		}
		seqs := map[int64]bool{}
		for id, by := range map[models.ID]systemuser.Ender{live.ID: systemuser.EndedBySystem, other.ID: systemuser.EndedBySystem, gone.ID: systemuser.EndedByCustomer} {
			page, err := w.SystemUser(t.Context(), w.As(kari, bakeri), id)
			u := page.SystemUser
			if err != nil || u.Status != systemuser.Revoked || u.RevokedBy != by || u.RevokedAt.IsZero() || !u.ChangedAt.Equal(u.RevokedAt) {
				t.Errorf("system user %+v, %v", u, err)
			}
			if by == systemuser.EndedBySystem && (u.Seq < 5 || u.Version != 2 || !u.RevokedAt.Equal(w.Clock.Now())) {
				t.Errorf("seq %d, version %d: it changed after the others", u.Seq, u.Version)
			}
			seqs[u.Seq] = true
		}
		if len(seqs) != 3 {
			t.Errorf("numbers %v", seqs)
		}
		for id, want := range map[models.ID]request.Status{pending.ID: request.Withdrawn, late.ID: request.Expired, live.ID: request.Accepted} {
			if v, err := w.SentRequest(t.Context(), w.As(jonas, fjord), id); err != nil || v.Status != want || v.Request.Removed.IsZero() != (want != request.Accepted) {
				t.Errorf("request %s, removed at %v, %v; want %s", v.Status, v.Request.Removed, err, want)
			}
		}
		if found, err := w.DB.Binding(t.Context(), chain); err != nil || found.ClientKnown || found.UserFound {
			t.Errorf("afterwards the client is bound: %+v, %v", found, err)
		}

		again := marked(t, w)
		if _, err := w.DeleteSystem(t.Context(), programOf(fjord), live.System, nil); err != nil {
			t.Errorf("deleting again: %v", err)
		}
		_, err = w.UpdateSystem(t.Context(), programOf(fjord), live.System, renamed())
		mustBe(t, err, models.Gone, models.CodeSystemDeleted)
		_, err = w.RegisterSystem(t.Context(), programOf(fjord), modelstest.System())
		mustBe(t, err, models.Conflict, models.CodeSystemExists) // the id is burnt
		again.mustHaveDoneNothing(t)
		next := modelstest.System()
		next.ID += "2"
		if _, err := w.RegisterSystem(t.Context(), programOf(fjord), next); err != nil {
			t.Errorf("its client is not free: %v", err)
		}
	})
}

// A supplier whom nobody has told us of registers by the token of its program.
func TestAProgramVouchesForItsSupplier(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		in := modelstest.System()
		in.ID, in.Name.EN = "313775429_lonn", ""
		before := marked(t, w)
		_, err := w.RegisterSystem(t.Context(), programOf("313775429"), in)
		mustFault(t, err, "name.en required")
		before.mustHaveDoneNothing(t)
		in.Name.EN = "Payroll"
		if _, err := w.RegisterSystem(t.Context(), programOf("313775429"), in); err != nil {
			t.Fatal(err)
		}
		err = w.DB.Read(t.Context(), func(tx registry.Reader) error {
			o, err := tx.Organisation(t.Context(), "313775429")
			if err == nil && (o.Name != "" || o.PartyID == 0 || o.UUID == "") {
				t.Errorf("added %+v", o)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestListsOfSystemsLoseNothing(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		var want []system.ID // newest first
		for i := range 7 {
			in := modelstest.System()
			in.ID, in.Clients, in.Visible = system.ID("312506106_p"+strconv.Itoa(i)), nil, i != 3
			in.Name.NN = "Økonomi " + strconv.Itoa(i)
			w.Clock.Set(modelstest.Noon.Add(time.Duration(i/2) * time.Second)) // some at the same time
			if _, err := w.RegisterSystem(t.Context(), w.As(jonas, fjord), in); err != nil {
				t.Fatal(err)
			}
			want = append([]system.ID{in.ID}, want...)
		}
		ids := func(systems []system.System) (ids []system.ID) {
			for _, s := range systems {
				ids = append(ids, s.ID)
			}
			return ids
		}
		for size := range 9 {
			var own, visible []system.ID
			for at, more := (registry.SystemPlace{}), true; more; {
				systems, next, err := w.OwnSystems(t.Context(), programOf(fjord), at, size)
				if err != nil || size > 0 && len(systems) > size {
					t.Fatalf("%d at most: %d, %v", size, len(systems), err)
				}
				own = append(own, ids(systems)...)
				at, more = next, next != registry.SystemPlace{}
			}
			if diff := cmp.Diff(want, own); diff != "" {
				t.Errorf("own systems by %d (-want +got):\n%s", size, diff)
			}
			for at, more := system.ID(""), true; more; {
				systems, next, err := w.VisibleSystems(t.Context(), "ØKONOMI payroll", at, size)
				if err != nil {
					t.Fatal(err)
				}
				visible = append(visible, ids(systems)...)
				at, more = next, next != ""
			}
			shown := slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(want), func(id system.ID) bool { return id == "312506106_p3" })))
			if diff := cmp.Diff(shown, visible); diff != "" {
				t.Errorf("visible systems by %d (-want +got):\n%s", size, diff)
			}
		}
		for text, n := range map[string]int{"": 6, "_p5": 1, "ØKONOMI _p5": 1, "zebra": 0, "%": 0} {
			if systems, next, err := w.VisibleSystems(t.Context(), text, "", 0); err != nil || len(systems) != n || next != "" {
				t.Errorf("%q finds %d, %q, %v; want %d", text, len(systems), next, err, n)
			}
		}
	})
}
