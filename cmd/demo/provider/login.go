package provider

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
)

var (
	//go:embed login.html
	loginPage string
	//go:embed demo.css
	styleSheet []byte

	pages = template.Must(template.New("login").Parse(loginPage))
)

// page is what the template shows: the list of persons, or a notice.
type page struct {
	Path    string
	ID      string
	Client  string
	Persons []Person
	Notice  *notice
}

type notice struct{ HeadNB, HeadEN, NB, EN string }

// showLogin handles GET /login?id=…: pick a person.
func (p *Provider) showLogin(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	if req, err := p.storage.AuthRequestByID(r.Context(), id); err != nil || req.Done() {
		p.expired(w)
		return
	}
	p.render(w, http.StatusOK, page{ID: id, Client: p.cfg.ClientName, Persons: p.cfg.Persons})
}

// login handles POST /login: the person picked, and how surely he is to count
// as signed in. A form that was posted from elsewhere changes nothing.
func (p *Provider) login(w http.ResponseWriter, r *http.Request) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		p.expired(w)
		return
	}
	if err := r.ParseForm(); err != nil {
		p.expired(w)
		return
	}
	id, acr := r.PostForm.Get("id"), high
	if r.PostForm.Get("level") == substantial {
		acr = substantial
	}
	who, ok := p.storage.person(r.PostForm.Get("person"))
	if !ok || p.storage.decide(id, who.Subject, acr) != nil {
		p.expired(w)
		return
	}
	http.Redirect(w, r, p.path+"/authorize/callback?id="+template.URLQueryEscaper(id), http.StatusSeeOther)
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
	v.Path = p.path
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
