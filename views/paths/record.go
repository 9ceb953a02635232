package paths

import (
	"net/url"
	"strconv"

	"github.com/stafett/stafett/models"
)

// SystemUserHistoryBy is a page of the history of the system user, of what one
// side did; of all when side is empty.
func SystemUserHistoryBy(id models.ID, side string, page int) string {
	q := bySide(side)
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return withQuery(SystemUserHistory(id), q)
}

// SystemUserHistoryCSV is the history for spreadsheets, filtered as the page.
func SystemUserHistoryCSV(id models.ID, side string) string {
	return withQuery(SystemUserHistory(id)+".csv", bySide(side))
}

// SystemUserHistoryJSON is the history for programs, filtered as the page.
func SystemUserHistoryJSON(id models.ID, side string) string {
	return withQuery(SystemUserHistory(id)+".json", bySide(side))
}

// Suppliers is the list of the organisation's suppliers.
func Suppliers() string { return "/suppliers" }

// CustomerSupplier is the page of one supplier, as its customer sees it.
func CustomerSupplier(no string) string { return Suppliers() + "/" + url.PathEscape(no) }

// SupplierStop asks whether to stop all of the supplier's, and does. GET and POST.
func SupplierStop(no string) string { return CustomerSupplier(no) + "/stop" }

// SupplierStart lets go on what was stopped. POST only.
func SupplierStart(no string) string { return CustomerSupplier(no) + "/start" }

// SupplierBlock asks whether to block the supplier, and does. GET and POST.
func SupplierBlock(no string) string { return CustomerSupplier(no) + "/block" }

// SupplierUnblock lets the supplier ask again. POST only.
func SupplierUnblock(no string) string { return CustomerSupplier(no) + "/unblock" }

// UserReview goes through all system users. GET and POST.
func UserReview() string { return SystemUsers() + "/review" }

// UserReviewDone is the receipt of a review; left are the system users that had
// changed meanwhile.
func UserReviewDone(id models.ID, left []models.ID) string {
	q := url.Values{}
	for _, one := range left {
		q.Add("left", string(one))
	}
	return withQuery(UserReview()+"/"+segment(id), q)
}

func bySide(side string) url.Values {
	q := url.Values{}
	if side != "" {
		q.Set("who", side)
	}
	return q
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// RequestsFrom is the inbox with what one supplier asks, in one state.
func RequestsFrom(no, status string) string {
	return withQuery(Requests(), url.Values{"supplier": {no}, "status": {status}})
}
