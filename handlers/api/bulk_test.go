package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

const bulkJobs = "/api/v1/bulk"

// bulkOf is the body of a job.
func bulkOf(kind, more string, rows ...string) string {
	return fmt.Sprintf(`{"kind":%q%s,"rows":[%s]}`, kind, more, strings.Join(rows, ","))
}

// startBulk starts a job and returns where it is.
func startBulk(t *testing.T, c *kit.Client, body string) string {
	t.Helper()
	r := c.PostJSON(bulkJobs, body).Want(http.StatusAccepted)
	at := ours(t, r.Location())
	if j := r.JSON(); j["status"] != "running" || at != bulkJobs+"/"+j["id"].(string) {
		t.Errorf("started %v at %s", j, at)
	}
	return at
}

// workBulk lets the site put the rows of all jobs.
func workBulk(t *testing.T, s *kit.Site) {
	t.Helper()
	if err := s.Server.API.WorkBulk(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// bulkResults are the rows of the job, page by page.
func bulkResults(t *testing.T, c *kit.Client, at, query string) []map[string]any {
	t.Helper()
	var rows []map[string]any
	for next := at + "/rows?pageSize=500" + query; next != ""; {
		var page struct {
			Links struct{ Next string }
			Data  []map[string]any
		}
		if err := json.Unmarshal([]byte(c.Get(next).Want(http.StatusOK).Body), &page); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, page.Data...)
		if next = page.Links.Next; next != "" {
			next = ours(t, next)
		}
	}
	return rows
}

func word(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// Each row is answered as the call that puts it alone is: two sites, the same
// questions in the same order.
func TestARowIsAnsweredAsTheCall(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 70<<10)
	asks := []string{
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"new","accessPackages":[{"urn":"PKG"}]}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"new","accessPackages":[{"urn":"PKG"}]}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"new","rights":[],"accessPackages":[{"urn":"PKG"}],"redirectUrl":"https://program.example/back"}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"live","accessPackages":[{"urn":"PKG"}]}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","accessPackages":[{"urn":"PKG"}],"unknown":1}`,
		`{}`, `null`, `5`, `"x"`, `[]`, `{"systemId":5}`, `{"systemId":"SYS","SYSTEMID":"SYS"}`, `{"rights":{}}`,
		`{"systemId":"no id","partyOrgNo":"CUST"}`, `{"systemId":"SUP_none","partyOrgNo":"CUST","accessPackages":[{"urn":"PKG"}]}`,
		`{"systemId":"OTHER","partyOrgNo":"CUST","accessPackages":[{"urn":"PKG"}]}`,
		`{"systemId":"SYS","partyOrgNo":"123","accessPackages":[{"urn":"PKG"}]}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"e1"}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"e2","rights":[],"accessPackages":[]}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"e3","rights":[{"resource":[{"id":"urn:altinn:resource","value":"absent"}]}]}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"e4","accessPackages":[{"urn":"urn:altinn:accesspackage:absent"}]}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"e5","accessPackages":[{"urn":"PKG"}],"redirectUrl":"https://evil.example/"}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"e\u0000","accessPackages":[{"urn":"PKG"}]}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"e6","accessPackages":[{"urn":"PKG"}],"contactEmail":"no","validTo":"2001-01-01T00:00:00Z"}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"e7","integrationTitle":"` + long + `","accessPackages":[{"urn":"PKG"}]}`,
		`{"systemId":"SYS","partyOrgNo":"CUST","externalRef":"e8","integrationTitle":"` + long[:500] + `","accessPackages":[{"urn":"PKG"}]}`,
	}
	id := func(i int) string { return fmt.Sprintf("0f0c7f0e-8f0b-4a8e-9a39-0d3f6d2b1c%02d", i) }
	changes := []string{
		`{"correlationId":"` + id(1) + `","systemUserId":"USER","unwantedAccessPackages":[{"urn":"PKG"}]}`,
		`{"correlationId":"` + id(1) + `","systemUserId":"USER","unwantedAccessPackages":[{"urn":"PKG"}]}`,
		`{"correlationId":"` + id(1) + `","systemUserId":"USER","requiredAccessPackages":[{"urn":"PKG"}]}`,
		`{"correlationId":"` + id(2) + `","systemId":"SYS","partyOrgNo":"CUST","externalRef":"live","unwantedAccessPackages":[{"urn":"PKG"}]}`,
		`{"correlationId":"` + id(3) + `","systemUserId":"USER"}`,
		`{"correlationId":"` + id(4) + `","systemUserId":"` + id(99) + `","requiredAccessPackages":[{"urn":"PKG"}]}`,
		`{"correlationId":"USER","systemUserId":"USER"}`, `{"systemUserId":"USER"}`, `{"correlationId":5,"systemUserId":"USER"}`, `{"correlationId":"` + id(5) + `"}`,
		`{"correlationId":"` + id(6) + `","systemUserId":"USER","requiredAccessPackages":[{"urn":"urn:altinn:accesspackage:absent"}]}`,
		`{"correlationId":"` + id(7) + `","systemUserId":"USER","requiredRights":[{"resource":[{"id":"urn:altinn:resource","value":"absent"}]}]}`,
		`{"correlationId":"` + id(8) + `","systemUserId":"USER","requiredRights":5}`, `7`,
	}
	for kind, tc := range map[string]struct {
		at   string
		rows []string
	}{
		"requests": {requests, asks}, "agentrequests": {agentRequests, asks}, "changerequests": {"/authentication/api/v1/systemuser/changerequest/vendor", changes},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			site := func() (*kit.Site, *kit.Client, *strings.Replacer) {
				s := kit.New(t)
				of, other := s.System(t, kit.DeveloperA, "lonn"), s.System(t, kit.DeveloperB, "other")
				user := approved(t, s, of, "live")
				return s, supplier(t, s, kit.SupplierA), strings.NewReplacer("SYS", string(of.ID), "OTHER", string(other.ID), "SUP", string(kit.SupplierA),
					"CUST", string(kit.CustomerP), "PKG", kit.TaxPackage, "USER", user)
			}
			_, alone, words := site()
			var want []*kit.Response
			for _, row := range tc.rows {
				row = words.Replace(row)
				query := ""
				var m map[string]any
				if json.Unmarshal([]byte(row), &m) == nil && kind == "changerequests" {
					query = "?correlation-id=" + word(m["correlationId"])
					if user := word(m["systemUserId"]); user != "" {
						query += "&system-user-id=" + user
					}
				}
				want = append(want, alone.PostJSON(tc.at+query, row))
			}
			s, c, words := site()
			rows := make([]string, len(tc.rows))
			for i, row := range tc.rows {
				rows[i] = words.Replace(row)
			}
			at := startBulk(t, c, bulkOf(kind, "", rows...))
			workBulk(t, s)
			got := bulkResults(t, c, at, "")
			if len(got) != len(want) {
				t.Fatalf("%d rows, want %d", len(got), len(want))
			}
			for i, w := range want {
				g, in := got[i], clipped(rows[i])
				if word(g["answer"]) != fmt.Sprint(w.Status) || word(g["repeat"]) != w.Header.Get("Stafett-Repeat") {
					t.Errorf("%s: row %v %v, the call %d %s", in, g["answer"], g["repeat"], w.Status, w.Header.Get("Stafett-Repeat"))
				}
				if w.Status < 400 {
					if g["status"] != "done" || w.Status == 201 && (g["id"] == nil || !strings.Contains(word(g["confirmUrl"]), word(g["id"]))) {
						t.Errorf("%s: %v", in, g)
					}
					continue
				}
				p := w.JSON()
				if g["status"] != "failed" || g["code"] != p["code"] || !strings.Contains(word(g["detail"]), word(p["title"])) ||
					strings.HasPrefix(word(p["code"]), "AUTH") && !strings.Contains(word(g["detail"]), word(p["detail"])) {
					t.Errorf("%s: row %v, the call %v", in, g, p)
				}
			}
		})
	}
}

