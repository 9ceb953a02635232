package systemuser

import (
	"time"

	"github.com/stafett/stafett/models"
)

// maxTitle bounds a title, in characters.
const maxTitle = 100

// Renamed returns u under another title. Errors: Invalid with the field title;
// Conflict systemuser.revoked for one that has ended.
func (u SystemUser) Renamed(title string, now time.Time) (SystemUser, error) {
	if u.Status == Revoked {
		return u, models.NewError(models.Conflict, models.CodeUserRevoked)
	}
	var f models.Faults
	f.Add("title", models.LineFault(title, maxTitle, true))
	if err := f.Err(); err != nil {
		return u, err
	}
	u.Title, u.ChangedAt = title, now
	return u, nil
}
