package models

import "github.com/google/uuid"

// ID identifies a record of ours: a UUID in canonical lower-case text. Ids of
// records that people may learn of in links are random (version 4); ids tell
// nothing and grant nothing.
type ID string

// NewID returns a fresh random ID (RFC 9562 version 4).
func NewID() ID { return ID(uuid.NewString()) }

// ParseID reads a UUID in its 36-character form. Anything else is a NotFound
// error, so that malformed and absent ids look alike.
func ParseID(s string) (ID, error) {
	u, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		return "", NewError(NotFound, CodeNotFound)
	}
	return ID(u.String()), nil
}