func clipped(s string) string { return s[:min(len(s), 160)] }

func TestARowsOwnMembersHideTheDefaults(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	at := startBulk(t, c, bulkOf("requests", fmt.Sprintf(`,"systemId":%q,"defaults":{"partyOrgNo":%q,"integrationTitle":"Vanlig","accessPackages":[{"urn":%q}]}`,
		of.ID, kit.CustomerP, kit.TaxPackage), `{"externalRef":"a"}`, `{"ExternalRef":"b","IntegrationTitle":"Egen","PARTYORGNO":"`+string(kit.CustomerQ)+`"}`, `{"systemId":"x"}`))
	workBulk(t, s)
	rows := bulkResults(t, c, at, "")
	titles := []string{}
	for _, r := range rows[:2] {
		titles = append(titles, word(c.Get(requests + "/" + word(r["id"])).Want(http.StatusOK).JSON()["integrationTitle"]))
	}
	if diff := cmp.Diff([]string{"Vanlig", "Egen"}, titles); diff != "" {
		t.Error(diff)
	}
	if rows[1]["partyOrgNo"] != string(kit.CustomerQ) || rows[0]["partyOrgNo"] != string(kit.CustomerP) || rows[2]["code"] != "AUTH-00011" {
		t.Errorf("%v", rows)
	}
	job := c.Get(at).Want(http.StatusOK).JSON()
	if diff := cmp.Diff(map[string]any{"waiting": 0.0, "done": 2.0, "failed": 1.0, "cancelled": 0.0}, job["counts"]); diff != "" || job["status"] != "done" || job["ended"] == nil {
		t.Errorf("%v %s", job, diff)
	}
	if failed := bulkResults(t, c, at, "&status=failed"); len(failed) != 1 || failed[0]["position"] != 2.0 {
		t.Errorf("failed: %v", failed)
	}
	if strings.Contains(s.Dump(), "IntegrationTitle") {
		t.Error("what a row asked for is kept after it has ended")
	}
}

