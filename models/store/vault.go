package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// vault turns national ids into what may lie in the database: an HMAC-SHA-256
// to find a person by and an AES-256-GCM value to read the number back from.
// Both keys come from the master key by HKDF (RFC 5869).
type vault struct {
	hashKey []byte
	proof   []byte // tells the key from others, and nothing else about it
	aead    cipher.AEAD
}

func newVault(master []byte) (*vault, error) {
	if len(master) != 32 {
		return nil, fmt.Errorf("the key for personal data is %d bytes long, not 32", len(master))
	}
	var keys [3][]byte
	for i, use := range []string{"stafett 1 person id hash", "stafett 1 person id cipher", "stafett 1 key check"} {
		key, err := hkdf.Key(sha256.New, master, nil, use, 32)
		if err != nil {
			return nil, err
		}
		keys[i] = key
	}
	block, err := aes.NewCipher(keys[1])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &vault{hashKey: keys[0], proof: keys[2], aead: aead}, nil
}

func (v *vault) hash(pid party.PersonID) []byte {
	mac := hmac.New(sha256.New, v.hashKey)
	mac.Write([]byte(pid.Reveal()))
	return mac.Sum(nil)
}

// seal encrypts the number for one person: the person's id is authenticated
// with it, so a value moved to another row does not open.
func (v *vault) seal(person models.ID, pid party.PersonID) []byte {
	return v.aead.Seal(nil, nil, []byte(pid.Reveal()), []byte(person)) //nolint:gosec // the AEAD draws a random nonce for each value itself
}

func (v *vault) open(person models.ID, sealed []byte) (party.PersonID, error) {
	digits, err := v.aead.Open(nil, nil, sealed, []byte(person))
	if err != nil {
		return party.PersonID{}, errors.New("a national id does not open with this key")
	}
	return party.ParsePersonID(string(digits))
}

// ring is the keys that a database names, by version.
type ring struct {
	newest int64
	vaults map[int64]*vault
}

// hashes are what the number may lie under: one for each key in use.
func (r *ring) hashes(pid party.PersonID) [][]byte {
	all := make([][]byte, 0, len(r.vaults))
	for _, v := range r.vaults {
		all = append(all, v.hash(pid))
	}
	return all
}

// seal puts a national id into the row as it is stored under the newest key.
func (r *ring) seal(row *personRow, pid party.PersonID) {
	v, version := r.vaults[r.newest], r.newest
	row.PIDHash, row.PIDCipher, row.PIDKey = v.hash(pid), v.seal(models.ID(row.ID), pid), &version
}

// Keys returns the keys for personal data, 32 bytes each, the newest first. It
// is asked when a store is opened and whenever the database names a key that is
// not known yet, so that a key can be changed while the program runs.
type Keys func() ([][]byte, error)

// FixedKeys are keys that do not change.
func FixedKeys(keys ...[]byte) Keys { return func() ([][]byte, error) { return keys, nil } }

// pidKeyRow names a key by what proves it, never the key itself.
type pidKeyRow struct {
	Version int64  `gorm:"column:version"`
	Proof   []byte `gorm:"column:proof"`
	Newest  bool   `gorm:"column:newest"`
	MadeAt  int64  `gorm:"column:made_at"`
}

func (pidKeyRow) TableName() string { return "pid_key" }

// ring returns the keys that the database names, as of this transaction. One
// that is missing is an outage: without it a person would not be found and be
// made twice. A transaction that writes holds off a change of key until it
// ends, so that no number is stored under a key that has been replaced.
func (t *transaction) ring(ctx context.Context) (*ring, error) {
	if t.keys == nil {
		var err error
		if t.keys, err = t.readRing(ctx); err != nil {
			return nil, err
		}
	}
	return t.keys, nil
}

// seal puts a national id, if there is one, into the row in the form in which
// it is stored.
func (t *transaction) seal(ctx context.Context, row *personRow, pid party.PersonID) error {
	if pid.IsZero() {
		return nil
	}
	keys, err := t.ring(ctx)
	if err != nil {
		return err
	}
	keys.seal(row, pid)
	return nil
}

func (t *transaction) readRing(ctx context.Context) (*ring, error) {
	const query = "SELECT version, proof, newest, made_at FROM pid_key ORDER BY version"
	for {
		q := t.q(ctx).Raw(query)
		if t.locks {
			q = t.q(ctx).Raw(query + " FOR SHARE")
		}
		var rows []pidKeyRow
		if err := q.Scan(&rows).Error; err != nil {
			return nil, err
		}
		newest := int64(0)
		for _, row := range rows {
			if row.Newest {
				newest = row.Version
			}
		}
		// None is the newest where a change of key was waited for: its row came
		// after this statement began.
		if newest != 0 {
			return t.s.ringOf(rows, newest)
		}
		if len(rows) == 0 {
			return nil, errors.New("the database names no key for personal data")
		}
	}
}

