package registry_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// A provider has changed its subjects: everybody is who he was, or nothing is
// changed.
func TestRemap(t *testing.T) {
	t.Parallel()
	row := func(place, from, to string) registry.Remapping {
		return registry.Remapping{Place: place, From: party.Identity{Issuer: mail, Subject: from}, To: party.Identity{Issuer: third, Subject: to}}
	}
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		for _, tc := range []struct {
			name string
			rows []registry.Remapping
			want registry.RemapReport
		}{
			{
				"two and one whom nobody knows",
				[]registry.Remapping{row("1", "berit", "b"), row("2", "carl", "c"), row("3", "nobody", "n")},
				registry.RemapReport{Mapped: 2, Unknown: []string{"3"}},
			},
			{"one who has both names", []registry.Remapping{row("1", "berit", "berit-3")}, registry.RemapReport{Mapped: 1}},
			{"nothing", nil, registry.RemapReport{}},
			{
				"a name of another",
				[]registry.Remapping{row("1", "berit", "b"), row("2", "carl", "berit-3")},
				registry.RemapReport{Mapped: 1, Refused: []registry.Refusal{{Place: "2", Reason: "the new subject belongs to another person than the old one"}}},
			},
			{
				"twice from one",
				[]registry.Remapping{row("1", "berit", "b"), row("2", "berit", "c")},
				registry.RemapReport{Mapped: 1, Refused: []registry.Refusal{{Place: "2", Reason: "the old subject stands in the file twice"}}},
			},
			{
				"two to one",
				[]registry.Remapping{row("1", "berit", "b"), row("2", "carl", "b")},
				registry.RemapReport{Mapped: 1, Refused: []registry.Refusal{{Place: "2", Reason: "the new subject stands in the file twice"}}},
			},
			{"a chain", []registry.Remapping{
				{Place: "1", From: party.Identity{Issuer: mail, Subject: "berit"}, To: party.Identity{Issuer: mail, Subject: "carl"}}, row("2", "carl", "c"),
			}, registry.RemapReport{Mapped: 1, Refused: []registry.Refusal{{Place: "1", Reason: "the new subject is the old one of another row"}}}},
			{
				"no name",
				[]registry.Remapping{row("1", "berit", "")},
				registry.RemapReport{Refused: []registry.Refusal{{Place: "1", Reason: "a subject is missing"}}},
			},
			{
				"a national id for a name",
				[]registry.Remapping{row("1", "berit", "03874998779")},
				registry.RemapReport{Refused: []registry.Refusal{{Place: "1", Reason: "the new subject is a national id, by which nobody can log in"}}},
			},
		} {
			t.Run(tc.name, func(t *testing.T) {
				t.Parallel()
				w := open(t)
				berit, carl := signIn(t, w, arrival(mail, "berit", "")), signIn(t, w, arrival(mail, "carl", ""))
				if err := w.Link(t.Context(), himself(berit), arrival(third, "berit-3", "")); err != nil {
					t.Fatal(err)
				}
				before := marked(t, w)
				report, err := w.Remap(t.Context(), modelstest.Operator, tc.rows, true)
				if diff := cmp.Diff(tc.want, report); diff != "" || err != nil {
					t.Errorf("tried, %v (-want +got):\n%s", err, diff)
				}
				before.mustHaveDoneNothing(t)
				report, err = w.Remap(t.Context(), modelstest.Operator, tc.rows, false)
				if diff := cmp.Diff(tc.want, report); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if len(tc.want.Refused) > 0 {
					mustBe(t, err, models.Conflict, models.CodeConflict)
					before.mustHaveDoneNothing(t)
					return
				}
				if e := before.since(t); err != nil || (len(e) == 1) != (tc.want.Mapped > 0) {
					t.Errorf("%v, recorded %+v", err, e)
				}
				for _, r := range tc.rows {
					want := map[string]models.ID{"berit": berit.Person, "carl": carl.Person}[r.From.Subject]
					if want == "" {
						continue
					}
					if l := signIn(t, w, arrival(r.To.Issuer, r.To.Subject, "")); l.Person != want {
						t.Errorf("%s is not who he was", r.To.Subject)
					}
				}
				if loggedIn(t, w, berit, carl) != "ab" {
					t.Error("somebody was logged out")
				}
				again, err := w.Remap(t.Context(), modelstest.Operator, tc.rows, false)
				want := registry.RemapReport{Same: tc.want.Mapped, Unknown: tc.want.Unknown}
				if diff := cmp.Diff(want, again); diff != "" || err != nil {
					t.Errorf("a second time, %v (-want +got):\n%s", err, diff)
				}
			})
		}
		w := open(t)
		before := marked(t, w)
		_, err := w.Remap(t.Context(), w.As(kari, bakeri), nil, false)
		mustBe(t, err, models.Forbidden, models.CodeForbidden)
		before.mustHaveDenied(t, "person.remap", models.CodeForbidden)
	})
}