func TestAKeyGivesOneBulkJob(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA).With("Idempotency-Key", "one")
	body := bulkOf("requests", "", `{}`)
	if a, b := startBulk(t, c, body), startBulk(t, c, body); a != b {
		t.Errorf("%s and %s", a, b)
	}
	c.PostJSON(bulkJobs, bulkOf("requests", "", `{"a":1}`)).Want(http.StatusUnprocessableEntity)
	if n := len(c.Get(bulkJobs).Want(http.StatusOK).JSON()["data"].([]any)); n != 1 {
		t.Errorf("%d jobs", n)
	}
}

func TestBulkJobsAreTheSuppliersOwn(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	mine, theirs := supplier(t, s, kit.SupplierA), supplier(t, s, kit.SupplierB)
	at := startBulk(t, mine, bulkOf("requests", "", `{}`, `{}`))
	none := bulkJobs + "/" + string(models.NewID())
	same := func(r *kit.Response) map[string]any {
		p := r.Want(http.StatusNotFound).JSON()
		delete(p, "request_id")
		return p
	}
	for _, rest := range []string{"", "/rows"} {
		if diff := cmp.Diff(same(theirs.Get(none+rest)), same(theirs.Get(at+rest))); diff != "" {
			t.Errorf("%s tells of another's: %s", rest, diff)
		}
	}
	if diff := cmp.Diff(same(theirs.PostJSON(none+"/cancel", "")), same(theirs.PostJSON(at+"/cancel", ""))); diff != "" {
		t.Error(diff)
	}
	mine.PostJSON(at+"/cancel", "").Want(http.StatusOK)
	if j := mine.PostJSON(at+"/cancel", "").Want(http.StatusOK).JSON(); j["status"] != "cancelled" {
		t.Errorf("again: %v", j)
	}
	done := startBulk(t, mine, bulkOf("requests", "", `{}`))
	workBulk(t, s)
	if r := mine.PostJSON(done+"/cancel", "").Want(http.StatusConflict); r.Code() != "bulk.ended" {
		t.Error(r.Code())
	}
	for range 5 {
		startBulk(t, mine, bulkOf("requests", "", `{}`))
	}
	if r := mine.PostJSON(bulkJobs, bulkOf("requests", "", `{}`)).Want(http.StatusConflict); r.Code() != "bulk.too_many" {
		t.Error(r.Code())
	}
	seen := 0
	for next := bulkJobs + "?pageSize=2"; next != ""; {
		page := mine.Get(next).Want(http.StatusOK).JSON()
		seen += len(page["data"].([]any))
		address, more := page["links"].(map[string]any)["next"].(string)
		if next = ""; more {
			next = ours(t, address)
		}
	}
	if seen != 7 {
		t.Errorf("%d jobs on all pages, want 7", seen)
	}
	s.Bearer(t, s.AccessToken(kit.SupplierA, requestRead, nil)).PostJSON(bulkJobs, bulkOf("requests", "", `{}`)).Want(http.StatusForbidden)
}

