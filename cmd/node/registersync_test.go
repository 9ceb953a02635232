package node_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// The whole way: settings, the client of the register, its answers over HTTP,
// and what the registry makes of them.
func TestTheRegisterIsFollowedOverHTTP(t *testing.T) {
	t.Parallel()
	var struckOff atomic.Bool
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, format string, args ...any) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, format, args...) //nolint:gosec // the answer is JSON, and says so
	}
	mux.HandleFunc("GET /api/oppdateringer/{feed}", func(w http.ResponseWriter, r *http.Request) {
		switch r.PathValue("feed") {
		case "roller":
			answer(w, `[]`)
			return
		case "underenheter":
			answer(w, `{}`)
			return
		}
		from, _ := strconv.Atoi(r.URL.Query().Get("oppdateringsid"))
		last := 5
		if struckOff.Load() {
			last = 6
		}
		var entries []string
		for id := max(from, 5); id <= last; id++ {
			entries = append(entries, fmt.Sprintf(`{"oppdateringsid":%d,"organisasjonsnummer":"%s"}`, id, modelstest.Bakeri))
		}
		answer(w, `{"_embedded":{"oppdaterteEnheter":[%s]}}`, strings.Join(entries, ","))
	})
	mux.HandleFunc("GET /api/enheter/{no}", func(w http.ResponseWriter, r *http.Request) {
		gone := ""
		if struckOff.Load() && r.PathValue("no") == string(modelstest.Bakeri) {
			gone = `,"slettedato":"2026-11-20"`
		}
		answer(w, `{"organisasjonsnummer":%q,"navn":"FRA REGISTERET AS","organisasjonsform":{"kode":"AS"}%s}`, r.PathValue("no"), gone)
	})
	mux.HandleFunc("GET /api/enheter/{no}/roller", func(w http.ResponseWriter, _ *http.Request) { answer(w, `{"rollegrupper":[]}`) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	w := modelstest.Open(t)
	w.Clock.Set(time.Now().Add(-time.Minute)) // the client's clock is the machine's
	w.Approved(t, "one")
	if err := (node.Settings{RegisterSettings: node.RegisterSettings{RegisterURL: server.URL, RegisterMinutes: 60}}).Ask(w.Registry); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		struckOff bool
		want      string
	}{
		{false, "register: 4 asked about, 0 unknown, 0 new, 4 changed, 0 ended, 0 refused"},
		{false, "register: 0 asked about, 0 unknown, 0 new, 0 changed, 0 ended, 0 refused"},
		{true, "register: 1 asked about, 0 unknown, 0 new, 1 changed, 0 ended, 0 refused"},
	} {
		struckOff.Store(step.struckOff)
		report, err := w.SyncRegister(t.Context(), node.Operator)
		if err != nil || report.String() != step.want {
			t.Errorf("%s, %v; want %s", report, err, step.want)
		}
	}
	var o party.Organisation
	err := w.DB.Read(t.Context(), func(tx registry.Reader) (err error) {
		o, err = tx.Organisation(t.Context(), modelstest.Bakeri)
		return err
	})
	if err != nil || o.Name != "FRA REGISTERET AS" || o.StruckOff.IsZero() {
		t.Errorf("%+v, %v", o, err)
	}
	server.Close()
	if _, err := w.SyncRegister(t.Context(), node.Operator); err == nil {
		t.Error("a register that is gone answers")
	}
}
