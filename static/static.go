package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Prefix is the path under which the assets are served.
const Prefix = "/assets/"

//go:embed all:dist
var dist embed.FS

// needed lists what a page may name; see build.mjs.
var needed = []string{"app.js", "htmx.js", "icon.svg", "licences.txt", "stafett.css"}

// types gives the content type of each file ending that we serve.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",
}

// Assets is a set of files with the URLs that they are served under. It is
// read-only after it is made and safe for concurrent use.
type Assets struct {
	urls  map[string]string // file name to URL
	files map[string]asset  // URL to content
}

type asset struct {
	kind   string
	plain  []byte
	packed []byte // gzip; nil when that is no smaller
}

// Embedded returns the assets in the binary. When they were not built it is an
// empty set, whose Check says so; a fault in the embedding itself is returned.
func Embedded() (*Assets, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("embedded assets: %w", err)
	}
	return New(sub)
}

// New reads the files at the root of fsys, compresses them once, and names each
// by its content. Files whose ending has no content type are left out.
func New(fsys fs.FS) (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]asset{}}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		kind, ok := types[path.Ext(name)]
		if !ok || e.IsDir() {
			continue
		}
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read asset: %w", err)
		}
		packed, err := Pack(content)
		if err != nil {
			return nil, fmt.Errorf("compress asset %s: %w", name, err)
		}
		sum := sha256.Sum256(content)
		ext := path.Ext(name)
		url := Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.urls[name] = url
		a.files[url] = asset{kind: kind, plain: content, packed: packed}
	}
	return a, nil
}

// Check returns nil when every file that pages name is there. Otherwise the
// error says which are missing and what to do.
func (a *Assets) Check() error {
	var missing []string
	for _, name := range needed {
		if _, ok := a.urls[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return errors.New("this binary was built without " + strings.Join(missing, ", ") +
		" for its pages: run make assets and build again")
}

// URL returns the path of the named file, such as "stafett.css". A file that
// is not there gets its bare name under Prefix, which answers 404.
func (a *Assets) URL(name string) string {
	if url, ok := a.urls[name]; ok {
		return url
	}
	return Prefix + name
}

// Names lists the files, sorted.
func (a *Assets) Names() []string { return slices.Sorted(maps.Keys(a.urls)) }

// ServeHTTP answers GET and HEAD of the URLs that URL gives. The names change
// with the content, so browsers may keep what they got for ever.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	f, ok := a.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if f.packed != nil && TakesGzip(r.Header.Values("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = f.packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the reader has gone: nothing to be done
	}
}

// TakesGzip reads Accept-Encoding (RFC 9110, section 12.5.3) as far as we need
// it: gzip is named and not refused with a weight of zero.
func TakesGzip(headers []string) bool {
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		_, value, found := strings.Cut(strings.ReplaceAll(weight, " ", ""), "=")
		q, err := strconv.ParseFloat(value, 64)
		return !found || err == nil && q > 0
	}
	return false
}

// Pack compresses the content; nil when that makes it no smaller.
func Pack(content []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(content); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if b.Len() >= len(content) {
		return nil, nil
	}
	return b.Bytes(), nil
}
