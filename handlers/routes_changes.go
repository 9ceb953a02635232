package handlers

// changeRoutes are those of change requests.
func (s *Server) changeRoutes() []Route {
	return nil
}
