package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/stafett/stafett/models/system"
)

// FindVisible implements registry.VisibleReader.
func (t *transaction) FindVisible(ctx context.Context, words []string, skip, limit int) ([]system.System, int, error) {
	// No word holds the space that stands between the parts.
	text := folded(`system.id || ' ' || system.name_nb || ' ' || system.name_nn || ' ' || system.name_en || ' ' || organisation.name`)
	q := t.q(ctx).Model(&systemRow{}).
		Joins("JOIN organisation ON organisation.org_no = system.supplier").
		Where("system.visible AND NOT system.deleted")
	for _, w := range words {
		q = q.Where(text+like, pattern(w))
	}
	var n int64
	q = q.Session(&gorm.Session{})
	if err := q.Count(&n).Error; err != nil {
		return nil, 0, err
	}
	rows, err := all[systemRow](q.Select("system.*").Order(folded("system.name_nb") + ", system.id").Offset(skip).Limit(limit))
	if err != nil {
		return nil, 0, err
	}
	systems, err := t.completeSystems(ctx, rows)
	return systems, int(n), err
}
