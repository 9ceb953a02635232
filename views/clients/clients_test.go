package clients_test

import (
	"strings"
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/views/clients"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/viewstest"
)

// Whatever becomes of a client, there are words for it in every language.
func TestEverythingHasWords(t *testing.T) {
	t.Parallel()
	for _, l := range models.Languages() {
		ctx := i18n.With(t.Context(), l)
		says := func(what, text string) {
			t.Helper()
			if text == "" || strings.Contains(text, "⟦") || strings.Contains(text, "<no value>") {
				t.Errorf("%s in %s: %q", what, l, text)
			}
		}
		for _, s := range []clients.State{clients.Ready, clients.Lacks, clients.Attached, clients.Lame} {
			says(string(s), clients.StateText(ctx, s))
		}
		for _, kind := range []bulk.Kind{bulk.Attach, bulk.Detach} {
			for _, status := range bulk.RowStatuses() {
				says(string(status), clients.OutcomeText(ctx, kind, clients.Outcome{Status: status}))
				says(string(status), clients.OutcomeText(ctx, kind, clients.Outcome{Status: status, Before: true}))
			}
			for _, code := range models.Codes() {
				says(string(code), clients.OutcomeText(ctx, kind, clients.Outcome{Status: bulk.RowFailed, Code: string(code)}))
			}
			for _, is := range []string{"ok", "already", "unknown", "lacks", "number", "twice"} {
				says(is, clients.LineText(ctx, kind, is))
			}
			for _, status := range []bulk.Status{bulk.Running, bulk.Done, bulk.Cancelled} {
				for _, n := range [][3]int{{1, 1, 0}, {1, 0, 1}, {7, 7, 0}, {7, 3, 4}, {7, 0, 7}} {
					v := clients.JobView{Agent: clients.Agent{ID: "x", Title: "Title"}, Job: clients.Job{Kind: kind, Status: status, Total: n[0], Done: n[1], Failed: n[2]}, Can: true, Cancel: true}
					for _, fault := range viewstest.Check(viewstest.Render(ctx, t, clients.JobPage(layout.Shell{}, v))) {
						t.Errorf("%s %s %v in %s: %s", kind, status, n, l, fault)
					}
				}
			}
		}
		for _, lack := range []clients.Lack{{}, {Given: true}, {Roles: []models.Text{{NB: "Revisor"}}}} {
			lack.Package = models.Text{NB: "Lønn"}
			says("why", clients.Why(ctx, "Org", []clients.Lack{lack}))
		}
	}
}
