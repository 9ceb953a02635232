package handlers

// systemUserRoutes are those of suppliers' system users, the stream and the diagnosis.
func (s *Server) systemUserRoutes() []Route {
	return nil
}
