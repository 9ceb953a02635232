package handlers

import "net/http"

// recordPages are the pages on which customers see what has happened, and deal
// with all of a supplier's, or all of their system users, at once.
func (s *Server) recordPages() []Route {
	w, get, post := s.web, http.MethodGet, http.MethodPost
	return []Route{
		{get, "/systemusers/:id/history", "customer.systemuser.history", People, Acting, w.History},
		{get, "/systemusers/:id/history.csv", "customer.systemuser.history.csv", People, Acting, w.HistoryCSV},
		{get, "/systemusers/:id/history.json", "customer.systemuser.history.json", People, Acting, w.HistoryJSON},
		{get, "/systemusers/review", "customer.review_form", People, Acting, w.UserReviewForm},
		{post, "/systemusers/review", "customer.review", People, Acting, w.UserReview},
		{get, "/systemusers/review/:id", "customer.review.done", People, Acting, w.UserReviewDone},
		{get, "/suppliers", "customer.suppliers", People, Acting, w.Suppliers},
		{get, "/suppliers/:orgno", "customer.supplier", People, Acting, w.Supplier},
		{get, "/suppliers/:orgno/stop", "customer.supplier.stop_form", People, Acting, w.StopSupplierForm},
		{post, "/suppliers/:orgno/stop", "customer.supplier.stop", People, Acting, w.StopSupplier},
		{post, "/suppliers/:orgno/start", "customer.supplier.start", People, Acting, w.StartSupplier},
		{get, "/suppliers/:orgno/block", "customer.supplier.block_form", People, Acting, w.BlockSupplierForm},
		{post, "/suppliers/:orgno/block", "customer.supplier.block", People, Acting, w.BlockSupplier},
		{post, "/suppliers/:orgno/unblock", "customer.supplier.unblock", People, Acting, w.UnblockSupplier},
	}
}
