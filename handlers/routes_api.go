package handlers

import "slices"

// Where Altinn's APIs begin (altinn-api.md section 1), and ours.
const (
	registerBase   = "/authentication/api/v1/systemregister"
	systemUserBase = "/authentication/api/v1/systemuser"
	requestBase    = systemUserBase + "/request"
	changeBase     = systemUserBase + "/changerequest"
	clientBase     = "/authentication/api/v1/enduser/systemuser"
	portalBase     = "/accessmanagement/api/v1"
	ourBase        = "/api/v1"
)

// apiRoutes are the routes of suppliers' and end users' programs.
func (s *Server) apiRoutes() []Route {
	return slices.Concat(
		s.registerRoutes(), s.requestRoutes(), s.endUserRoutes(), s.changeRoutes(), s.systemUserRoutes(), s.clientRoutes(), s.bulkRoutes(),
	)
}
