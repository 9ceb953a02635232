package account

import (
	"context"

	"github.com/stafett/stafett/views/i18n"
)

// level is the key of the words for an authentication level.
func level(n int) string {
	switch n {
	case 1, 2:
		return "account.level.low"
	case 3:
		return "account.level.substantial"
	case 4:
		return "account.level.high"
	}
	return "account.level.unknown"
}

// told is the sentence for something that the person did, or tried.
func told(ctx context.Context, d Did) string {
	what, whom := d.What, d.Whom
	if what == "" {
		what = i18n.T(ctx, "account.something")
	}
	if whom == "" {
		whom = i18n.T(ctx, "account.somebody")
	}
	key := "account.did." + d.Action
	if d.Denied {
		key += ".denied"
	}
	switch {
	case i18n.Has(key):
		return i18n.T(ctx, key, "What", what, "Whom", whom)
	case d.Denied:
		return i18n.T(ctx, "account.did.denied", "Action", d.Action)
	}
	return i18n.T(ctx, "account.did.other", "Action", d.Action)
}
