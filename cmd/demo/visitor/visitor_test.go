package visitor_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/cmd/demo/visitor"
)

const page = `<!doctype html><html lang="en"><body><h1>Ask  a
customer</h1><a href="/next?x=1">Next</a>
<form method="post" action="/send">
<input type="hidden" name="seen" value="abc"><input name="customer" value="">
<textarea name="why">
Because</textarea>
<input type="checkbox" name="items" value="one" checked><input type="checkbox" name="items" value="two" checked>
<input type="radio" name="level" value="high" checked><input type="radio" name="level" value="low">
<select name="url"><option value="">None</option><option value="https://a.example" selected>a</option><option value="https://b.example">b</option></select>
<input name="off" value="x" disabled>
<input name="ref" value="r1"><input name="ref" value="r2">
<button type="submit" name="op" value="save">Save</button><button type="button" name="op" value="never">Not</button><button>Go</button>
</form></body></html>`

// begin serves the page, and tells what was sent.
func begin(t *testing.T) (*visitor.Visitor, *url.Values) {
	t.Helper()
	sent := new(url.Values)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "known=yes; Path=/")
		_, _ = io.WriteString(w, page)
	})
	mux.HandleFunc("GET /next", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `<h1>Next %s</h1>`, html.EscapeString(r.URL.RawQuery))
	})
	mux.HandleFunc("POST /send", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		*sent = r.PostForm
		if _, err := r.Cookie("known"); err != nil || r.Header.Get("Origin") == "" {
			t.Errorf("cookie: %v, origin %q", err, r.Header.Get("Origin"))
		}
		if r.PostForm.Get("customer") == "" {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = io.WriteString(w, `<h1>Ask</h1><div role="alert">Say which customer</div>`)
			return
		}
		http.Redirect(w, r, "/next?sent", http.StatusSeeOther)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	v, err := visitor.New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Open(t.Context(), "/"); err != nil {
		t.Fatal(err)
	}
	return v, sent
}

func TestAFormSendsWhatABrowserWouldSend(t *testing.T) {
	v, sent := begin(t)
	f, err := v.Page.Form("/send")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"customer": "355913619", "level": "low", "url": "https://b.example"} {
		if err := f.Fill(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Tick("items", "two"); err != nil {
		t.Fatal(err)
	}
	if err := v.Press(t.Context(), f, "op", "save"); err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"seen": {"abc"}, "customer": {"355913619"}, "why": {"Because"}, "items": {"two"}, "level": {"low"},
		"url": {"https://b.example"}, "ref": {"r1", "r2"}, "op": {"save"},
	}
	if diff := cmp.Diff(want, *sent); diff != "" {
		t.Errorf("sent (-want +got)\n%s", diff)
	}
	if v.Page.Heading() != "Next sent" || v.Page.Status != http.StatusOK {
		t.Errorf("ended at %s", v.Page)
	}
}

func TestWhatIsNotOnThePageCannotBeDone(t *testing.T) {
	v, _ := begin(t)
	f, err := v.Page.Form("/send")
	if err != nil {
		t.Fatal(err)
	}
	_, noForm := v.Page.Form("/other")
	for what, err := range map[string]error{
		"a form":               noForm,
		"a field":              f.Fill("nowhere", "x"),
		"a disabled field":     f.Fill("off", "y"),
		"a choice":             f.Fill("url", "https://c.example"),
		"a box":                f.Tick("items", "three"),
		"a button":             v.Press(t.Context(), f, "op", "delete"),
		"a button of no form":  v.Press(t.Context(), f, "op", "never"),
		"a link":               v.Follow(t.Context(), "/elsewhere"),
		"a page that is none":  v.Open(t.Context(), "://"),
		"a post that is wrong": v.Press(t.Context(), f, "", ""),
	} {
		if err == nil {
			t.Errorf("%s: it worked", what)
		}
	}
}

func TestAFaultOnThePageIsTold(t *testing.T) {
	v, _ := begin(t)
	f, err := v.Page.Form("/send")
	if err != nil {
		t.Fatal(err)
	}
	err = v.Press(t.Context(), f, "op", "save")
	if err == nil || !strings.Contains(err.Error(), "422") || !strings.Contains(err.Error(), "Say which customer") {
		t.Errorf("%v", err)
	}
}

func TestALinkIsFollowed(t *testing.T) {
	v, _ := begin(t)
	if err := v.Follow(t.Context(), "/next"); err != nil || v.Page.Heading() != "Next x=1" {
		t.Errorf("%v at %s", err, v.Page)
	}
	if got := v.Page.Text(); got != "Next x=1" {
		t.Errorf("the page reads %q", got)
	}
	if _, ok := v.Page.Link("/"); ok {
		t.Error("a link that is not there was found")
	}
}
