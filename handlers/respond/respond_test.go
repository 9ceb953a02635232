package respond_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/viewstest"
)

// Every code has a status of its own choosing, and a page and a problem
// document that say what it is in words.
func TestEveryCodeIsAnswered(t *testing.T) {
	t.Parallel()
	for _, code := range models.Codes() {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			status := respond.Status(code)
			if (status == http.StatusInternalServerError) != (code == models.CodeInternal) || status < 400 {
				t.Errorf("status %d", status)
			}
			for _, l := range models.Languages() {
				page := answered(t, &models.Error{Kind: models.Invalid, Code: code}, l, false)
				if page.Code != status || !strings.Contains(page.Body.String(), i18n.T(i18n.With(t.Context(), l), "error."+string(code)+".title")) {
					t.Errorf("%s: %d", l, page.Code)
				}
				for _, fault := range viewstest.Check(page.Body.String()) {
					t.Errorf("%s: %s", l, fault)
				}
			}
			got := problem(t, answered(t, &models.Error{Code: code}, models.NB, true))
			if got.Status != status || got.Type != respond.TypePrefix+string(code) || got.Code != string(code) || got.Title == "" || strings.Contains(got.Title+got.Detail, "⟦") {
				t.Errorf("problem %+v", got)
			}
		})
	}
	if respond.Status("no such code") != http.StatusInternalServerError {
		t.Error("a code that nobody knows is not a fault of ours")
	}
}

// What is not an Error of the domain becomes one at the edge, once.
func TestErrorsOfOthers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err    error
		status int
		code   models.Code
	}{
		{errors.New("disk on fire at /var/lib/x"), 500, models.CodeInternal},
		{fmt.Errorf("outer: %w", models.NewError(models.NotFound, models.CodeNotFound)), 404, models.CodeNotFound},
		{fmt.Errorf("outer: %w", &http.MaxBytesError{Limit: 1}), 413, models.CodeTooLarge},
		{fmt.Errorf("outer: %w", context.DeadlineExceeded), 503, models.CodeUnavailable},
		{context.Canceled, 503, models.CodeUnavailable},
		{echo.ErrNotFound, 404, models.CodeNotFound},
		{echo.ErrMethodNotAllowed, 405, models.CodeMethodNotAllowed},
		{echo.ErrStatusRequestEntityTooLarge, 413, models.CodeTooLarge},
		{echo.ErrUnsupportedMediaType, 415, models.CodeMediaType},
		{echo.ErrBadRequest, 400, models.CodeNotAcceptable},
		{echo.ErrTeapot, 500, models.CodeInternal},
	} {
		rec := answered(t, tc.err, models.EN, true)
		if got := problem(t, rec); rec.Code != tc.status || got.Code != string(tc.code) {
			t.Errorf("%v is answered %d %s", tc.err, rec.Code, got.Code)
		}
		if strings.Contains(rec.Body.String(), "disk on fire") || strings.Contains(rec.Body.String(), "outer") {
			t.Errorf("the cause is shown: %s", rec.Body)
		}
		if (rec.Header().Get("Retry-After") != "") != (tc.status == 503) {
			t.Errorf("%v: Retry-After is %q", tc.err, rec.Header().Get("Retry-After"))
		}
		if (rec.Header().Get("WWW-Authenticate") != "") != (tc.status == 401) {
			t.Errorf("%v: WWW-Authenticate is %q", tc.err, rec.Header().Get("WWW-Authenticate"))
		}
	}
	faults := models.Faults{{Field: "customer", Fault: "orgno.form"}}
	if got := problem(t, answered(t, faults.Err(), models.EN, true)); len(got.Errors) != 1 || got.Errors[0] != (respond.Fault{Field: "customer", Fault: "orgno.form"}) {
		t.Errorf("faults: %+v", got.Errors)
	}
}

// An answer that has begun is not followed by another.
func TestAnAnswerIsGivenOnce(t *testing.T) {
	t.Parallel()
	c, rec := exchange(t, models.NB, true)
	if err := respond.JSON(c, http.StatusOK, "yes"); err != nil {
		t.Fatal(err)
	}
	responder().Error(errors.New("too late"), c)
	if rec.Code != http.StatusOK || rec.Body.String() != `"yes"` {
		t.Errorf("answered %d %s", rec.Code, rec.Body)
	}
}

func responder() respond.Responder {
	return respond.Responder{Logger: slog.New(slog.DiscardHandler), Shell: func(echo.Context) layout.Shell { return layout.Shell{} }}
}

func exchange(t *testing.T, l models.Language, program bool) (echo.Context, *httptest.ResponseRecorder) {
	t.Helper()
	rec := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/x", http.NoBody)
	c := echo.New().NewContext(r.WithContext(i18n.With(t.Context(), l)), rec)
	c.Set(respond.MachineKey, program)
	c.Set(respond.RequestIDKey, "704013ee-e82a-433e-83c5-a40e6e00d746")
	return c, rec
}

func answered(t *testing.T, err error, l models.Language, program bool) *httptest.ResponseRecorder {
	t.Helper()
	c, rec := exchange(t, l, program)
	responder().Error(err, c)
	if rec.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control is %q", rec.Header().Get("Cache-Control"))
	}
	return rec
}

func problem(t *testing.T, rec *httptest.ResponseRecorder) (p respond.Problem) {
	t.Helper()
	if rec.Header().Get("Content-Type") != "application/problem+json" || json.Unmarshal(rec.Body.Bytes(), &p) != nil {
		t.Errorf("no problem document: %s %s", rec.Header().Get("Content-Type"), rec.Body)
	}
	return p
}

// TestProblemsAreDocumented keeps docs/problems.md equal to the table; run with
// -update to write it.
func TestProblemsAreDocumented(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "docs", "problems.md")
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(file, []byte(respond.Document()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(respond.Document(), string(got)); diff != "" {
		t.Errorf("docs/problems.md is not of this table; make golden writes it (-want +got):\n%s", diff)
	}
}
