package handlers

// clientPages are the pages on which facilitators choose which clients their
// agent system users serve.
func (s *Server) clientPages() []Route {
	return []Route{}
}
