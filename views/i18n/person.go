package i18n

import "context"

// PersonName is the name of a person, or the words for one whom we have
// deleted and who has no name any more.
func PersonName(ctx context.Context, name string, erased bool) string {
	if erased {
		return T(ctx, "holding.erased")
	}
	return name
}
