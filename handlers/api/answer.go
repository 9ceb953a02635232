package api

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/models/registry"
)

// Answer is what goes out when a call succeeds.
type Answer struct {
	Status int
	Header http.Header // beside the usual ones, such as Location
	Body   any         // as JSON; nil for none

	raw []byte // Body as it was sent the first time
}

// ok is an answer with status 200.
func ok(body any) (Answer, error) { return Answer{Status: http.StatusOK, Body: body}, nil }

// replayed says that an answer is that of an earlier request.
const replayed = "Idempotency-Replayed"

// with adds a header.
func (a Answer) with(name, value string) Answer {
	if a.Header == nil {
		a.Header = http.Header{}
	}
	a.Header.Set(name, value)
	return a
}

func (a Answer) bytes() ([]byte, error) {
	if a.raw != nil || a.Body == nil {
		return a.raw, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(a.Body)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func (a Answer) kept() (registry.Kept, error) {
	body, err := a.bytes()
	return registry.Kept{Status: a.Status, Header: a.Header, Body: body}, err
}

func replay(k registry.Kept, repeated bool) Answer {
	a := Answer{Status: k.Status, Header: k.Header, raw: k.Body}
	if repeated {
		a = a.with(replayed, "true")
	}
	return a
}

// send writes the answer. Nobody may keep it: it is about what can change any
// moment.
func (a Answer) send(c echo.Context) error {
	body, err := a.bytes()
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-store")
	for name, values := range a.Header {
		h[name] = values
	}
	if len(body) == 0 {
		return c.NoContent(a.Status)
	}
	return c.Blob(a.Status, "application/json; charset=utf-8", body)
}
