package static_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stafett/stafett/static"
)

func sample(t *testing.T) *static.Assets {
	t.Helper()
	a, err := static.New(fstest.MapFS{
		".gitkeep":    {Data: nil},
		"stafett.css": {Data: []byte(strings.Repeat("p{margin:0}", 50))},
		"secret.key":  {Data: []byte("not for anybody")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(a http.Handler, method, url, encoding string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

func TestFileIsServedUnderItsHashAndKeptForEver(t *testing.T) {
	a := sample(t)
	url := a.URL("stafett.css")
	if !strings.HasPrefix(url, "/assets/stafett.") || !strings.HasSuffix(url, ".css") || url == "/assets/stafett.css" {
		t.Fatalf("URL = %q, want a name with a hash", url)
	}
	w := get(a, http.MethodGet, url, "")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	if got := w.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control = %q", got)
	}
	if w.Body.String() != strings.Repeat("p{margin:0}", 50) {
		t.Error("content differs")
	}
}

func TestFileIsCompressedForThoseWhoTakeIt(t *testing.T) {
	a := sample(t)
	for encoding, want := range map[string]string{
		"":                    "",
		"gzip, br":            "gzip",
		"br, GZIP;q=0.5":      "gzip",
		"gzip;q=0":            "",
		"identity, gzip; q=0": "",
		"br":                  "",
	} {
		w := get(a, http.MethodGet, a.URL("stafett.css"), encoding)
		if got := w.Header().Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: Content-Encoding %q, want %q", encoding, got, want)
		}
	}
	w := get(a, http.MethodGet, a.URL("stafett.css"), "gzip")
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil || len(plain) != 550 {
		t.Errorf("unpacked %d bytes, %v", len(plain), err)
	}
}

func TestNothingElseIsServed(t *testing.T) {
	a := sample(t)
	for _, url := range []string{"/assets/", "/assets/stafett.css", "/assets/secret.key", "/assets/.gitkeep", "/assets/../static.go"} {
		if w := get(a, http.MethodGet, url, ""); w.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d, want 404", url, w.Code)
		}
	}
	if w := get(a, http.MethodPost, a.URL("stafett.css"), ""); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("POST: %d %v", w.Code, w.Header())
	}
	if w := get(a, http.MethodHead, a.URL("stafett.css"), ""); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d with %d bytes", w.Code, w.Body.Len())
	}
}

func TestCheckSaysWhatIsMissingAndWhatToDo(t *testing.T) {
	err := sample(t).Check()
	if err == nil {
		t.Fatal("Check passed without the scripts")
	}
	for _, want := range []string{"htmx.js", "make assets"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Check: %q does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "stafett.css") {
		t.Errorf("Check names a file that is there: %v", err)
	}
}

// The first view of a page must stay small on a slow line.
func TestFirstViewIsWithinItsBudget(t *testing.T) {
	a, err := static.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Check(); err != nil {
		t.Skip(err)
	}
	total := 0
	for _, name := range []string{"stafett.css", "app.js", "htmx.js", "icon.svg"} {
		n := get(a, http.MethodGet, a.URL(name), "gzip").Body.Len()
		t.Logf("%s: %d bytes", name, n)
		total += n
	}
	if most := 52 << 10; total > most {
		t.Errorf("assets of a first view weigh %d bytes, more than %d", total, most)
	}
}
