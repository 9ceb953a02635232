package brreg_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models/brreg"
	"github.com/stafett/stafett/models/party"
)

// entry is one update of a unit or a sub-unit.
func entry(id int, o, kind string) string {
	return fmt.Sprintf(`{"oppdateringsid":%d,"dato":"2026-11-21T10:00:00.000Z","organisasjonsnummer":%q,"endringstype":%q,"_links":{}}`, id, o, kind)
}

func embedded(name string, entries ...string) string {
	return `{"_embedded":{"` + name + `":[` + strings.Join(entries, ",") + `]},"_links":{},"page":{"size":3,"totalElements":4,"totalPages":2,"number":0}}`
}

// event is one update of roles, a CloudEvent.
func event(id, o string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"https://data.brreg.no/enhetsregisteret/api/oppdateringer/roller","time":"2026-11-21T10:00:00Z","type":"no.brreg.enhetsregisteret.rolle.oppdatert","data":{"organisasjonsnummer":%q}}`, id, o)
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	const since = "2026-11-01T08%3A00%3A00.000Z"
	for feed, tc := range map[string]struct{ from, first, second, third, page1, page2, none string }{
		brreg.FeedUnits: {
			from:  "/api/oppdateringer/enheter?dato=" + since + "&size=3&sort=id%2CASC",
			first: "/api/oppdateringer/enheter?oppdateringsid=42&size=3&sort=id%2CASC", second: "/api/oppdateringer/enheter?oppdateringsid=51&size=3&sort=id%2CASC",
			third: "/api/oppdateringer/enheter?oppdateringsid=62&size=3&sort=id%2CASC",
			page1: embedded("oppdaterteEnheter", entry(42, "991825827", "Ny"), entry(47, "974760673", "Endring"), entry(50, "991825827", "Sletting")),
			page2: embedded("oppdaterteEnheter", entry(60, "123", "Ukjent"), entry(61, "210223282", "Fjernet")),
			none:  `{"_links":{},"page":{"size":3,"totalElements":0,"totalPages":0,"number":0}}`,
		},
		brreg.FeedSubUnits: {
			from:  "/api/oppdateringer/underenheter?dato=" + since + "&size=3&sort=id%2CASC",
			first: "/api/oppdateringer/underenheter?oppdateringsid=42&size=3&sort=id%2CASC", second: "/api/oppdateringer/underenheter?oppdateringsid=51&size=3&sort=id%2CASC",
			third: "/api/oppdateringer/underenheter?oppdateringsid=62&size=3&sort=id%2CASC",
			page1: embedded("oppdaterteUnderenheter", entry(42, "991825827", "Ny"), entry(47, "974760673", "Endring"), entry(50, "991825827", "Sletting")),
			page2: embedded("oppdaterteUnderenheter", entry(60, "", "Endret på en ny måte"), entry(61, "210223282", "Fjernet")),
			none:  `{"_links":{}}`,
		},
		brreg.FeedRoles: {
			from:  "/api/oppdateringer/roller?afterTime=" + since + "&size=3",
			first: "/api/oppdateringer/roller?afterId=41&size=3", second: "/api/oppdateringer/roller?afterId=50&size=3", third: "/api/oppdateringer/roller?afterId=61&size=3",
			page1: "[" + event("42", "991825827") + "," + event("47", "974760673") + "," + event("50", "991825827") + "]",
			page2: "[" + event("60", "x") + "," + event("61", "210223282") + "]",
			none:  "[]",
		},
	} {
		t.Run(feed, func(t *testing.T) {
			t.Parallel()
			r := newRegister(t)
			c := r.client(t)
			r.on(tc.from, says(tc.page1))
			r.on(tc.first, says(tc.page1))
			r.on(tc.second, says(tc.page2))
			r.on(tc.third, says(tc.none))
			for _, step := range []struct {
				after int64
				want  []party.OrgNo
				next  int64
			}{
				{0, []party.OrgNo{fjord, tall}, 50},
				{41, []party.OrgNo{fjord, tall}, 50},
				{50, []party.OrgNo{rotor}, 61}, // past one that does not hold
				{61, nil, 61},
			} {
				begin := time.Date(2026, 11, 1, 9, 0, 0, 0, time.FixedZone("CET", 3600))
				got, next, err := c.Updates(t.Context(), feed, step.after, begin, 3)
				if err != nil || next != step.next {
					t.Errorf("after %d: next %d, %v", step.after, next, err)
				}
				if diff := cmp.Diff(step.want, got); diff != "" {
					t.Errorf("after %d: (-want +got)\n%s", step.after, diff)
				}
			}
			r.wantAsked(t, 4) // nothing of a feed is kept
		})
	}
}

// A feed that could make us lose updates or turn in a circle is refused, and
// the place to go on from stays.
func TestFeedsThatDoNotFit(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ feed, body string }{
		"the same again":      {brreg.FeedUnits, embedded("oppdaterteEnheter", entry(7, "991825827", "Ny"))},
		"backwards":           {brreg.FeedUnits, embedded("oppdaterteEnheter", entry(9, "991825827", "Ny"), entry(8, "974760673", "Ny"))},
		"one number for two":  {brreg.FeedSubUnits, embedded("oppdaterteUnderenheter", entry(9, "991825827", "Ny"), entry(9, "974760673", "Ny"))},
		"below zero":          {brreg.FeedUnits, embedded("oppdaterteEnheter", entry(-9, "991825827", "Ny"))},
		"a number as text":    {brreg.FeedUnits, `{"_embedded":{"oppdaterteEnheter":[{"oppdateringsid":"` + secret + `"}]}}`},
		"a broken number":     {brreg.FeedUnits, `{"_embedded":{"oppdaterteEnheter":[{"oppdateringsid":9.5}]}}`},
		"too large a number":  {brreg.FeedUnits, `{"_embedded":{"oppdaterteEnheter":[{"oppdateringsid":99999999999999999999}]}}`},
		"a list":              {brreg.FeedUnits, `[]`},
		"an object of roles":  {brreg.FeedRoles, `{"` + secret + `":1}`},
		"an event number":     {brreg.FeedRoles, `[{"id":9}]`},
		"an event without id": {brreg.FeedRoles, `[{"data":{"organisasjonsnummer":"991825827"}}]`},
		"an id of words":      {brreg.FeedRoles, "[" + event(secret, "991825827") + "]"},
		"events backwards":    {brreg.FeedRoles, "[" + event("9", "991825827") + "," + event("8", "991825827") + "]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRegister(t)
			r.on("/api/oppdateringer/"+tc.feed+"?oppdateringsid=8&size=10&sort=id%2CASC", says(tc.body))
			r.on("/api/oppdateringer/roller?afterId=7&size=10", says(tc.body))
			got, next, err := r.client(t).Updates(t.Context(), tc.feed, 7, time.Time{}, 10)
			wantUnavailable(t, err)
			if got != nil || next != 7 {
				t.Errorf("%v, next %d", got, next)
			}
		})
	}
	r := newRegister(t)
	if _, _, err := r.client(t).Updates(t.Context(), "../enheter", 7, time.Time{}, 10); err == nil {
		t.Error("a feed that is none was asked for")
	}
	r.wantAsked(t, 0)
}

func TestHowManyUpdatesAreAskedFor(t *testing.T) {
	t.Parallel()
	for limit, size := range map[int]string{-1: "1", 0: "1", 1: "1", 700: "700", 1 << 40: "5000"} {
		r := newRegister(t)
		r.on("/api/oppdateringer/roller?afterId=7&size="+size, says("[]"))
		if _, _, err := r.client(t).Updates(t.Context(), brreg.FeedRoles, 7, time.Time{}, limit); err != nil {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

// What has changed is asked for anew, and serves on if it cannot be.
func TestUpdatesOutdateWhatIsKept(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t)
	feeds := map[string]string{ // by what they are about
		brreg.FeedUnits: unitPath(fjord), brreg.FeedSubUnits: subPath(fjordB), brreg.FeedRoles: rolesPath(fjord),
	}
	r.on(unitPath(fjord), says(unitJSON(fjord, "Fjordlønn AS", "AS", "")))
	r.on(subPath(fjordB), says(unitJSON(fjordB, "Kai", "BEDR", `,"overordnetEnhet":"991825827"`)))
	r.on(rolesPath(fjord), says(`{"rollegrupper":[]}`))
	r.on("/api/oppdateringer/enheter?oppdateringsid=2&size=9&sort=id%2CASC", says(embedded("oppdaterteEnheter", entry(2, string(fjord), "Endring"), entry(3, string(rotor), "Ny"))))
	r.on("/api/oppdateringer/underenheter?oppdateringsid=2&size=9&sort=id%2CASC", says(embedded("oppdaterteUnderenheter", entry(2, string(fjordB), "Endring"))))
	r.on("/api/oppdateringer/roller?afterId=1&size=9", says("["+event("2", string(fjord))+"]"))
	ask := func() {
		t.Helper()
		for _, o := range []party.OrgNo{fjord, fjordB} {
			if err := organisation(t.Context(), c, o); err != nil {
				t.Error(err)
			}
		}
		if _, _, err := c.Relations(t.Context(), fjord); err != nil {
			t.Error(err)
		}
	}
	ask()
	for feed, about := range feeds {
		r.questions()
		if _, _, err := c.Updates(t.Context(), feed, 1, time.Time{}, 9); err != nil {
			t.Fatal(err)
		}
		ask()
		ask()
		asked := r.questions()
		if len(asked) != 2 || asked[1].URL.Path != "/er"+about {
			t.Errorf("%s: asked %d times, want the feed and %s", feed, len(asked), about)
		}
	}
	if _, _, err := c.Updates(t.Context(), brreg.FeedUnits, 1, time.Time{}, 9); err != nil {
		t.Fatal(err)
	}
	r.on(unitPath(fjord), fails(500, ""))
	ask()
}
