package registry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// lines are the history of a system user as a person of the organisation reads
// it: the action, by whom, and what it added and removed.
func lines(t *testing.T, w *modelstest.World, who modelstest.Name, o party.OrgNo, id models.ID) []string {
	t.Helper()
	page, err := w.SystemUser(t.Context(), w.As(who, o), id)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range page.History {
		words := []string{l.Entry.Action}
		if l.Person.Name != "" {
			words = append(words, "by "+l.Person.Name)
		}
		for _, a := range l.Added {
			words = append(words, "+"+a.Package.Name.NB+a.Resource.Title.NB)
		}
		for _, a := range l.Removed {
			words = append(words, "-"+a.Package.Name.NB+a.Resource.Title.NB)
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

func TestTheHistoryTellsOfChangesAndWhoEndedIt(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Approved(t, "one")
		other := w.Approved(t, "another")
		for _, id := range []models.ID{sent.ID, other.ID} {
			c, _, err := w.AskChange(t.Context(), fjordsProgram, request.Change{
				Correlation: models.NewID(), SystemUser: id, Unwanted: []catalog.Item{catalog.PackageOf(modelstest.Salary)},
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.ApproveChangeThrough(t.Context(), w.As(kari, bakeri), c.ID, registry.Portal{}); err != nil {
				t.Fatal(err)
			}
		}
		c, _, err := w.AskChange(t.Context(), fjordsProgram, request.Change{
			Correlation: models.NewID(), SystemUser: sent.ID, Request: request.Request{Items: []catalog.Item{catalog.PackageOf(modelstest.Salary)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.ApproveChangeThrough(t.Context(), w.As(kari, bakeri), c.ID, registry.Portal{}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.DeleteSystem(t.Context(), fjordsProgram, sent.System, nil); err != nil {
			t.Fatal(err)
		}
		salary := "Lønn"
		if diff := cmp.Diff([]string{
			"request.send", "request.approve by Kari", "change.send", "change.approve by Kari -" + salary,
			"change.send", "change.approve by Kari +" + salary, "system.delete",
		}, lines(t, w, kari, bakeri, sent.ID)); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
	})
}

func TestTheHistoryTellsThatTheTimeIsUp(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := lent(t, w, "one")
		w.Clock.Set(sent.ValidTo.Add(time.Second))
		for _, swept := range []bool{false, true} { // it reads as ended before the job comes by
			want := []string{"request.send", "request.approve by Kari"}
			if swept {
				if _, err := w.EndSystemUsers(t.Context()); err != nil {
					t.Fatal(err)
				}
				want = append(want, "systemuser.end")
			}
			page, err := w.SystemUser(t.Context(), w.As(kari, bakeri), sent.ID)
			if u := page.SystemUser; err != nil || u.Status != systemuser.Revoked || u.RevokedBy != systemuser.EndedByTime || page.CanRevoke {
				t.Errorf("swept %t: %+v, %v", swept, u, err)
			}
			if diff := cmp.Diff(want, lines(t, w, kari, bakeri, sent.ID)); diff != "" {
				t.Errorf("swept %t, history (-want +got):\n%s", swept, diff)
			}
		}
	})
}
