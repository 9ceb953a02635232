package supplier_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/supplier"
	"github.com/stafett/stafett/views/viewstest"
)

func TestEnterSearchesAndNeverRegisters(t *testing.T) {
	page := viewstest.Render(t.Context(), t, supplier.RegisterPage(layout.Shell{}, supplier.Register{}))
	_, form, _ := strings.Cut(page, `action="/supplier/systems/new"`)
	first := regexp.MustCompile(`<button[^>]*>`).FindString(form)
	if !strings.Contains(first, `type="submit"`) || !strings.Contains(first, `name="op" value="search"`) {
		t.Errorf("a browser presses %s on Enter", first)
	}
}

func TestNoFaultOfTheFormIsLost(t *testing.T) {
	v := supplier.Register{Faults: map[string]string{"asks[7]": "duplicate", "visible": "choice", "name.nn": "required"}}
	page := viewstest.Render(t.Context(), t, supplier.RegisterPage(layout.Shell{}, v))
	for _, want := range []string{`href="#f-name-nn"`, `href="#main">asks[7]: `, `href="#main">visible: `} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not in the summary", want)
		}
	}
}

func TestPurposesComeBackInTheOrderOfTheirItems(t *testing.T) {
	v := supplier.Register{Asks: []supplier.Chosen{
		{Item: supplier.Item{Value: "a"}, Purpose: models.Text{NB: "1", EN: "one"}},
		{Item: supplier.Item{Value: "b#read", Action: "read"}, Purpose: models.Text{NN: "to"}},
	}}
	sent := fields(t, viewstest.Render(t.Context(), t, supplier.RegisterPage(layout.Shell{}, v)))
	for name, want := range map[string]string{"asks": "a|b#read", "purpose_nb": "1|", "purpose_nn": "|to", "purpose_en": "one|"} {
		if got := strings.Join(sent[name], "|"); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestEMailCarriesTheWholeLink(t *testing.T) {
	v := supplier.Request{
		Status: request.Pending, Customer: "Kaffe & Te + Søt AS", System: supplier.Phrase{Text: "Én #1"},
		Link: "https://stafett.example/request?id=1&x=2",
	}
	page := viewstest.Render(t.Context(), t, supplier.RequestPage(layout.Shell{}, v))
	mail, err := url.Parse(html.UnescapeString(regexp.MustCompile(`mailto:[^"]*`).FindString(page)))
	if err != nil {
		t.Fatal(err)
	}
	q := mail.Query()
	if strings.Contains(mail.RawQuery, "+") || !strings.Contains(q.Get("body"), v.Link) || !strings.Contains(q.Get("body"), v.Customer) ||
		q.Get("subject") != "Én #1 ber om fullmakt" {
		t.Errorf("subject %q, body %q", q.Get("subject"), q.Get("body"))
	}
}

func TestEveryStatusHasAWordAndASentence(t *testing.T) {
	for _, s := range request.Statuses() {
		page := viewstest.Render(t.Context(), t, supplier.RequestPage(layout.Shell{}, supplier.Request{Status: s}))
		if strings.Contains(page, ">"+string(s)+"<") || strings.Contains(page, `<p class="lead"></p>`) {
			t.Errorf("%s has no word or no sentence", s)
		}
	}
}

func TestOnlyAPendingRequestCanBeWithdrawn(t *testing.T) {
	for _, s := range request.Statuses() {
		page := viewstest.Render(t.Context(), t, supplier.RequestPage(layout.Shell{}, supplier.Request{ID: "r1", Status: s}))
		if got := strings.Contains(page, `action="/supplier/requests/r1/withdraw"`); got != (s == request.Pending) {
			t.Errorf("%s: form shown: %t", s, got)
		}
	}
}

// fields reads what the inputs of a page would send, in their order.
func fields(t *testing.T, page string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	out := url.Values{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "input" {
			continue
		}
		a := map[string]string{}
		for _, at := range n.Attr {
			a[at.Key] = at.Val
		}
		out.Add(a["name"], a["value"])
	}
	return out
}
