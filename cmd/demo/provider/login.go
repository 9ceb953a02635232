package provider

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
)

var (
	//go:embed login.html
	loginPage string
	//go:embed demo.css
	styleSheet []byte

	pages = template.Must(template.New("login").Parse(loginPage))
)

// page is what the template shows: the list of persons, that of organisations,
// who is signed in, or a notice.
type page struct {
	Path, Provider, Client string // of every page
	ID                     string
	Known                  *Person // who is signed in in this browser
	Account                bool
	Levels                 []Level
	Persons                []Person
	Organisations          []Organisation
	Notice                 *notice
}

type notice struct{ HeadNB, HeadEN, NB, EN string }

// showLogin handles GET /login?id=…: pick a person, or go on as the one who is
// signed in here.
func (p *Provider) showLogin(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	found, err := p.storage.AuthRequestByID(r.Context(), id)
	req, ok := found.(*request)
	if err != nil || !ok || req.subject != "" {
		p.expired(w)
		return
	}
	v := page{ID: id, Persons: p.cfg.Persons, Levels: p.levels(req)}
	if s, ok := p.session(r); ok && req.suits(s, p.cfg.Now()) {
		if who, ok := p.storage.person(s.subject); ok {
			v.Known = &who
		}
	}
	p.render(w, http.StatusOK, v)
}

// levels are those that may be picked for a request: the ones that it asks for,
// if there are any among ours (acr_values is a wish; OpenID Connect Core section
// 5.5.1.1).
func (p *Provider) levels(req *request) []Level {
	asked := slices.DeleteFunc(slices.Clone(p.cfg.Levels), func(l Level) bool { return !slices.Contains(req.asked.ACRValues, l.ACR) })
	if len(asked) == 0 {
		return p.cfg.Levels
	}
	return asked
}

// login handles POST /login: the person picked, and how surely he is to count
// as signed in. A form that was posted from elsewhere changes nothing.
func (p *Provider) login(w http.ResponseWriter, r *http.Request) {
	if !ownForm(r) {
		p.expired(w)
		return
	}
	id := r.PostForm.Get("id")
	found, err := p.storage.AuthRequestByID(r.Context(), id)
	req, ok := found.(*request)
	if err != nil || !ok || req.subject != "" {
		p.expired(w)
		return
	}
	s, ok := p.session(r)
	if r.PostForm.Get("go") != "on" || !ok || !req.suits(s, p.cfg.Now()) {
		who, ok := p.storage.person(r.PostForm.Get("person"))
		if !ok {
			p.expired(w)
			return
		}
		s = p.begin(w, who.Subject, p.picked(req, r.PostForm.Get("level")))
	}
	if p.storage.decide(id, s) != nil {
		p.expired(w)
		return
	}
	p.goOn(w, r, id)
}

// picked is the level of the form if it may be picked, else the first.
func (p *Provider) picked(req *request, acr string) string {
	offered := p.levels(req)
	for _, l := range offered {
		if l.ACR == acr {
			return acr
		}
	}
	if len(offered) == 0 {
		return ""
	}
	return offered[0].ACR
}

// goOn takes a login one step further: to the choice of an organisation where
// there is one to be made, else back to the registry.
func (p *Provider) goOn(w http.ResponseWriter, r *http.Request, id string) {
	next := "/authorize/callback"
	if _, ok := p.choosing(r.Context(), id); ok {
		next = "/represent"
	}
	http.Redirect(w, r, p.path+next+"?id="+url.QueryEscape(id), http.StatusSeeOther)
}

// ownForm reads a form that was posted from a page of ours.
func ownForm(r *http.Request) bool {
	return http.NewCrossOriginProtection().Check(r) == nil && r.ParseForm() == nil
}

// signedOut handles GET /signed-out, where a log-out without an address ends.
func (p *Provider) signedOut(w http.ResponseWriter, _ *http.Request) {
	p.render(w, http.StatusOK, page{Notice: &notice{
		"Du er logget ut", "You are signed out",
		"Du kan lukke vinduet.", "You may close this window.",
	}})
}

func (p *Provider) expired(w http.ResponseWriter) {
	p.render(w, http.StatusBadRequest, page{Notice: &notice{
		"Innloggingen er utløpt", "The login has expired",
		"Gå tilbake til tjenesten og logg inn på nytt.", "Go back to the service and log in again.",
	}})
}

func (p *Provider) render(w http.ResponseWriter, status int, v page) {
	v.Path, v.Provider, v.Client = p.path, p.cfg.Name, p.cfg.ClientName
	var b bytes.Buffer
	if err := pages.Execute(&b, v); err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(styleSheet)
}
