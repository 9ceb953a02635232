package handlers

import "net/http"

// customerPages are the pages on which customers answer requests and keep their
// system users.
func (s *Server) customerPages() []Route {
	w, get, post := s.web, http.MethodGet, http.MethodPost
	return []Route{
		{get, "/requests", "customer.requests", People, Acting, w.Inbox},
		{get, "/requests/:id", "customer.request", People, Acting, w.Review},
		{post, "/requests/:id/approve", "customer.request.approve", People, Acting, w.Approve},
		{get, "/requests/:id/reject", "customer.request.reject_form", People, Acting, w.RejectForm},
		{post, "/requests/:id/reject", "customer.request.reject", People, Acting, w.Reject},
		{get, "/requests/:id/receipt", "customer.request.receipt", People, Acting, w.Receipt},
		{get, "/requests/:id/wish", "customer.request.wish_form", People, Acting, w.WishForm},
		{post, "/requests/:id/wish", "customer.request.wish", People, Acting, w.Wish},
		{get, "/requests/:id/forward", "customer.request.forward_form", People, Acting, w.ForwardForm},
		{post, "/requests/:id/forward", "customer.request.forward", People, Acting, w.Forward},
		{get, "/changes/:id/forward", "customer.change.forward_form", People, Acting, w.ForwardChangeForm},
		{post, "/changes/:id/forward", "customer.change.forward", People, Acting, w.ForwardChange},
		{post, "/forwardings/:id/recall", "customer.forwarding.recall", People, Acting, w.Recall},
		{get, "/systemusers", "customer.systemusers", People, Acting, w.SystemUsers},
		{get, "/systemusers/:id", "customer.systemuser", People, Acting, w.SystemUser},
		{get, "/systemusers/:id/settings", "customer.systemuser.settings", People, Acting, w.UserSettings},
		{post, "/systemusers/:id/settings/rename", "customer.systemuser.rename", People, Acting, w.RenameUser},
		{post, "/systemusers/:id/settings/pause", "customer.systemuser.pause", People, Acting, w.PauseUser},
		{post, "/systemusers/:id/settings/resume", "customer.systemuser.resume", People, Acting, w.ResumeUser},
		{post, "/systemusers/:id/settings/end-date", "customer.systemuser.end_date", People, Acting, w.EndUser},
		{get, "/systemusers/:id/remove", "customer.systemuser.remove_form", People, Acting, w.RemoveForm},
		{post, "/systemusers/:id/remove", "customer.systemuser.remove", People, Acting, w.RemoveItems},
		{get, "/systemusers/:id/revoke", "customer.systemuser.revoke_form", People, Acting, w.RevokeForm},
		{post, "/systemusers/:id/revoke", "customer.systemuser.revoke", People, Acting, w.Revoke},
		{get, "/accessmanagement/ui/systemuser/request", "customer.request.confirm", People, Open, w.Confirm},
	}
}
