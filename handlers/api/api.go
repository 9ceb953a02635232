package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// Door tells who sent a request. *auth.Door does.
type Door interface {
	// Caller verifies the request's bearer token. The error is a models.Error:
	// Unauthenticated, Forbidden or Unavailable.
	Caller(ctx context.Context, r *http.Request) (auth.Caller, error)
}

// Config is what the API needs; all of it.
type Config struct {
	Registry  *registry.Registry
	Door      Door
	Numbers   party.Numbers
	Now       func() time.Time
	PublicURL string // of links to ourselves, without a slash at the end
	PortalURL string // of links to pages for customers, without a slash at the end
	// CallsPerSecond is how many calls a caller may make on this node, ten
	// seconds' worth of them at once; any number when zero.
	CallsPerSecond int
}

// API is the calls. Start with New.
type API struct {
	Config
	callers *callers
}

// New makes the API.
func New(c Config) *API { return &API{Config: c, callers: newCallers(c.CallsPerSecond)} }

// Question is one request to the API by a caller whose token holds.
type Question struct {
	echo.Context
	Caller   auth.Caller
	Registry *registry.Registry // bound to the transaction in which the answer is kept, if it is
	Body     []byte             // of a POST, PUT or DELETE, as it came
}

// Ctx is the context of the request.
func (q Question) Ctx() context.Context { return q.Request().Context() }

// Call answers a question, or fails: with a *Failure in Altinn's numbering, or
// any other error for the one translator.
type Call func(Question) (Answer, error)

// idempotencyKey names a POST that shall be done once.
const idempotencyKey = "Idempotency-Key"

// maxKey bounds an Idempotency-Key, in bytes.
const maxKey = 255

// Serve makes a handler of a call. A POST with an Idempotency-Key is answered
// once: the same again gets the same answer for 24 hours.
func (a *API) Serve(call Call) echo.HandlerFunc {
	return func(c echo.Context) error {
		caller, err := a.Door.Caller(c.Request().Context(), c.Request())
		if err != nil {
			return err
		}
		if err := a.callers.admit(caller, a.Now()); err != nil {
			return err
		}
		q := Question{Context: c, Caller: caller, Registry: a.Registry}
		if _, err := url.ParseQuery(c.Request().URL.RawQuery); err != nil { // else a filter that cannot be read would be none
			return &models.Error{Kind: models.Invalid, Code: models.CodeNotAcceptable, Err: err}
		}
		if q.Body, err = read(c.Request()); err != nil {
			return err
		}
		answer, err := a.answer(q, call)
		if err != nil {
			return fail(c, err)
		}
		return answer.send(c)
	}
}

func (a *API) answer(q Question, call Call) (Answer, error) {
	keys := q.Request().Header.Values(idempotencyKey)
	if q.Request().Method != http.MethodPost || len(keys) == 0 {
		return call(q)
	}
	if len(keys) != 1 || !visible(keys[0], maxKey) {
		return Answer{}, binding(idempotencyKey, "must stand once and be 1 to 255 visible ASCII characters.")
	}
	kept, repeated, err := a.Registry.Once(q.Ctx(), registry.Question{
		Caller: asker(q.Caller), Route: q.Path(), Key: keyName(asker(q.Caller), keys[0]), Digest: q.digest(),
	}, func(bound *registry.Registry) (registry.Kept, error) {
		inside := q
		inside.Registry = bound
		answer, err := call(inside)
		if err != nil {
			return registry.Kept{}, err
		}
		return answer.kept()
	})
	if err != nil {
		return Answer{}, err
	}
	return replay(kept, repeated), nil
}

// named is the caller among all: a client of an issuer, or a person behind it.
func named(c auth.Caller) string {
	name := c.Issuer + " " + c.ClientID
	if c.Actor.Kind == models.Person {
		name += " " + c.User.String()
	}
	return name
}

// asker is the caller as whom an answer is kept for: a client can act for
// several organisations, and as a system user, and each has keys of its own.
func asker(c auth.Caller) string {
	return named(c) + " " + string(c.Actor.Kind) + " " + c.OrgNo
}

// keyName is under what an Idempotency-Key of the caller is kept: a digest, for
// the key is whatever a program chose, a national id among them.
func keyName(caller, key string) string {
	sum := sha256.Sum256([]byte(caller + "\x00" + key))
	return hex.EncodeToString(sum[:])
}

// digest is of all that decides what a POST does, and of what the token lets its
// bearer do, so that no answer comes back to one that could not have got it. The
// order of the query's names says nothing, nor does that of scopes.
func (q Question) digest() []byte {
	h := sha256.New()
	values, _ := url.ParseQuery(q.Request().URL.RawQuery)
	c := q.Caller
	may := strings.Join(slices.Sorted(slices.Values(c.Scopes)), " ")
	for _, part := range []string{
		q.Request().URL.Path, values.Encode(), may, strconv.Itoa(c.Actor.Level), strconv.FormatBool(c.Portal),
	} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	h.Write(q.Body)
	return h.Sum(nil)
}

// read reads the body. Its size is bounded by the server.
func read(r *http.Request) ([]byte, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, err
	}
	if err != nil { // the caller has gone, or sends less than it said
		return nil, &models.Error{Kind: models.Invalid, Code: models.CodeNotAcceptable, Err: err}
	}
	return body, nil
}

// visible reports whether s is 1 to limit characters of visible ASCII.
func visible(s string, limit int) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for _, b := range []byte(s) {
		if b <= ' ' || b > '~' {
			return false
		}
	}
	return true
}

// requestID is what problem documents call traceId.
func requestID(c echo.Context) string { return respond.RequestID(c) }
