package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
)

// testFindVisible searches the systems that customers may find, in every
// language and by supplier, page by page.
func testFindVisible(t *testing.T, k *kit) {
	settle(t, k)
	add := func(s system.System, name, nn, en string, visible bool) {
		s.Name.NB, s.Name.NN, s.Name.EN, s.Visible, s.Clients = name, nn, en, visible, nil
		addSystem(t, k, s)
	}
	own, other := ledger(), ledger()
	add(own, "Ærlig bok", "Ærleg bok", "Honest 100% book", true)
	own.ID = "310000011_zeta"
	add(own, "Bokføring", "Bokføring", "Ledger", true)
	own.ID = "310000011_hidden"
	add(own, "Bokskap", "Bokskap", "Bookcase", false)
	other.ID, other.Supplier = "310000022_alfa", lodd
	add(other, "Alfa bok", "Alfa bok", "Alpha book", true)
	other.ID = "310000022_gone"
	add(other, "Borte bok", "Borte bok", "Gone book", true)
	exec(t, k, "UPDATE system SET deleted = TRUE WHERE id = '310000022_gone'")

	find := func(text string, skip, limit int) string {
		return read(t, k, func(ctx context.Context, r registry.Reader) (string, error) {
			found, n, err := r.FindVisible(ctx, strings.Fields(text), skip, limit)
			var names []string
			for _, s := range found {
				names = append(names, s.Name.NB)
				if len(s.Asks) != len(ledger().Asks) {
					t.Errorf("%s asks for %v", s.ID, s.Asks)
				}
			}
			return fmt.Sprint(n, " ", strings.Join(names, ", ")), err
		})
	}
	for _, tc := range []struct {
		text        string
		skip, limit int
		want        string
	}{
		{"", 0, 10, "3 Alfa bok, Bokføring, Ærlig bok"},
		{"", 0, 2, "3 Alfa bok, Bokføring"},
		{"", 2, 2, "3 Ærlig bok"},
		{"", 4, 2, "3 "},
		{"bok", 0, 10, "3 Alfa bok, Bokføring, Ærlig bok"},
		{"ærleg", 0, 10, "1 Ærlig bok"},
		{"HONEST", 0, 10, "1 Ærlig bok"},
		{"100%", 0, 10, "1 Ærlig bok"},
		{"100_", 0, 10, "0 "},
		{"310000022", 0, 10, "1 Alfa bok"},
		{"310 000 022", 0, 10, "1 Alfa bok"},
		{"ORG ÆRLEG", 0, 10, "1 Ærlig bok"},
		{"310000011 alfa", 0, 10, "0 "},
		{"skap", 0, 10, "0 "},
		{"borte", 0, 10, "0 "},
	} {
		same(t, fmt.Sprintf("%q after %d", tc.text, tc.skip), tc.want, find(tc.text, tc.skip, tc.limit))
	}
}
