package mail_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
)

var update = flag.Bool("update", false, "rewrite the mails in testdata")

var invitation = mail.InvitationView{
	To: "ola@bakke.example", Person: "Kari Nordmann", PersonOrg: "Fjord Regnskap AS",
	Org: "Bakke Bygg AS", OrgNo: "310678961",
	Role:      models.Text{NB: "Tilgangsstyrer", NN: "Tilgangsstyrar", EN: "Access manager"},
	RoleUntil: time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC), // midnight in Norway
	Link:      "https://registry.example/invitations/9pXv2mYb0Q",
	Until:     time.Date(2026, 12, 5, 22, 30, 0, 0, time.UTC),
}

// The mails stand in testdata as people read them.
func TestInvitationReads(t *testing.T) {
	t.Parallel()
	own := invitation
	own.PersonOrg, own.RoleUntil = own.Org, time.Time{}
	for name, v := range map[string]mail.InvitationView{"invitation": invitation, "invitation-own": own} {
		for _, l := range models.Languages() {
			m := mail.Invitation(i18n.With(t.Context(), l), v)
			if m.To != v.To || m.Lang != l {
				t.Errorf("to %q in %q", m.To, m.Lang)
			}
			got := m.Subject + "\n\n" + m.Text
			file := filepath.Join("testdata", name+"."+string(l)+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want := must(os.ReadFile(file))(t)
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", file, diff)
			}
			for _, fact := range []string{v.Org, "310\u202f678\u202f961", v.Person, v.PersonOrg, v.Link + "\n", "2026"} {
				if !strings.Contains(m.Text, fact) {
					t.Errorf("%s does not say %q", file, fact)
				}
			}
		}
	}
}

// What a name holds is never more than a name.
func TestNameIsNoText(t *testing.T) {
	t.Parallel()
	for _, person := range []string{
		"", " \u200b", "https://evil.example/login", "www: evil", "kari@evil.example", strings.Repeat("Du må betale nå. ", 20),
	} {
		v := invitation
		v.Person = person
		m := mail.Invitation(t.Context(), v)
		if !strings.Contains(m.Text, "Hei!\n\nFjord Regnskap AS vil gi deg en rolle for Bakke Bygg AS. ") || strings.Contains(m.Text, "evil") {
			t.Errorf("%q:\n%s", person, m.Text)
		}
	}
	v := invitation
	v.PersonOrg = ""
	if m := mail.Invitation(t.Context(), v); !strings.Contains(m.Text, "\n\nDe som driver registeret vil gi deg en rolle for Bakke Bygg AS. ") {
		t.Errorf("from the operator:\n%s", m.Text)
	}
	v = invitation
	v.Person = "Kari\r\n\r\nBetal\u2028til\u202e oss {{.Link}}"
	v.Org = "Bakke\n\n Bygg\tAS"
	m := mail.Invitation(t.Context(), v)
	if !strings.Contains(m.Text, "Hei!\n\nKari Betal til oss {{.Link}} i Fjord Regnskap AS vil gi deg en rolle for Bakke Bygg AS. ") {
		t.Errorf("names are not on one line:\n%s", m.Text)
	}
	if m.Subject != "Du er invitert til Bakke Bygg AS" {
		t.Errorf("subject: %q", m.Subject)
	}
}
