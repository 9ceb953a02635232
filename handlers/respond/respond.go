package respond

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
)

// Names of what the middleware keeps in the echo context.
const (
	RequestIDKey = "request_id" // string: our id of this request
	MachineKey   = "machine"    // bool: the route answers programs, not people
	codeKey      = "code"       // models.Code: of the error that was answered
	whoKey       = "who"        // []string: names of those who may do what is refused
)

// Page renders a page whole and then sends it with the status, so that a
// template that fails can still become an error page. Pages are never cached:
// they are about whoever is signed in.
func Page(c echo.Context, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(c.Request().Context(), &b); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Set("Content-Language", string(i18n.Lang(c.Request().Context())))
	h.Add(echo.HeaderVary, "HX-Request")
	return c.HTMLBlob(status, b.Bytes())
}

// JSON sends v as JSON that nobody may keep.
func JSON(c echo.Context, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSONBlob(status, body)
}

// Responder translates errors into answers, once, at the edge.
type Responder struct {
	Logger  *slog.Logger
	Contact string // who runs this registry; may be empty
	// Shell frames an error page for whoever is signed in.
	Shell func(c echo.Context) layout.Shell
}

// Error is echo's error handler. A models.Error tells its code; errors of the
// router and the body limit get the code that fits; anything else is a fault of
// ours, logged whole and shown as internal.
func (r Responder) Error(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	e := classify(err)
	c.Set(codeKey, e.Code)
	if e.Code == models.CodeInternal || e.Kind == models.Unavailable {
		r.Logger.ErrorContext(c.Request().Context(), "request failed", "error", err.Error(), "request_id", RequestID(c))
	}
	switch {
	case e.Wait > 0: // in whole seconds, and one at least
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.FormatInt(int64((e.Wait+time.Second-1)/time.Second), 10))
	case e.Kind == models.Unavailable:
		c.Response().Header().Set(echo.HeaderRetryAfter, "5")
	}
	var failed error // for HEAD too: net/http leaves the body out
	if ForProgram(c) {
		failed = WriteProblem(c, e)
	} else {
		failed = r.page(c, e)
	}
	if failed != nil {
		r.Logger.ErrorContext(c.Request().Context(), "error could not be answered", "error", failed.Error())
	}
}

func (r Responder) page(c echo.Context, e *models.Error) error {
	f := layout.Failure{Code: e.Code, Fields: e.Fields, Reference: RequestID(c), Contact: r.Contact}
	f.Who, _ = c.Get(whoKey).([]string)
	if m := c.Request().Method; m == http.MethodGet || m == http.MethodHead {
		f.Retry = c.Request().URL.RequestURI()
	}
	return Page(c, Status(e.Code), layout.ErrorPage(r.Shell(c), f))
}

// WriteProblem sends a problem document, in English: programs read the code.
func WriteProblem(c echo.Context, e *models.Error) error {
	status := Status(e.Code)
	ctx := i18n.With(context.Background(), models.EN)
	p := Problem{
		Type: TypePrefix + string(e.Code), Status: status, Code: string(e.Code), RequestID: RequestID(c),
		Title:  i18n.T(ctx, "error."+string(e.Code)+".title"),
		Detail: i18n.T(ctx, "error."+string(e.Code)+".detail"),
	}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, Fault{Field: f.Field, Fault: f.Fault})
	}
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-store")
	if status == http.StatusUnauthorized {
		h.Set(echo.HeaderWWWAuthenticate, `Bearer error="invalid_token"`)
	}
	return c.Blob(status, "application/problem+json", body)
}

// classify makes a models.Error of any error.
func classify(err error) *models.Error {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &models.Error{Kind: models.Invalid, Code: models.CodeTooLarge, Err: err}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &models.Error{Kind: models.Unavailable, Code: models.CodeUnavailable, Err: err}
	}
	if h, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch h.Code {
		case http.StatusNotFound:
			return models.NewError(models.NotFound, models.CodeNotFound)
		case http.StatusMethodNotAllowed:
			return models.NewError(models.Invalid, models.CodeMethodNotAllowed)
		case http.StatusRequestEntityTooLarge:
			return models.NewError(models.Invalid, models.CodeTooLarge)
		case http.StatusUnsupportedMediaType:
			return models.NewError(models.Invalid, models.CodeMediaType)
		case http.StatusBadRequest:
			return models.NewError(models.Invalid, models.CodeNotAcceptable)
		}
	}
	return &models.Error{Code: models.CodeInternal, Err: err}
}

// ForProgram reports whether a program asked: by the route, or for an address
// without one by what the client accepts.
func ForProgram(c echo.Context) bool {
	if m, ok := c.Get(MachineKey).(bool); ok {
		return m
	}
	return !strings.Contains(c.Request().Header.Get(echo.HeaderAccept), "text/html")
}

// RequestID returns our id of the request.
func RequestID(c echo.Context) string {
	id, _ := c.Get(RequestIDKey).(string)
	return id
}

// Failed notes the code of an error that the caller answers itself, such as a
// form that comes back with its faults, for the log.
func Failed(c echo.Context, code models.Code) { c.Set(codeKey, code) }

// Who notes the names of those who may do what the caller is refused, for the page
// that says so.
func Who(c echo.Context, names []string) { c.Set(whoKey, names) }

// Again answers a form that was not taken with its page, which says why.
func Again(c echo.Context, page templ.Component) error {
	Failed(c, models.CodeInvalid)
	return Page(c, http.StatusUnprocessableEntity, page)
}

// Code returns the code of the error that was answered, or "".
func Code(c echo.Context) models.Code {
	code, _ := c.Get(codeKey).(models.Code)
	return code
}
