package paths

import (
	"net/url"
	"strconv"

	"github.com/stafett/stafett/models"
)

// SystemUserNew is the list of systems that a system user can be made for.
func SystemUserNew() string { return SystemUsers() + "/new" }

// SystemUserFind is that list by a search, at a page of it counted from 1.
func SystemUserFind(query string, page int) string {
	q := url.Values{}
	if query != "" {
		q.Set("q", query)
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return (&url.URL{Path: SystemUserNew(), RawQuery: q.Encode()}).String()
}

// SystemUserNewFrom makes a system user for the system. GET and POST.
func SystemUserNewFrom(systemID string) string {
	return SystemUserNew() + "/" + url.PathEscape(systemID)
}

// SystemUserAgain makes a system user like one that has ended. GET and POST.
func SystemUserAgain(id models.ID) string { return SystemUser(id) + "/again" }

// SystemUserReceipt is the receipt of a system user that was made without a request.
func SystemUserReceipt(id models.ID) string { return SystemUser(id) + "/receipt" }

// SystemUserOwn sets up a program of the organisation's own. GET and POST.
func SystemUserOwn() string { return SystemUsers() + "/own" }

// SystemUserOwnReady tells what to put into the program.
func SystemUserOwnReady(systemID string) string {
	return SystemUserOwn() + "/" + url.PathEscape(systemID)
}
