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

// keyVersion says which keys a value was made with.
const keyVersion = 1

// vault turns national ids into what may lie in the database: an HMAC-SHA-256
// to find a person by and an AES-256-GCM value to read the number back from.
// Both keys come from the master key by HKDF (RFC 5869).
type vault struct {
	hashKey []byte
	check   []byte
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
	return &vault{hashKey: keys[0], check: keys[2], aead: aead}, nil
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

// checkKey compares the key with the one that the database was first opened
// with. Another key would find nobody and make every person twice.
func (s *Store) checkKey(ctx context.Context) error {
	const name = "key_check"
	var stored []byte
	read := s.rebind("SELECT value FROM setting WHERE name = ?")
	if err := s.reader.QueryRowContext(ctx, read, name).Scan(&stored); err != nil {
		add := s.rebind("INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING")
		if _, err := s.writer.ExecContext(ctx, add, name, s.pids.check); err != nil {
			return fmt.Errorf("note which key is used: %w", err)
		}
		if err := s.reader.QueryRowContext(ctx, read, name).Scan(&stored); err != nil {
			return fmt.Errorf("read which key is used: %w", err)
		}
	}
	if !hmac.Equal(stored, s.pids.check) {
		return errors.New("the key for personal data is not the one that this database was made with")
	}
	return nil
}
