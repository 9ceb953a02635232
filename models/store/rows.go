package store

import (
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

// millis is how a time is stored: milliseconds since 1970.
func millis(t time.Time) int64 { return t.UnixMilli() }

// millisOrNull is millis, and NULL for the zero time.
func millisOrNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}

// instant reads what millis wrote, in UTC.
func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// instantOrZero reads what millisOrNull wrote.
func instantOrZero(ms *int64) time.Time {
	if ms == nil {
		return time.Time{}
	}
	return instant(*ms)
}

// orNull stores an empty text as NULL, for references.
func orNull[S ~string](s S) *string {
	if s == "" {
		return nil
	}
	text := string(s)
	return &text
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// textRow is a text in three columns with a common prefix.
type textRow struct {
	NB string `gorm:"column:nb"`
	NN string `gorm:"column:nn"`
	EN string `gorm:"column:en"`
}

func toText(t models.Text) textRow { return textRow{NB: t.NB, NN: t.NN, EN: t.EN} }

func (r textRow) domain() models.Text { return models.Text{NB: r.NB, NN: r.NN, EN: r.EN} }

// itemRow is an item in three columns.
type itemRow struct {
	Kind   string `gorm:"column:kind"`
	Ref    string `gorm:"column:ref"`
	Action string `gorm:"column:action"`
}

func toItem(i catalog.Item) itemRow {
	return itemRow{Kind: string(i.Kind), Ref: i.Ref, Action: i.Action}
}

func (r itemRow) domain() catalog.Item {
	return catalog.Item{Kind: catalog.ItemKind(r.Kind), Ref: r.Ref, Action: r.Action}
}
