package rar

import (
	"context"
	"sync"
	"time"

	"github.com/stafett/stafett/models"
)

// Kind says which question a decision answers.
type Kind string

// The questions that are decided.
const (
	Enrich   Kind = "enrich"
	Evaluate Kind = "evaluate"
)

// Decision is one answer, as it is recorded.
type Decision struct {
	ID         models.ID
	At         time.Time
	Kind       Kind
	Caller     string // issuer or client that asked, from its credential
	ClientID   string // OAuth client asked about, where it is one that we know; else empty
	Reason     Reason // empty: yes
	SystemUser models.ID
	FirstUse   bool // a yes to enrichment for a system user that had none before
}

// key is what makes two refusals one line of the journal: nothing that the
// caller can vary at will is in it.
type key struct {
	kind       Kind
	caller     string
	client     string
	reason     Reason
	systemUser models.ID
	bucket     int64
}

// Count is how often a decision was repeated after it was first recorded.
type Count struct {
	Decision       // as first recorded; At is the latest time
	Bucket   int64 // start of the minute (refusals) or UTC day (grants), Unix seconds
	N        int64
}

// Ledger stores the journal, apart from the chain of approvals.
type Ledger interface {
	// First stores a decision durably as the first of its bucket, or counts it
	// when there is one already.
	First(ctx context.Context, d Decision, bucket int64) error
	// Repeat adds counts in one transaction.
	Repeat(ctx context.Context, counts []Count) error
}

// maxPending bounds what is held in memory, counts on their way to the ledger
// included, however long the ledger is away.
const maxPending = 10_000

// Journal records every decision. The first refusal of a caller, client,
// reason and minute and the first use of a system user are durable before
// Record returns; repeats are counted in memory and written by Flush, which a
// job calls each second and the shutdown calls last. A crash can lose the
// counts since the last flush and nothing else.
type Journal struct {
	ledger Ledger

	flushing sync.Mutex // one flush at a time, held while the ledger writes

	mu      sync.Mutex
	pending map[key]*Count
	leaving int // counts that a flush has taken and not yet written
}

// NewJournal makes a journal over the ledger.
func NewJournal(l Ledger) *Journal { return &Journal{ledger: l, pending: map[key]*Count{}} }

// Record writes d down. An error means that a decision which must be durable
// is not, and that a yes must not be given.
func (j *Journal) Record(ctx context.Context, d Decision) error {
	if d.Reason != "" {
		d.SystemUser = ""
	}
	k := keyOf(d, bucketOf(d))
	if !d.FirstUse && j.count(k, d) {
		return nil
	}
	if err := j.ledger.First(ctx, d, k.bucket); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, ok := j.pending[k]; !ok && !j.full() {
		j.pending[k] = &Count{Decision: d, Bucket: k.bucket}
	}
	return nil
}

// count adds one to a decision of this bucket that is recorded already. A yes
// is counted without a first line of its own: its first use is what matters.
func (j *Journal) count(k key, d Decision) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	c, ok := j.pending[k]
	if !ok {
		if d.Reason != "" || j.full() {
			return false
		}
		c = &Count{Decision: d, Bucket: k.bucket}
		j.pending[k] = c
	}
	c.N++
	if d.At.After(c.At) {
		c.At = d.At
	}
	return true
}

// Flush writes the counts so far. Counts that could not be written are kept for
// the next flush. now tells which buckets are past and need no memory.
func (j *Journal) Flush(ctx context.Context, now time.Time) error {
	j.flushing.Lock()
	defer j.flushing.Unlock()
	j.mu.Lock()
	taken := j.pending
	j.pending = make(map[key]*Count, len(taken))
	var counts []Count
	for k, c := range taken {
		if c.N > 0 {
			counts = append(counts, *c)
		}
		// A refusal of the running minute stays known, so that its next repeat
		// is counted instead of stored.
		if k.reason != "" && k.bucket == now.Unix()/60*60 {
			j.pending[k] = &Count{Decision: c.Decision, Bucket: c.Bucket}
		}
	}
	j.leaving = len(counts)
	j.mu.Unlock()
	if len(counts) == 0 {
		return nil
	}
	err := j.ledger.Repeat(ctx, counts)
	j.settle(counts, err)
	return err
}

// settle ends a flush; after a failed one it takes the counts back.
func (j *Journal) settle(counts []Count, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.leaving = 0
	if err == nil {
		return
	}
	for _, c := range counts {
		k := keyOf(c.Decision, c.Bucket)
		if p, ok := j.pending[k]; ok {
			p.N += c.N
			continue
		}
		j.pending[k] = &c
	}
}

func (j *Journal) full() bool { return len(j.pending)+j.leaving >= maxPending }

func keyOf(d Decision, bucket int64) key {
	return key{kind: d.Kind, caller: d.Caller, client: d.ClientID, reason: d.Reason, systemUser: d.SystemUser, bucket: bucket}
}

// bucketOf is the minute of a refusal or the UTC day of a grant, as Unix seconds.
func bucketOf(d Decision) int64 {
	if d.Reason == "" {
		return d.At.Unix() / 86400 * 86400
	}
	return d.At.Unix() / 60 * 60
}