func TestWhatIsWrongWithABulkJob(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := supplier(t, s, kit.SupplierA)
	before := s.Snapshot()
	row := `{"x":"` + strings.Repeat("x", 1000) + `"}`
	for body, want := range map[string]int{
		``: 400, `null`: 400, `5`: 400, `[]`: 400, `{}`: 400, `{`: 400, "\xff": 400, `{"kind":"requests"}`: 400, `{"kind":"requests","rows":[]}`: 400,
		`{"kind":"requests","rows":{}}`: 400, `{"kind":"requests","rows":null}`: 400, `{"kind":"none","rows":[{}]}`: 400, `{"kind":5,"rows":[{}]}`: 400,
		`{"kind":"requests","kind":"requests","rows":[{}]}`: 400, `{"kind":"requests","rows":[{"a":1,"a":2}]}`: 400, `{"kind":"requests","rows":[{"a":"` + "\xff" + `"}]}`: 400,
		`{"kind":"requests","rows":[{}],"defaults":[]}`: 400, `{"kind":"requests","rows":[{}],"defaults":"x"}`: 400, `{"kind":"requests","rows":[{}],"systemId":"no id"}`: 400,
		bulkOf("requests", `,"defaults":{"a":"`+strings.Repeat("x", 64<<10)+`"}`, `{}`): 400,
		bulkOf("requests", "", strings.Repeat("{},", 10000)+"{}"):                       400,
		bulkOf("requests", "", strings.Repeat(row+",", 8400)+"{}"):                      413,
		`{"kind":"requests","rows":[` + strings.Repeat("[", 20000):                      400,
	} {
		if r := c.PostJSON(bulkJobs, body); r.Status != want {
			t.Errorf("%s: %d, want %d", clipped(body), r.Status, want)
		}
	}
	c.Do(http.MethodPost, bulkJobs, "text/plain", bulkOf("requests", "", `{}`)).Want(http.StatusUnsupportedMediaType)
	c.PostJSON(requests, `{"systemId":"`+strings.Repeat("x", 70<<10)+`"}`).Want(http.StatusRequestEntityTooLarge)
	c.Get(bulkJobs + "/x/rows").Want(http.StatusNotFound)
	if s.Snapshot() != before {
		t.Error("something was stored")
	}
	at := startBulk(t, c, bulkOf("requests", "", strings.Repeat(row+",", 7000)+"{}")) // 7 MiB
	for _, query := range []string{"?status=x", "?pageSize=501", "?token=x", "?token=eyJwIjotMX0"} {
		c.Get(at + "/rows" + query).Want(http.StatusBadRequest)
	}
}

