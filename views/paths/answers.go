package paths

import "github.com/stafett/stafett/models"

// RequestWish asks for what the organisation would have instead. GET and POST.
func RequestWish(id models.ID) string { return Request(id) + "/wish" }

// ChangeWish is RequestWish for a change request.
func ChangeWish(id models.ID) string { return Change(id) + "/wish" }

// ChangeReceipt is the receipt of an answered change request.
func ChangeReceipt(id models.ID) string { return Change(id) + "/receipt" }

// Answered is the receipt straight after the answer, from which the browser
// goes back to the supplier by itself.
func Answered(receipt string) string { return receipt + "?returning=1" }
