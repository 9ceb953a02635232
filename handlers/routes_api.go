package handlers

import "net/http"

// Where Altinn's APIs begin (altinn-api.md section 1).
const (
	registerBase = "/authentication/api/v1/systemregister"
)

// apiRoutes are the routes of suppliers' and end users' programs.
func (s *Server) apiRoutes() []Route {
	a := s.API
	get := http.MethodGet
	return []Route{
		{get, registerBase + "/vendor", "register.own", Programs, Token, a.Serve(a.OwnSystems)},
		{get, registerBase + "/vendor/:systemid", "register.system", Programs, Token, a.Serve(a.OwnSystem)},
	}
}
