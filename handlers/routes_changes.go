package handlers

import "net/http"

// changeRoutes are those of change requests.
func (s *Server) changeRoutes() []Route {
	a, w := s.API, s.web
	const get, post, remove = http.MethodGet, http.MethodPost, http.MethodDelete
	return []Route{
		{get, "/changes/:id", "customer.change", People, Acting, w.Change},
		{post, "/changes/:id/approve", "customer.change.approve", People, Acting, w.ApproveChange},
		{get, "/changes/:id/reject", "customer.change.reject_form", People, Acting, w.RejectChangeForm},
		{post, "/changes/:id/reject", "customer.change.reject", People, Acting, w.RejectChange},
		{get, "/changes/:id/receipt", "customer.change.receipt", People, Acting, w.ChangeReceipt},
		{get, "/changes/:id/wish", "customer.change.wish_form", People, Acting, w.WishChangeForm},
		{post, "/changes/:id/wish", "customer.change.wish", People, Acting, w.WishChange},
		{get, "/accessmanagement/ui/systemuser/changerequest", "customer.change.confirm", People, Open, w.ConfirmChange},

		{post, changeBase + "/vendor", "change.ask", Programs, Token, a.Serve(a.AskChange)},
		{get, changeBase + "/vendor/:requestid", "change.sent", Programs, Token, a.Serve(a.SentChange)},
		{get, changeBase + "/vendor/byexternalref/:systemid/:orgno/:externalref", "change.sent_by_ref", Programs, Token, a.Serve(a.SentChangeByRef)},
		{get, changeBase + "/vendor/bysystem/:systemid", "change.sent_of_system", Programs, Token, a.Serve(a.SentChanges)},
		{remove, changeBase + "/vendor/:requestid", "change.remove", Programs, Token, a.Serve(a.RemoveChange)},
		{post, ourBase + "/changerequests/:requestid/renew", "change.renew", Programs, Token, a.Serve(a.RenewChange)},
		{get, changeBase + "/:requestid", "change.shown", Programs, Token, a.Serve(a.Change)},
		{get, changeBase + "/:party/:requestid", "change.shown_to_party", Programs, Token, a.Serve(a.PartyChange)},
		{post, changeBase + "/:party/:requestid/approve", "change.approve", Programs, Token, a.Serve(a.ApproveChange)},
		{post, changeBase + "/:party/:requestid/reject", "change.reject", Programs, Token, a.Serve(a.RejectChange)},
		{post, portalBase + "/systemuser/changerequest/:party/:requestid/approve", "change.approve_at_portal", Programs, Token, a.Serve(a.ApproveChange)},
	}
}
