package handlers

// requestRoutes are those of requests of suppliers.
func (s *Server) requestRoutes() []Route {
	return nil
}
