package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/stafett/stafett/models"
)

// Outcome says whether what was tried was done.
type Outcome string

// The outcomes. What was denied is recorded too.
const (
	Done   Outcome = "done"
	Denied Outcome = "denied"
)

// Entry is one line of the audit log: who did what to which thing, for whom,
// and what came of it.
type Entry struct {
	Seq     int64 // 1, 2, 3 … without gaps
	At      time.Time
	Actor   models.Actor
	Role    string // URN of the role by which a person could act, where one was needed
	Action  string // a policy.Action
	Subject string // what it was done to, as in "request:704013ee-…"
	OrgNo   string // organisation concerned; empty for none
	Outcome Outcome
	Code    models.Code // why it was denied; empty when done
	Detail  Detail
	Prev    string // hash of the entry before, in hex; empty for the first
	Hash    string // Sum of this entry, in hex
}

// Detail holds the facts of an entry as names and values, never personal ones.
type Detail map[string]string

// JSON returns the detail as JSON with sorted names; the empty detail is "{}".
func (d Detail) JSON() string {
	if len(d) == 0 {
		return "{}"
	}
	b, err := json.Marshal(map[string]string(d))
	if err != nil {
		panic(fmt.Sprintf("audit: a map of strings did not marshal: %v", err)) // cannot happen
	}
	return string(b)
}

// Link returns e as the entry after the one with sequence number seq and hash
// prev, with its own Seq, Prev and Hash set. The time is cut to milliseconds,
// which is what the store keeps.
func (e Entry) Link(seq int64, prev string) Entry {
	e.Seq, e.Prev = seq+1, prev
	e.At = e.At.UTC().Truncate(time.Millisecond)
	e.Hash = e.Sum()
	return e
}

// Sum is the SHA-256 of the entry in hex. The canonical form is the sequence
// number and the time in milliseconds since 1970 (eight bytes each, big
// endian), then each member as a length in four bytes and its bytes, in the
// order: prev, actor kind, actor id, actor's organisation, level, role, action,
// subject, organisation, outcome, code, detail as JSON.
func (e Entry) Sum() string {
	b := binary.BigEndian.AppendUint64(nil, uint64(e.Seq))
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMilli()))
	for _, s := range []string{
		e.Prev, string(e.Actor.Kind), e.Actor.ID, e.Actor.OrgNo, fmt.Sprint(e.Actor.Level), e.Role, e.Action,
		e.Subject, e.OrgNo, string(e.Outcome), string(e.Code), e.Detail.JSON(),
	} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// BrokenError says at which entry the chain does not hold, and how.
type BrokenError struct {
	Seq   int64
	Fault string
}

// Error names the entry.
func (e *BrokenError) Error() string { return fmt.Sprintf("audit entry %d: %s", e.Seq, e.Fault) }

// Verify walks the entries in order and returns how many there are and the hash
// of the last. The first entry that does not hold is a BrokenError; any other
// error is from reading. head is what the store believes to be the last
// sequence number and hash, so that entries missing from the end are seen.
func Verify(entries iter.Seq2[Entry, error], headSeq int64, headHash string) (int64, error) {
	var seq int64
	var prev string
	for e, err := range entries {
		switch {
		case err != nil:
			return seq, err
		case e.Seq != seq+1:
			return seq, &BrokenError{Seq: seq + 1, Fault: "is missing"}
		case e.Prev != prev:
			return seq, &BrokenError{Seq: e.Seq, Fault: "does not follow the entry before it"}
		case e.Sum() != e.Hash:
			return seq, &BrokenError{Seq: e.Seq, Fault: "has been changed"}
		}
		seq, prev = e.Seq, e.Hash
	}
	if seq < headSeq {
		return seq, &BrokenError{Seq: seq + 1, Fault: "is missing"}
	}
	if seq > headSeq {
		return seq, &BrokenError{Seq: headSeq + 1, Fault: "is one that the head does not know"}
	}
	if prev != headHash {
		return seq, &BrokenError{Seq: seq, Fault: "is not the entry that the head names"}
	}
	return seq, nil
}
