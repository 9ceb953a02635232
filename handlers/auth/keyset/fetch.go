package keyset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
)

// Fetch reads a key set's bytes from the one place it was made for.
type Fetch func(ctx context.Context) ([]byte, error)

// FromURL reads the set by GET. The client's own redirect policy is replaced:
// an answer that is not 200 with a JSON type is an error, wherever it points.
func FromURL(client *http.Client, url string) Fetch {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return func(ctx context.Context) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return nil, fmt.Errorf("ask for key set: %w", err)
		}
		req.Header.Set("Accept", "application/jwk-set+json, application/json")
		res, err := own.Do(req)
		if err != nil {
			return nil, fmt.Errorf("ask for key set: %w", err)
		}
		defer func() { _ = res.Body.Close() }()
		if res.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("key set answered with status %d", res.StatusCode)
		}
		kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
		if err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
			return nil, errors.New("key set is not served as JSON")
		}
		return limited(res.Body)
	}
}

// FromFile reads the set from a file, again at each refresh, so that a key can
// be exchanged without a restart.
func FromFile(path string) Fetch {
	return func(context.Context) ([]byte, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("open key set: %w", err)
		}
		defer func() { _ = f.Close() }()
		return limited(f)
	}
}

// limited reads all of r, or fails when there is more than a key set may have.
func limited(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read key set: %w", err)
	}
	if len(data) > maxBytes {
		return nil, errors.New("key set is too large")
	}
	return data, nil
}
