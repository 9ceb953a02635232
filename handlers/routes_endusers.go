package handlers

// endUserRoutes are those of end users and the portal.
func (s *Server) endUserRoutes() []Route {
	return nil
}
