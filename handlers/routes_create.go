package handlers

import "net/http"

// createPages are the pages on which customers make system users without being
// asked.
func (s *Server) createPages() []Route {
	w, get, post := s.web, http.MethodGet, http.MethodPost
	return []Route{
		{get, "/systemusers/new", "customer.create.find", People, Acting, w.FindSystem},
		{get, "/systemusers/new/:systemid", "customer.create.form", People, Acting, w.CreateForm},
		{post, "/systemusers/new/:systemid", "customer.create", People, Acting, w.Create},
		{get, "/systemusers/own", "customer.own.form", People, Acting, w.OwnForm},
		{post, "/systemusers/own", "customer.own", People, Acting, w.SetUpOwn},
		{get, "/systemusers/own/:systemid", "customer.own.ready", People, Acting, w.OwnReady},
		{get, "/systemusers/:id/again", "customer.again.form", People, Acting, w.CreateForm},
		{post, "/systemusers/:id/again", "customer.again", People, Acting, w.Create},
		{get, "/systemusers/:id/receipt", "customer.systemuser.receipt", People, Acting, w.Made},
	}
}
