package handlers

import "net/http"

// clientFile is where a list of clients is taken in, which may be long.
const clientFile = "/systemusers/:id/clients/file"

// clientPages are the pages on which facilitators choose which clients their
// agent system users serve.
func (s *Server) clientPages() []Route {
	w, get, post := s.web, http.MethodGet, http.MethodPost
	const clients = "/systemusers/:id/clients"
	pages := []Route{
		{get, "/clients", "clients.overview", People, Acting, w.ClientOverview},
		{get, clients, "clients.list", People, Acting, w.Clients},
		{post, clients, "clients.remove", People, Acting, w.RemoveClients},
		{get, clients + "/clients.csv", "clients.csv", People, Acting, w.ClientsCSV},
		{get, clients + "/add", "clients.candidates", People, Acting, w.Candidates},
		{post, clients + "/add", "clients.add", People, Acting, w.AddClients},
		{get, clients + "/candidates.csv", "clients.candidates_csv", People, Acting, w.CandidatesCSV},
		{post, clients + "/own", "clients.own", People, Acting, w.OwnClient},
		{post, clients + "/rule", "clients.rule", People, Acting, w.ClientRule},
		{get, clientFile, "clients.file_form", People, Acting, w.ClientFileForm},
		{post, clientFile, "clients.file", People, Acting, w.ClientFile},
		{get, clients + "/jobs/:job", "clients.job", People, Acting, w.ClientJob},
		{get, clients + "/jobs/:job/outcome.csv", "clients.job_csv", People, Acting, w.ClientJobCSV},
		{post, clients + "/jobs/:job/cancel", "clients.job.cancel", People, Acting, w.CancelClientJob},
		{post, clients + "/jobs/:job/retry", "clients.job.retry", People, Acting, w.RetryClientJob},
	}
	for i := range pages {
		pages[i].handler = w.OrWhoDecides(pages[i].handler)
	}
	return pages
}
