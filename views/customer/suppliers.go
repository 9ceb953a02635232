package customer

import (
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/ui"
)

// SupplierRow is one supplier in the list.
type SupplierRow struct {
	Org     Org
	Live    int // system users that have not ended
	Paused  int // of them by the customer
	Waiting int // requests that can be answered
	Blocked bool
}

// SupplierView is the page of one supplier, as its customer sees it.
type SupplierView struct {
	Org       Org
	Since     time.Time // when it was registered; zero when not known
	Users     []SystemUserRow
	Waiting   int
	Blocked   time.Time // zero when it may ask
	BlockedBy string    // name; empty when not known
	Reason    string    // why it is blocked
	Stopped   int       // how many were stopped at once, and are still
	CanStop   bool
	CanBlock  bool
	CanStart  bool
	Need      ui.Need // what the reader must do before he may start them
}

// SupplierActView asks whether to stop or to block a supplier.
type SupplierActView struct {
	Org     Org
	Titles  []string // of the system users that stop, or go on
	Waiting int      // requests that are rejected
	Reason  string   // as typed
	Faults  []models.FieldError
}

func (v SupplierActView) summary(label string) []ui.Faulty {
	var out []ui.Faulty
	for _, f := range v.Faults {
		out = append(out, ui.Faulty{ID: ui.ID(f.Field), Label: label, Fault: f.Fault})
	}
	return out
}
