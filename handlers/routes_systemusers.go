package handlers

import "net/http"

// systemUserRoutes are those of suppliers' system users, the stream and the diagnosis.
func (s *Server) systemUserRoutes() []Route {
	a := s.API
	const get, post = http.MethodGet, http.MethodPost
	return []Route{
		{get, systemUserBase + "/vendor/byquery", "systemuser.by_query", Programs, Token, a.Serve(a.UserByQuery)},
		{get, systemUserBase + "/vendor/bysystem/:systemid", "systemuser.of_system", Programs, Token, a.Serve(a.UsersOfSystem)},
		{get, systemUserBase + "/internal/systemusers/stream", "systemuser.stream", Programs, Token, a.Serve(a.StreamUsers)},
		{get, systemUserBase + "/internal/systemusers/:id", "systemuser.streamed", Programs, Token, a.Serve(a.StreamedUser)},
		{post, ourBase + "/systemusers/:id/pause", "systemuser.pause", Programs, Token, a.Serve(a.PauseUser)},
		{post, ourBase + "/systemusers/:id/resume", "systemuser.resume", Programs, Token, a.Serve(a.ResumeUser)},
		{http.MethodDelete, ourBase + "/systemusers/:id", "systemuser.give_up", Programs, Token, a.Serve(a.GiveUpUser)},
		{post, ourBase + "/diagnose", "diagnose", Programs, Token, a.Serve(a.Diagnose)},
	}
}
