package store

import (
	"bytes"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// TestRowsMatchColumns compares the row types with the tables, so that no
// column is forgotten and none is made up.
func TestRowsMatchColumns(t *testing.T) {
	s := openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "db"))
	// Columns that rows leave out on purpose, by table.
	elsewhere := map[string][]string{
		"system_user":  {"first_used_at", "last_used_at", "uses"},
		"outbox_event": {"seq", "sent_at", "told_at"},
		"audit_head":   {"id"},
		"system":       {"customers"}, // counted where system users come and go
	}
	var cache sync.Map
	for _, row := range []any{
		organisationRow{},
		personRow{},
		identityRow{},
		holdingRow{},
		relationRow{},
		invitationRow{},
		areaRow{},
		packageRow{},
		roleRow{},
		rolePackageRow{},
		resourceRow{},
		resourceActionRow{},
		resourcePackageRow{},
		resourceRoleRow{},
		systemRow{},
		clientRow{},
		askRow{},
		redirectRow{},
		requestRow{},
		requestItemRow{},
		userRow{},
		delegationRow{},
		forwardingRow{},
		noticeRow{},
		choiceRow{},
		mailRow{},
		blockRow{},
		auditRow{},
		headRow{},
		eventRow{},
	} {
		parsed, err := schema.Parse(row, &cache, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		columns := slices.DeleteFunc(lastColumn(t, s, "SELECT name FROM pragma_table_info(?)", parsed.Table),
			func(name string) bool { return slices.Contains(elsewhere[parsed.Table], name) })
		slices.Sort(columns)
		if diff := cmp.Diff(columns, slices.Sorted(slices.Values(parsed.DBNames))); diff != "" {
			t.Errorf("%s (-table +row)\n%s", parsed.Table, diff)
		}
	}
}

func TestVault(t *testing.T) {
	pid, err := party.ParsePersonID("03874998779")
	if err != nil {
		t.Fatal(err)
	}
	other, err := party.ParsePersonID("20866198560")
	if err != nil {
		t.Fatal(err)
	}
	v, err := newVault(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	berit, vidar := models.NewID(), models.NewID()
	sealed := v.seal(berit, pid)
	if got, err := v.open(berit, sealed); got != pid || err != nil {
		t.Errorf("the number did not come back: %v", err)
	}
	if _, err := v.open(vidar, sealed); err == nil {
		t.Error("a value opened for another person")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := v.open(berit, sealed); err == nil {
		t.Error("a changed value opened")
	}
	if bytes.Equal(v.seal(berit, pid), v.seal(berit, pid)) {
		t.Error("two seals of a number are alike")
	}
	if !bytes.Equal(v.hash(pid), v.hash(pid)) || bytes.Equal(v.hash(pid), v.hash(other)) {
		t.Error("the hash does not tell numbers apart")
	}
	w, err := newVault(bytes.Repeat([]byte("l"), 32))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(v.hash(pid), w.hash(pid)) {
		t.Error("the hash does not depend on the key")
	}
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := newVault(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes was taken", n)
		}
	}
}
