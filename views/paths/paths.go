package paths

import (
	"net/url"
	"strings"

	"github.com/stafett/stafett/models"
)

// Front is the front page, for those who are not signed in.
func Front() string { return "/" }

// Login is the page where a login provider is chosen.
func Login() string { return "/login" }

// LoginWith starts a login at the named provider.
func LoginWith(provider string) string { return "/login/" + url.PathEscape(provider) }

// Logout ends the session. POST only.
func Logout() string { return "/logout" }

// LoggedOut says that the session is over and links to the provider's log-out.
func LoggedOut() string { return "/logged-out" }

// Organisations is where a person chooses whom to act for. GET and POST.
func Organisations() string { return "/organisations" }

// Requests is the customer's inbox.
func Requests() string { return "/requests" }

// Request is the review page of one request.
func Request(id models.ID) string { return Requests() + "/" + segment(id) }

// RequestApprove approves the request. POST only.
func RequestApprove(id models.ID) string { return Request(id) + "/approve" }

// RequestReject asks for a reason and rejects the request. GET and POST.
func RequestReject(id models.ID) string { return Request(id) + "/reject" }

// RequestReceipt is the receipt of an answered request.
func RequestReceipt(id models.ID) string { return Request(id) + "/receipt" }

// Confirm is the address that suppliers hand to customers, in Altinn's form;
// it leads on to Request.
func Confirm(id models.ID) string {
	return "/accessmanagement/ui/systemuser/request?id=" + url.QueryEscape(string(id))
}

// Change is the review page of one change request.
func Change(id models.ID) string { return "/changes/" + segment(id) }

// ChangeApprove approves the change request. POST only.
func ChangeApprove(id models.ID) string { return Change(id) + "/approve" }

// ChangeReject asks for a reason and rejects the change request. GET and POST.
func ChangeReject(id models.ID) string { return Change(id) + "/reject" }

// SystemUsers is the customer's list of system users.
func SystemUsers() string { return "/systemusers" }

// SystemUser is the page of one system user.
func SystemUser(id models.ID) string { return SystemUsers() + "/" + segment(id) }

// SystemUserClients is the page of the clients that an agent system user serves.
func SystemUserClients(id models.ID) string { return SystemUser(id) + "/clients" }

// SystemUserHistory is what has happened to the system user.
func SystemUserHistory(id models.ID) string { return SystemUser(id) + "/history" }

// SystemUserSettings is where the system user is renamed, paused, narrowed, ended.
func SystemUserSettings(id models.ID) string { return SystemUser(id) + "/settings" }

// SystemUserRevoke asks whether to revoke the system user, and does. GET and POST.
func SystemUserRevoke(id models.ID) string { return SystemUser(id) + "/revoke" }

// Supplier begins the address of every page for suppliers.
func Supplier() string { return "/supplier/" }

// SupplierSystems is the supplier's list of systems.
func SupplierSystems() string { return "/supplier/systems" }

// SupplierNewSystem is the form that registers a system. GET and POST.
func SupplierNewSystem() string { return SupplierSystems() + "/new" }

// SupplierSystem is the page of one system; id is its {orgno}_{name}.
func SupplierSystem(id string) string { return SupplierSystems() + "/" + url.PathEscape(id) }

// SupplierNewRequest is the form that sends a request for the system. GET and POST.
func SupplierNewRequest(systemID string) string { return SupplierSystem(systemID) + "/requests/new" }

// SupplierRequests is the board of requests that the supplier has sent.
func SupplierRequests() string { return "/supplier/requests" }

// SupplierRequestWithdraw takes the request back. POST only.
func SupplierRequestWithdraw(id models.ID) string { return SupplierRequest(id) + "/withdraw" }

// SupplierRequest is the status of one request that the supplier has sent.
func SupplierRequest(id models.ID) string { return SupplierRequests() + "/" + segment(id) }

// InLanguage is the page at path, which may have a query, in language l.
func InLanguage(path string, l models.Language) string { return with(path, "lang", string(l)) }

// InScheme is the page at path in the colour scheme "light", "dark" or "auto".
func InScheme(path, scheme string) string { return with(path, "scheme", scheme) }

// Page is the list at path, at the page that cursor names; the first when empty.
func Page(path, cursor string) string { return with(path, "after", cursor) }

// with sets one member of the query. What is no path of ours leads to the front;
// of several slashes at the start browsers make another host.
func with(path, name, value string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") {
		u = &url.URL{Path: Front()}
	}
	q := u.Query()
	q.Del("lang")
	q.Del("scheme")
	if q.Set(name, value); value == "" {
		q.Del(name)
	}
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: q.Encode()}).String()
}

func segment(id models.ID) string { return url.PathEscape(string(id)) }

// Docs tells developers what the API is.
func Docs() string { return "/docs" }

// DocsGroup is the page of the operations of one kind.
func DocsGroup(slug string) string { return Docs() + "/" + url.PathEscape(slug) }

// Description is the API's description, for programs.
func Description() string { return "/openapi.json" }
