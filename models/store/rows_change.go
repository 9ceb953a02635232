package store

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

type changeRow struct {
	ID           string  `gorm:"column:id"`
	Correlation  string  `gorm:"column:correlation_id"`
	Supplier     string  `gorm:"column:supplier"` // the system's
	SystemUserID string  `gorm:"column:system_user_id"`
	SystemID     string  `gorm:"column:system_id"`
	Customer     string  `gorm:"column:customer"`
	RedirectURL  string  `gorm:"column:redirect_url"`
	Status       string  `gorm:"column:status"`
	Reason       string  `gorm:"column:reason"`
	DecidedBy    *string `gorm:"column:decided_by"`
	DecidedAt    *int64  `gorm:"column:decided_at"`
	CreatedAt    int64   `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt    int64   `gorm:"column:expires_at"`
	RemovedAt    *int64  `gorm:"column:removed_at"`
	Purpose      textRow `gorm:"embedded;embeddedPrefix:purpose_"`
	Contact      string  `gorm:"column:contact_email"`
	Notify       string  `gorm:"column:notify_email"`
	Wish         wishRow `gorm:"embedded"`
	Version      int64   `gorm:"column:version"`
}

func (changeRow) TableName() string { return "change_request" }

func toChange(c request.Change, supplier string) changeRow {
	return changeRow{
		ID: string(c.ID), Correlation: string(c.Correlation), Supplier: supplier, SystemUserID: string(c.SystemUser),
		SystemID: string(c.System), Customer: string(c.Customer), RedirectURL: c.RedirectURL, Status: string(c.Status),
		Reason: c.Reason, DecidedBy: orNull(c.DecidedBy), DecidedAt: millisOrNull(c.DecidedAt), CreatedAt: millis(c.CreatedAt),
		ExpiresAt: millis(c.ExpiresAt), RemovedAt: millisOrNull(c.Removed), Purpose: toText(c.Purpose), Contact: c.ContactEmail,
		Notify: c.NotifyEmail, Wish: toWish(c.Wish), Version: c.Version,
	}
}

// domain lacks the items, which have a table of their own, and what the system
// user says.
func (r changeRow) domain() request.Change {
	return request.Change{
		Request: request.Request{
			ID: models.ID(r.ID), System: system.ID(r.SystemID), Customer: party.OrgNo(r.Customer), RedirectURL: r.RedirectURL,
			Status: request.Status(r.Status), Reason: r.Reason, DecidedBy: models.ID(orEmpty(r.DecidedBy)),
			DecidedAt: instantOrZero(r.DecidedAt), CreatedAt: instant(r.CreatedAt), ExpiresAt: instant(r.ExpiresAt),
			Removed: instantOrZero(r.RemovedAt), Purpose: r.Purpose.domain(), ContactEmail: r.Contact, Version: r.Version,
			NotifyEmail: r.Notify, Wish: r.Wish.domain(),
		},
		Correlation: models.ID(r.Correlation), SystemUser: models.ID(r.SystemUserID),
	}
}

type changeItemRow struct {
	ChangeID string  `gorm:"column:change_id"`
	Position int     `gorm:"column:position"`
	Unwanted bool    `gorm:"column:unwanted"`
	Item     itemRow `gorm:"embedded"`
	Purpose  textRow `gorm:"embedded;embeddedPrefix:purpose_"`
	LeftOut  bool    `gorm:"column:left_out"`
}

func (changeItemRow) TableName() string { return "change_request_item" }

// into adds the item to the change.
func (r changeItemRow) into(c *request.Change) {
	item := r.Item.domain()
	if r.Unwanted {
		c.Unwanted = append(c.Unwanted, item)
		return
	}
	c.Items = append(c.Items, item)
	if r.LeftOut {
		c.LeftOut = append(c.LeftOut, item)
	}
	if why := r.Purpose.domain(); !why.Empty() {
		if c.Purposes == nil {
			c.Purposes = map[catalog.Item]models.Text{}
		}
		c.Purposes[item] = why
	}
}
