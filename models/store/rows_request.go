package store

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

type requestRow struct {
	ID          string  `gorm:"column:id"`
	Kind        string  `gorm:"column:kind"`
	SystemID    string  `gorm:"column:system_id"`
	Supplier    string  `gorm:"column:supplier"` // the system's, so that a supplier's list needs no join
	Customer    string  `gorm:"column:customer"`
	ExternalRef string  `gorm:"column:external_ref"`
	Title       string  `gorm:"column:title"`
	RedirectURL string  `gorm:"column:redirect_url"`
	Status      string  `gorm:"column:status"`
	Reason      string  `gorm:"column:reason"`
	DecidedBy   *string `gorm:"column:decided_by"`
	DecidedAt   *int64  `gorm:"column:decided_at"`
	CreatedAt   int64   `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt   int64   `gorm:"column:expires_at"`
	RemovedAt   *int64  `gorm:"column:removed_at"`
	Escalated   bool    `gorm:"column:escalated"`
	Purpose     textRow `gorm:"embedded;embeddedPrefix:purpose_"`
	ValidTo     *int64  `gorm:"column:valid_to_at"`
	Contact     string  `gorm:"column:contact_email"`
	Notify      string  `gorm:"column:notify_email"`
	Wish        wishRow `gorm:"embedded"`
	Version     int64   `gorm:"column:version"`
}

func (requestRow) TableName() string { return "request" }

func toRequest(r request.Request, supplier string) requestRow {
	return requestRow{
		ID: string(r.ID), Kind: string(r.Kind), SystemID: string(r.System), Supplier: supplier, Customer: string(r.Customer),
		ExternalRef: r.ExternalRef, Title: r.Title, RedirectURL: r.RedirectURL, Status: string(r.Status), Reason: r.Reason,
		DecidedBy: orNull(r.DecidedBy), DecidedAt: millisOrNull(r.DecidedAt), CreatedAt: millis(r.CreatedAt),
		ExpiresAt: millis(r.ExpiresAt), Version: r.Version, RemovedAt: millisOrNull(r.Removed), Escalated: r.Escalated,
		Purpose: toText(r.Purpose), ValidTo: millisOrNull(r.ValidTo), Contact: r.ContactEmail,
		Notify: r.NotifyEmail, Wish: toWish(r.Wish),
	}
}

// domain lacks the items, which have a table of their own.
func (r requestRow) domain() request.Request {
	return request.Request{
		ID: models.ID(r.ID), Kind: systemuser.Kind(r.Kind), System: system.ID(r.SystemID), Customer: party.OrgNo(r.Customer),
		ExternalRef: r.ExternalRef, Title: r.Title, RedirectURL: r.RedirectURL, Status: request.Status(r.Status), Reason: r.Reason,
		DecidedBy: models.ID(orEmpty(r.DecidedBy)), DecidedAt: instantOrZero(r.DecidedAt), CreatedAt: instant(r.CreatedAt),
		ExpiresAt: instant(r.ExpiresAt), Version: r.Version, Removed: instantOrZero(r.RemovedAt), Escalated: r.Escalated,
		Purpose: r.Purpose.domain(), ValidTo: instantOrZero(r.ValidTo), ContactEmail: r.Contact,
		NotifyEmail: r.Notify, Wish: r.Wish.domain(),
	}
}

type requestItemRow struct {
	RequestID string  `gorm:"column:request_id"`
	Position  int     `gorm:"column:position"`
	Item      itemRow `gorm:"embedded"`
	Purpose   textRow `gorm:"embedded;embeddedPrefix:purpose_"`
	LeftOut   bool    `gorm:"column:left_out"`
}

// wishRow is what a customer would have otherwise, of either kind of request.
type wishRow struct {
	Text string  `gorm:"column:wish"`
	By   *string `gorm:"column:wished_by"`
	At   *int64  `gorm:"column:wished_at"`
}

func toWish(w request.Wish) wishRow {
	return wishRow{Text: w.Text, By: orNull(w.By), At: millisOrNull(w.At)}
}

func (r wishRow) domain() request.Wish {
	return request.Wish{Text: r.Text, By: models.ID(orEmpty(r.By)), At: instantOrZero(r.At)}
}

func (requestItemRow) TableName() string { return "request_item" }

// userRow leaves out the columns of use, which the journal alone writes.
type userRow struct {
	ID          string `gorm:"column:id"`
	Kind        string `gorm:"column:kind"`
	SystemID    string `gorm:"column:system_id"`
	Customer    string `gorm:"column:customer"`
	ExternalRef string `gorm:"column:external_ref"`
	Title       string `gorm:"column:title"`
	Status      string `gorm:"column:status"`
	ApprovedBy  string `gorm:"column:approved_by"`
	CreatedAt   int64  `gorm:"column:created_at;autoCreateTime:false"`
	ChangedAt   int64  `gorm:"column:changed_at"`
	RevokedAt   *int64 `gorm:"column:revoked_at"`
	RevokedBy   string `gorm:"column:revoked_by"`
	ValidTo     *int64 `gorm:"column:valid_to_at"`
	Version     int64  `gorm:"column:version"`
	Paused      string `gorm:"column:paused"`
	PausedBy    *int64 `gorm:"column:supplier_paused_at"`
	PausedHere  *int64 `gorm:"column:customer_paused_at"`
	PauseReason string `gorm:"column:pause_reason"`
	ReviewedAt  *int64 `gorm:"column:reviewed_at"`
	Seq         int64  `gorm:"column:seq"`
}

func (userRow) TableName() string { return "system_user" }

func toUser(u systemuser.SystemUser) userRow {
	return userRow{
		ID: string(u.ID), Kind: string(u.Kind), SystemID: string(u.System), Customer: string(u.Customer),
		ExternalRef: u.ExternalRef, Title: u.Title, Status: string(u.Status), ApprovedBy: string(u.ApprovedBy),
		CreatedAt: millis(u.CreatedAt), RevokedAt: millisOrNull(u.RevokedAt), Version: u.Version,
		Paused: string(u.Paused), ChangedAt: millis(u.ChangedAt), RevokedBy: string(u.RevokedBy), ValidTo: millisOrNull(u.ValidTo),
		PausedBy: millisOrNull(u.SupplierPaused), PausedHere: millisOrNull(u.CustomerPaused), PauseReason: u.PauseReason,
		ReviewedAt: millisOrNull(u.Reviewed), Seq: u.Seq,
	}
}

// domain lacks the delegations, which have a table of their own.
func (r userRow) domain() systemuser.SystemUser {
	return systemuser.SystemUser{
		ID: models.ID(r.ID), Kind: systemuser.Kind(r.Kind), System: system.ID(r.SystemID), Customer: party.OrgNo(r.Customer),
		ExternalRef: r.ExternalRef, Title: r.Title, Status: systemuser.Status(r.Status), ApprovedBy: models.ID(r.ApprovedBy),
		CreatedAt: instant(r.CreatedAt), RevokedAt: instantOrZero(r.RevokedAt), Version: r.Version,
		Paused: systemuser.Pause(r.Paused), ChangedAt: instant(r.ChangedAt), RevokedBy: systemuser.Ender(r.RevokedBy),
		ValidTo: instantOrZero(r.ValidTo), SupplierPaused: instantOrZero(r.PausedBy), CustomerPaused: instantOrZero(r.PausedHere),
		PauseReason: r.PauseReason, Reviewed: instantOrZero(r.ReviewedAt), Seq: r.Seq,
	}
}

type delegationRow struct {
	SystemUserID string  `gorm:"column:system_user_id"`
	Position     int     `gorm:"column:position"`
	Item         itemRow `gorm:"embedded"`
}

func (delegationRow) TableName() string { return "delegation" }
