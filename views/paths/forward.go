package paths

import "github.com/stafett/stafett/models"

// RequestForward is where the request is sent on to somebody who can answer.
// GET and POST.
func RequestForward(id models.ID) string { return Request(id) + "/forward" }

// ChangeForward is RequestForward for a change request.
func ChangeForward(id models.ID) string { return Change(id) + "/forward" }

// ForwardingRecall takes back what was sent on. POST only.
func ForwardingRecall(id models.ID) string { return "/forwardings/" + segment(id) + "/recall" }
