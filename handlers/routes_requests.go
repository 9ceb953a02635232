package handlers

import "net/http"

// requestRoutes are those of requests of suppliers.
func (s *Server) requestRoutes() []Route {
	a := s.API
	const get, post = http.MethodGet, http.MethodPost
	const vendor, agent = requestBase + "/vendor", requestBase + "/vendor/agent"
	return []Route{
		{post, vendor, "request.ask", Programs, Token, a.Serve(a.Ask)},
		{post, agent, "request.ask_agent", Programs, Token, a.Serve(a.AskAgent)},
		{get, vendor + "/:requestid", "request.asked", Programs, Token, a.Serve(a.Asked)},
		{get, agent + "/:requestid", "request.asked_agent", Programs, Token, a.Serve(a.AskedAgent)},
		{get, vendor + "/byexternalref/:systemid/:orgno/:externalref", "request.asked_by_ref", Programs, Token, a.Serve(a.AskedByRef)},
		{get, agent + "/byexternalref/:systemid/:orgno/:externalref", "request.asked_agent_by_ref", Programs, Token, a.Serve(a.AskedAgentByRef)},
		{get, vendor + "/bysystem/:systemid", "request.asked_of_system", Programs, Token, a.Serve(a.AskedOfSystem)},
		{get, agent + "/bysystem/:systemid", "request.asked_agents_of_system", Programs, Token, a.Serve(a.AskedAgentsOfSystem)},
		{http.MethodDelete, vendor + "/:requestid", "request.unask", Programs, Token, a.Serve(a.Unask)},
		{post, ourBase + "/requests/:id/renew", "request.renew", Programs, Token, a.Serve(a.Renew)},
	}
}
