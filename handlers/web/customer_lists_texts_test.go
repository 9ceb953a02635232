package web

import (
	"testing"

	"github.com/stafett/stafett/views/i18n"
)

func TestEveryChoiceOfAListHasAText(t *testing.T) {
	t.Parallel()
	for prefix, values := range map[string][]string{
		"customer.list.status.": append(inboxStatuses, userStatuses...), "customer.list.kind.": append(inboxKinds, userKinds...),
	} {
		for _, v := range values {
			if v == "" {
				v = "any"
			}
			if !i18n.Has(prefix + v) {
				t.Errorf("%s has no text", prefix+v)
			}
		}
	}
}