// ringOf finds the keys of the rows among those known, and asks for them anew
// when one is missing.
func (s *Store) ringOf(rows []pidKeyRow, newest int64) (*ring, error) {
	if r := s.known.Load(); r != nil && r.newest == newest && len(r.vaults) == len(rows) {
		return r, nil
	}
	vaults, err := s.vaults()
	if err != nil {
		return nil, err
	}
	r := &ring{newest: newest, vaults: map[int64]*vault{}}
	for _, row := range rows {
		for _, v := range vaults {
			if hmac.Equal(v.proof, row.Proof) {
				r.vaults[row.Version] = v
			}
		}
		if r.vaults[row.Version] == nil {
			return nil, &models.Error{
				Kind: models.Unavailable, Code: models.CodeUnavailable,
				Err: fmt.Errorf("the key for personal data that this database names as its no. %d is not among those given", row.Version),
			}
		}
	}
	s.known.Store(r)
	return r, nil
}

// vaults makes a vault of each key that is given.
func (s *Store) vaults() ([]*vault, error) {
	keys, err := s.keys()
	if err != nil {
		return nil, fmt.Errorf("read the keys for personal data: %w", err)
	}
	if len(keys) == 0 {
		return nil, errors.New("no key for personal data is given")
	}
	vaults := make([]*vault, len(keys))
	for i, key := range keys {
		if vaults[i], err = newVault(key); err != nil {
			return nil, err
		}
	}
	return vaults, nil
}

// checkKeys compares the keys given with those that the database names, and
// names the newest of them in a new database.
func (s *Store) checkKeys(ctx context.Context) error {
	vaults, err := s.vaults()
	if err != nil {
		return err
	}
	add := s.rebind("INSERT INTO pid_key (version, proof, newest, made_at) SELECT 1, ?, TRUE, ? WHERE NOT EXISTS (SELECT 1 FROM pid_key) ON CONFLICT DO NOTHING")
	if _, err := s.writer.ExecContext(ctx, add, vaults[0].proof, millis(s.now())); err != nil {
		return fmt.Errorf("note which key is used: %w", err)
	}
	return s.write(ctx, func(tx *transaction) error {
		_, err := tx.ring(ctx)
		return err
	})
}

// AddKey implements registry.KeyTx: it names the newest key given as the one to
// use from now on. added is false when it is that already.
func (t *transaction) AddKey(ctx context.Context) (added bool, err error) {
	r, err := t.ring(ctx)
	if err != nil {
		return false, err
	}
	vaults, err := t.s.vaults()
	if err != nil {
		return false, err
	}
	for _, v := range r.vaults {
		if hmac.Equal(v.proof, vaults[0].proof) {
			return false, nil
		}
	}
	if err := t.q(ctx).Exec("UPDATE pid_key SET newest = FALSE WHERE newest").Error; err != nil {
		return false, err
	}
	t.keys = nil
	row := pidKeyRow{Version: r.newest + 1, Proof: vaults[0].proof, Newest: true, MadeAt: millis(t.s.now())}
	return true, t.q(ctx).Create(&row).Error
}

// Reseal implements registry.KeyTx.
func (t *transaction) Reseal(ctx context.Context, limit int) (moved, left int, err error) {
	r, err := t.ring(ctx)
	if err != nil {
		return 0, 0, err
	}
	rows, err := all[personRow](t.q(ctx).Where("pid_key <> ?", r.newest).Order("id").Limit(limit))
	if err != nil {
		return 0, 0, err
	}
	for _, row := range rows {
		id, old := models.ID(row.ID), *row.PIDKey
		pid, err := r.vaults[old].open(id, row.PIDCipher)
		if err != nil {
			return 0, 0, fmt.Errorf("person %s: %w", id, err)
		}
		r.seal(&row, pid)
		done := t.q(ctx).Model(&personRow{}).Where("id = ? AND pid_key = ?", row.ID, old).
			Updates(map[string]any{"pid_hash": row.PIDHash, "pid_cipher": row.PIDCipher, "pid_key": row.PIDKey})
		if done.Error != nil {
			return 0, 0, done.Error
		}
		moved += int(done.RowsAffected)
	}
	var count int64
	err = t.q(ctx).Model(&personRow{}).Where("pid_key <> ?", r.newest).Count(&count).Error
	return moved, int(count), err
}

// RetireKeys implements registry.KeyTx.
func (t *transaction) RetireKeys(ctx context.Context) (int, error) {
	r := t.q(ctx).Exec("DELETE FROM pid_key WHERE NOT newest AND NOT EXISTS (SELECT 1 FROM person WHERE person.pid_key = pid_key.version)")
	return int(r.RowsAffected), r.Error
}
