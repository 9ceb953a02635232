package handlers

// noticePages are the pages of what people are told.
func (s *Server) noticePages() []Route {
	return []Route{}
}
