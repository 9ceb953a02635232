package handlers

import "net/http"

// noticePages are the pages of what people are told.
func (s *Server) noticePages() []Route {
	w, get, post := s.web, http.MethodGet, http.MethodPost
	return []Route{
		{get, "/notices", "notices", People, Acting, w.Notices},
		{post, "/notices/read", "notices.read", People, Acting, w.ReadNotices},
		{get, "/notices/settings", "notices.settings_form", People, SignedIn, w.NoticeSettings},
		{post, "/notices/settings", "notices.settings", People, SignedIn, w.ChooseNotices},
		{get, "/notices/:id", "notice", People, Acting, w.Notice},
	}
}
