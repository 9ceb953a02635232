package handlers

import "net/http"

// registerRoutes are those of the system register.
func (s *Server) registerRoutes() []Route {
	a := s.API
	return []Route{
		{http.MethodGet, registerBase + "/vendor", "register.own", Programs, Token, a.Serve(a.OwnSystems)},
		{http.MethodGet, registerBase + "/vendor/:systemid", "register.system", Programs, Token, a.Serve(a.OwnSystem)},
	}
}
