package handlers

// clientRoutes are those of clients of agents.
func (s *Server) clientRoutes() []Route {
	return nil
}
