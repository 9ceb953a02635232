package mail_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
)

var asked = mail.NoticeView{
	Topic: mail.Asked, To: "post@bakke.example", Lang: models.NB, Customer: "Bakke Bygg AS", CustomerNo: "310678961",
	Supplier: "Fjord Regnskap AS", SupplierNo: "310000011", Until: time.Date(2026, 12, 5, 22, 30, 0, 0, time.UTC),
	Link: "https://registry.example/requests/704013ee", Settings: "https://registry.example/notices/settings", Contact: "hjelp@registry.example",
}

// The mails stand in testdata as people read them.
func TestNoticesRead(t *testing.T) {
	t.Parallel()
	with := func(change func(*mail.NoticeView)) mail.NoticeView {
		v := asked
		change(&v)
		return v
	}
	decided := func(s request.Status) mail.NoticeView {
		return with(func(v *mail.NoticeView) { v.Topic, v.Status, v.Until = mail.Decided, s, time.Time{} })
	}
	for name, v := range map[string]mail.NoticeView{
		"asked":     asked,
		"forwarded": with(func(v *mail.NoticeView) { v.Topic = mail.Forwarded }),
		"expiring":  with(func(v *mail.NoticeView) { v.Topic = mail.Expiring }),
		"ending":    with(func(v *mail.NoticeView) { v.Topic = mail.Ending }),
		"accepted":  decided(request.Accepted),
		"rejected":  decided(request.Rejected),
		"withdrawn": decided(request.Withdrawn),
		"expired":   decided(request.Expired),
		"wished": with(func(v *mail.NoticeView) {
			v.Topic, v.Status, v.Wished, v.Until = mail.Decided, request.Pending, true, time.Time{}
		}),
		"address":      with(func(v *mail.NoticeView) { v.Lang = "" }),
		"address-more": with(func(v *mail.NoticeView) { v.Lang, v.Topic, v.Supplier, v.Until = "", mail.More, "", time.Time{} }),
	} {
		langs := models.Languages()
		if v.Lang == "" {
			langs = []models.Language{""}
		}
		for _, l := range langs {
			v.Lang = l
			m := mail.Notice(t.Context(), v)
			got := m.Subject + "\n\n" + m.Text
			file := filepath.Join("testdata", strings.TrimSuffix("notice-"+name+"."+string(l), ".")+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(must(os.ReadFile(file))(t)), got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", file, diff)
			}
			if !slices.Contains(strings.Split(m.Text, "\n"), v.Link) || strings.Contains(got, "mail.notice") || strings.Contains(got, "<no value>") {
				t.Errorf("%s has no link on a line of its own, or lacks words:\n%s", file, got)
			}
			if own := strings.Contains(m.Text, v.Settings); own != (l != "") {
				t.Errorf("%s leads to the settings: %t", file, own)
			}
		}
	}
}

// A supplier's name is never more than a name.
func TestNoticeNamesAreNoText(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Betal på www.evil.example", "https://evil.example", "evil@evil.example", strings.Repeat("Du må betale nå. ", 20)} {
		v := asked
		v.Supplier = name
		m := mail.Notice(t.Context(), v)
		if !strings.Contains(m.Text, "\n310\u202f000\u202f011 ber Bakke Bygg AS om en systemtilgang.\n") || strings.Contains(m.Text, "evil") {
			t.Errorf("%q:\n%s", name, m.Text)
		}
	}
	v := asked
	v.Supplier, v.Customer = "Fjord\r\n\r\nBetal\u2028nå\u202e {{.Link}}", "Bakke\n\n Bygg\tAS"
	m := mail.Notice(t.Context(), v)
	if !strings.Contains(m.Text, "\nFjord Betal nå {{.Link}} ber Bakke Bygg AS om en systemtilgang.\n") || m.Subject != "Forespørsel til Bakke Bygg AS" {
		t.Errorf("names are not on one line:\n%s\n%s", m.Subject, m.Text)
	}
}
