package layout

import (
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/paths"
)

// Shell is what the frame needs to know about the visit. The zero value is a
// visit by nobody, in the colours of the device.
type Shell struct {
	Title      string                   // of the page, translated, unique among pages; the product's name is added
	Path       string                   // of the page as a GET, with its query; the language switch leads back here
	Scheme     string                   // "light", "dark" or "auto"; empty is auto
	Person     string                   // name of who is signed in; empty for nobody
	OrgName    string                   // legal name of whom the person acts for; empty for none
	OrgNo      string                   // its number, nine digits
	Why        string                   // translated name of the role by which the person acts, as in "daglig leder"
	CanSwitch  bool                     // the person has several organisations to choose from
	IsCustomer bool                     // may see the customer's pages
	IsSupplier bool                     // has the supplier's pages in the menu
	CanSupply  bool                     // may see the supplier's pages
	Clients    bool                     // has the clients' pages in the menu
	Inbox      int                      // requests that wait for an answer
	Notices    int                      // what the person has been told and has not read
	Flash      string                   // translated; what was just done
	Live       bool                     // the page swaps parts of itself with htmx
	Refresh    int                      // seconds after which a page without scripts comes anew; 0 for never
	LoginReady bool                     // a login provider is configured
	Asset      func(name string) string // address of an asset, as static.Assets.URL
}

// WithTitle returns the shell with the page's title, which the page knows
// better than its handler.
func (s Shell) WithTitle(title string) Shell {
	s.Title = title
	return s
}

// WithLive returns the shell for a page that swaps parts of itself with htmx.
func (s Shell) WithLive() Shell {
	s.Live = true
	return s
}

// WithRefresh returns the shell for a page that comes anew after so many seconds
// where no script runs.
func (s Shell) WithRefresh(seconds int) Shell {
	s.Refresh = seconds
	return s
}

func (s Shell) asset(name string) string {
	if s.Asset == nil {
		return "/assets/" + name
	}
	return s.Asset(name)
}

func (s Shell) scheme() string {
	switch s.Scheme {
	case "light", "dark":
		return s.Scheme
	}
	return "auto"
}

// at reports whether the page is under the path, for marking the menu. Change
// requests are listed among the requests.
func (s Shell) at(path string) bool {
	page, _, _ := strings.Cut(s.Path, "?")
	if path == paths.Requests() && strings.HasPrefix(page, paths.Change("")) {
		return true
	}
	return page == path || strings.HasPrefix(page, path+"/")
}

// home is where the mark leads: the first page that the person has.
func (s Shell) home() string {
	switch {
	case s.Person == "":
		return paths.Front()
	case s.IsCustomer:
		return paths.Requests()
	case s.IsSupplier:
		return paths.SupplierSystems()
	}
	return paths.Organisations()
}

// schemes are the choices of colour, in the order of the footer.
var schemes = []string{"light", "dark", "auto"}

// htmxConfig keeps htmx within a strict content security policy: no eval, no
// style element of its own, no script out of an answer, our own site only, no
// page kept in the browser's storage. A 422 is a form with its faults and is
// shown; other failures are shown too, since they are pages that say what to do.
const htmxConfig = `{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,` +
	`"selfRequestsOnly":true,"historyCacheSize":0,"attributesToSettle":["class"],"refreshOnHistoryMiss":true,"responseHandling":[` +
	`{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true},` +
	`{"code":"[45]..","swap":true,"error":true}]}`

// Failure is what the error page says.
type Failure struct {
	Code      models.Code         // decides title and text
	Fields    []models.FieldError // named when there is no form to show them in
	Reference string              // to give to whoever helps; the request's id
	Contact   string              // who runs this registry, as configured; may be empty
	Retry     string              // a path to try again at; empty when that is no help
	Who       []string            // names of those who may do it, where the reader may not and is to know
}

// retryable tells which failures may be gone the next time.
func (f Failure) retryable() bool {
	if f.Retry == "" {
		return false
	}
	switch f.Code {
	case models.CodeUnavailable, models.CodeInternal, models.CodeConflict, models.CodeRequestChanged,
		models.CodeRequestDecided, models.CodeCrossSite:
		return true
	}
	return false
}

// stepUp tells which failures a new login of the same person may cure.
func (f Failure) stepUp() bool {
	return f.Code == models.CodeLevelTooLow || f.Code == models.CodeLoginTooOld
}

// account tells which failures are about how the person logs in.
func (f Failure) account() bool {
	return f.Code == models.CodeIdentityTaken || f.Code == models.CodeIdentityLast
}

// members tells which failures are about who has which role, and so may do what.
func (f Failure) members() bool {
	switch f.Code {
	case models.CodeForbidden, models.CodeHoldingFixed, models.CodeHoldingLast, models.CodeInvitationsMany:
		return true
	}
	return false
}

// login tells which failures a log-in may cure.
func (f Failure) login() bool {
	return f.Code == models.CodeUnauthenticated || f.Code == models.CodeLoginFailed
}
