package handlers

import "net/http"

// bulkBase is where bulk jobs begin.
const bulkBase = ourBase + "/bulk"

// bulkRoutes are those of bulk jobs.
func (s *Server) bulkRoutes() []Route {
	a := s.API
	return []Route{
		{http.MethodPost, bulkBase, "bulk.start", Programs, Token, a.Serve(a.StartBulk)},
		{http.MethodGet, bulkBase, "bulk.jobs", Programs, Token, a.Serve(a.BulkJobs)},
		{http.MethodGet, bulkBase + "/:id", "bulk.job", Programs, Token, a.Serve(a.BulkJob)},
		{http.MethodGet, bulkBase + "/:id/rows", "bulk.rows", Programs, Token, a.Serve(a.BulkRows)},
		{http.MethodPost, bulkBase + "/:id/cancel", "bulk.cancel", Programs, Token, a.Serve(a.CancelBulk)},
	}
}
