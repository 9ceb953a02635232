package handlers

// bulkRoutes are those of bulk jobs.
func (s *Server) bulkRoutes() []Route {
	return nil
}
