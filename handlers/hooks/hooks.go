package hooks

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/rar"
	"github.com/stafett/stafett/rar/authzen"
)

// The scopes that callers' access tokens need.
const (
	ScopeEnrich = "stafett:enrich"
	ScopeDecide = "stafett:decide"
	ScopeLookup = "altinn:maskinporten/systemuser.read" // Altinn's own
)

// Door tells who sent a request. *auth.Door does.
type Door interface {
	// Caller verifies the request's bearer token. The error is a models.Error:
	// Unauthenticated, Forbidden or Unavailable.
	Caller(ctx context.Context, r *http.Request) (auth.Caller, error)
}

// Config is what the hooks need; all of it but Logger.
type Config struct {
	Door      Door
	Logins    Logins
	Lookup    rar.Lookup
	Journal   *rar.Journal
	Numbers   party.Numbers
	Now       func() time.Time
	PublicURL string       // without a slash at the end
	Logger    *slog.Logger // of outages of enrichment; nothing when nil
}

// Hooks are the handlers. Start with New.
type Hooks struct {
	door      Door
	logins    Logins
	enrich    *rar.Enricher
	evaluate  *authzen.Evaluator
	publicURL string
	logger    *slog.Logger
}

// New makes the handlers.
func New(c Config) *Hooks {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Hooks{
		door:      c.Door,
		logins:    c.Logins,
		enrich:    &rar.Enricher{Lookup: c.Lookup, Journal: c.Journal, Numbers: c.Numbers, Now: c.Now, NewID: models.NewID},
		evaluate:  &authzen.Evaluator{Lookup: c.Lookup, Journal: c.Journal, Numbers: c.Numbers, Now: c.Now, NewID: models.NewID},
		publicURL: c.PublicURL,
		logger:    c.Logger,
	}
}

// enricher admits a caller that may ask for enrichment: its issuer itself, or a
// client of that issuer with the scope.
func (h *Hooks) enricher(c echo.Context, scope string) (rar.Caller, error) {
	caller, err := h.door.Caller(c.Request().Context(), c.Request())
	if err != nil {
		return rar.Caller{}, err
	}
	if err := caller.RequireEnricher(scope); err != nil {
		return rar.Caller{}, err
	}
	return named(caller), nil
}

// decider admits a client that may ask for decisions.
func (h *Hooks) decider(c echo.Context) (rar.Caller, error) {
	caller, err := h.door.Caller(c.Request().Context(), c.Request())
	if err != nil {
		return rar.Caller{}, err
	}
	if err := caller.RequireScope(ScopeDecide); err != nil {
		return rar.Caller{}, err
	}
	return named(caller), nil
}

// named says how the journal calls a caller: the issuer, and which of its
// clients. A space stands in neither.
func named(c auth.Caller) rar.Caller {
	name := c.Issuer
	if c.ClientID != "" {
		name += " " + c.ClientID
	}
	return rar.Caller{Name: name, Issuer: c.Issuer}
}

// body reads a JSON body. Whether it is JSON is for the decoder to say.
func body(r *http.Request) ([]byte, error) {
	if !isJSON(r.Header) {
		return nil, models.NewError(models.Invalid, models.CodeMediaType)
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, rar.MaxBody+1))
	if _, over := errors.AsType[*http.MaxBytesError](err); over || len(text) > rar.MaxBody {
		return nil, models.NewError(models.Invalid, models.CodeTooLarge)
	}
	if err != nil {
		// The caller has gone or sends less than it said.
		return nil, &models.Error{Kind: models.Invalid, Code: models.CodeInvalid, Err: err}
	}
	return text, nil
}

// isJSON admits application/json in UTF-8 and as it is. Two headers, another
// charset or a coding of the content could be read in two ways.
func isJSON(h http.Header) bool {
	if len(h.Values(echo.HeaderContentType)) != 1 || len(h.Values(echo.HeaderContentEncoding)) != 0 {
		return false
	}
	media, params, err := mime.ParseMediaType(h.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEApplicationJSON {
		return false
	}
	charset, given := params["charset"]
	return len(params) == 0 || len(params) == 1 && given && strings.EqualFold(charset, "utf-8")
}
