package handlers

import "net/http"

// registerRoutes are those of the system register.
func (s *Server) registerRoutes() []Route {
	a := s.API
	get, put := http.MethodGet, http.MethodPut
	return []Route{
		{get, registerBase, "register.visible", Programs, Token, a.Serve(a.VisibleSystems)},
		{get, registerBase + "/vendor", "register.own", Programs, Token, a.Serve(a.OwnSystems)},
		{http.MethodPost, registerBase + "/vendor", "register.create", Programs, Token, a.Serve(a.RegisterSystem)},
		{get, registerBase + "/vendor/:systemid", "register.system", Programs, Token, a.Serve(a.OwnSystem)},
		{put, registerBase + "/vendor/:systemid", "register.update", Programs, Token, a.Serve(a.UpdateSystem)},
		{http.MethodDelete, registerBase + "/vendor/:systemid", "register.delete", Programs, Token, a.Serve(a.DeleteSystem)},
		{put, registerBase + "/vendor/:systemid/rights", "register.update_rights", Programs, Token, a.Serve(a.UpdateRights)},
		{put, registerBase + "/vendor/:systemid/accesspackages", "register.update_packages", Programs, Token, a.Serve(a.UpdatePackages)},
		{get, registerBase + "/vendor/:systemid/changelog", "register.changes", Programs, Token, a.Serve(a.SystemChanges)},
		{get, registerBase + "/:systemid", "register.public", Programs, Token, a.Serve(a.PublicSystem)},
		{get, registerBase + "/:systemid/rights", "register.rights", Programs, Token, a.Serve(a.PublicRights)},
		{get, registerBase + "/:systemid/accesspackages", "register.packages", Programs, Token, a.Serve(a.PublicPackages)},
	}
}
