package paths

import (
	"net/url"

	"github.com/stafett/stafett/models"
)

// Clients is the list of the organisation's clients.
func Clients() string { return "/clients" }

// ClientsAdd is the list of clients that can be added. GET and POST.
func ClientsAdd(agent models.ID) string { return SystemUserClients(agent) + "/add" }

// ClientsOwn adds and removes the organisation itself. POST only.
func ClientsOwn(agent models.ID) string { return SystemUserClients(agent) + "/own" }

// ClientsRule adds and ends a rule for new clients. POST only.
func ClientsRule(agent models.ID) string { return SystemUserClients(agent) + "/rule" }

// ClientsFile takes a list of organisation numbers. GET and POST.
func ClientsFile(agent models.ID) string { return SystemUserClients(agent) + "/file" }

// ClientsCSV is the list of the agent's clients as a file.
func ClientsCSV(agent models.ID) string { return SystemUserClients(agent) + "/clients.csv" }

// ClientsAddCSV is the list of those that can be added as a file.
func ClientsAddCSV(agent models.ID) string { return SystemUserClients(agent) + "/candidates.csv" }

// ClientsJob is how far a job about clients has come, and what became of each.
func ClientsJob(agent, job models.ID) string {
	return SystemUserClients(agent) + "/jobs/" + segment(job)
}

// ClientsJobCSV is what became of each client as a file.
func ClientsJobCSV(agent, job models.ID) string { return ClientsJob(agent, job) + "/outcome.csv" }

// ClientsJobCancel stops what waits of the job. POST only.
func ClientsJobCancel(agent, job models.ID) string { return ClientsJob(agent, job) + "/cancel" }

// ClientsJobRetry starts a job anew with those that failed. POST only.
func ClientsJobRetry(agent, job models.ID) string { return ClientsJob(agent, job) + "/retry" }

// Asked is the page at path with the query.
func Asked(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