// What a job cannot have takes no memory. Not parallel, since it counts.
func TestMillionsOfTinyRows(t *testing.T) {
	s := kit.New(t)
	body := `{"kind":"requests","rows":[` + strings.Repeat("0,", 2<<20) + `0]}`
	token := s.AccessToken(kit.SupplierA, requestWrite, nil)
	n := testing.AllocsPerRun(1, func() { // straight, for the kit reads the body too
		r := httptest.NewRequest(http.MethodPost, bulkJobs, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		rec := httptest.NewRecorder()
		if s.Server.ServeHTTP(rec, r); rec.Code != http.StatusBadRequest {
			t.Errorf("status %d", rec.Code)
		}
	})
	if n > 100_000 {
		t.Errorf("%.0f allocations", n)
	}
}

// A row costs as many statements however many there are.
func TestStatementsPerRow(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	cost := func(name string, n int) int {
		rows := make([]string, n)
		for i := range rows {
			rows[i] = fmt.Sprintf(`{"externalRef":"%s%d"}`, name, i)
		}
		startBulk(t, c, bulkOf("requests", fmt.Sprintf(`,"defaults":{"systemId":%q,"partyOrgNo":%q,"accessPackages":[{"urn":%q}]}`, of.ID, kit.CustomerP, kit.TaxPackage), rows...))
		return len(s.Statements(func() { workBulk(t, s) }))
	}
	cost("warm", 1)
	few, many := cost("a", 20), cost("b", 200)
	if each := (many - few) / 180; each > 22 || many > 10*few {
		t.Errorf("%d statements for 20 rows, %d for 200", few, many)
	}
}

// As many rows as a job can have, each with a request of its own.
func TestManyRows(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	of := s.System(t, kit.DeveloperA, "lonn")
	c := supplier(t, s, kit.SupplierA)
	rows := make([]string, manyRows)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"externalRef":"r%d"}`, i)
	}
	at := startBulk(t, c, bulkOf("requests", fmt.Sprintf(`,"defaults":{"systemId":%q,"partyOrgNo":%q,"accessPackages":[{"urn":%q}]}`, of.ID, kit.CustomerP, kit.TaxPackage), rows...))
	workBulk(t, s)
	if j := c.Get(at).Want(http.StatusOK).JSON(); j["status"] != "done" || j["counts"].(map[string]any)["done"] != float64(manyRows) {
		t.Errorf("%v", j)
	}
	seen := map[string]bool{}
	for _, r := range bulkResults(t, c, at, "") {
		seen[word(r["id"])] = true
	}
	if len(seen) != manyRows {
		t.Errorf("%d requests, want %d", len(seen), manyRows)
	}
}

// A customer that only the business register knows is taken in; a register that
// does not answer is as good as none, as when it is asked for one call.
func TestARowForACustomerWhomOnlyTheRegisterKnows(t *testing.T) {
	t.Parallel()
	for down, want := range map[bool]string{false: "done", true: "failed"} {
		s := kit.New(t)
		of := s.System(t, kit.DeveloperA, "lonn")
		c := supplier(t, s, kit.SupplierA)
		s.RegisterDown(down)
		row := func(customer party.OrgNo) string {
			return fmt.Sprintf(`{"systemId":%q,"partyOrgNo":%q,"accessPackages":[{"urn":%q}]}`, of.ID, customer, kit.TaxPackage)
		}
		at := startBulk(t, c, bulkOf("requests", "", row(kit.CustomerP), row(kit.Registered), row("313775429"), row(kit.CustomerQ)))
		workBulk(t, s)
		var got []string
		for _, r := range bulkResults(t, c, at, "") {
			got = append(got, word(r["status"])+word(r["code"]))
		}
		code := map[bool]string{true: "AUTH-00000"}[down]
		if diff := cmp.Diff([]string{"done", want + code, "failedAUTH-00000", "done"}, got); diff != "" {
			t.Errorf("register down %v (-want +got):\n%s", down, diff)
		}
	}
}
