package paths

import (
	"net/url"

	"github.com/stafett/stafett/models"
)

// SystemUserRename gives the system user another title. POST only.
func SystemUserRename(id models.ID) string { return SystemUserSettings(id) + "/rename" }

// SystemUserPause pauses the system user for its customer. POST only.
func SystemUserPause(id models.ID) string { return SystemUserSettings(id) + "/pause" }

// SystemUserResume lets it go on. POST only.
func SystemUserResume(id models.ID) string { return SystemUserSettings(id) + "/resume" }

// SystemUserEndDate sets when the system user ends by itself. POST only.
func SystemUserEndDate(id models.ID) string { return SystemUserSettings(id) + "/end-date" }

// SystemUserRemove shows what goes with some of what the system user holds, and
// takes it. GET and POST.
func SystemUserRemove(id models.ID) string { return SystemUser(id) + "/remove" }

// SystemUserSet is SystemUserSettings after something was done, which done names.
func SystemUserSet(id models.ID, done string) string {
	return SystemUserSettings(id) + "?" + url.Values{"done": {done}}.Encode()
}
