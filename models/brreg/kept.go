package brreg

import (
	"context"
	"net/http"
	"time"

	"github.com/stafett/stafett/models/party"
)

const (
	// maxKept bounds the memory of answers, counted in the organisations and
	// relations that they hold.
	maxKept = 100_000
	// absentFor is how long we believe that there is no such organisation: it
	// may be registered at any time.
	absentFor = 5 * time.Minute
)

// kept is what an address of the open API answered, as we understood it.
type kept struct {
	value any
	etag  string
	at    time.Time // when the register last said so
	due   time.Time // when it is to be asked again
}

// weigh counts what an answer holds. Nothing that is kept holds a person.
func weigh(_ string, k kept) uint32 {
	switch v := k.value.(type) {
	case page:
		return 1 + uint32(len(v.units))
	case served:
		return 1 + uint32(len(v.by))
	}
	return 1
}

// absent reports that the register knows no such organisation.
func (k kept) absent() bool {
	switch v := k.value.(type) {
	case party.Organisation:
		return v.OrgNo == ""
	case served:
		return v.absent
	}
	return false
}

// get returns what the address of the open API answers, from memory as long as
// that is fresh. Callers who ask for the same at once share one question. When
// the register cannot be asked, what it said last serves, and once it has failed
// nobody waits to see whether it is back. The time is when the register said so.
// The error is Unavailable.
func get[T any](ctx context.Context, c *Client, address string, read func(answer) (any, error)) (T, time.Time, error) {
	var none T
	k, known := c.memory.GetIfPresent(address)
	if !known || !c.cfg.Now().Before(k.due) {
		wait := !known || !c.open.failing()
		flight := c.flights.DoChan(address, func() (any, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
			defer cancel()
			return c.renew(ctx, address, read)
		})
		if wait {
			select {
			case <-ctx.Done():
				return none, time.Time{}, unavailable(ctx.Err())
			case done := <-flight:
				if done.Err != nil {
					return none, time.Time{}, done.Err
				}
				k, _ = done.Val.(kept)
			}
		}
	}
	v, ok := k.value.(T)
	if !ok {
		return none, time.Time{}, unavailable(errShape)
	}
	return v, k.at, nil
}

// renew asks the register and keeps what it answers.
func (c *Client) renew(ctx context.Context, address string, read func(answer) (any, error)) (kept, error) {
	old, known := c.memory.GetIfPresent(address)
	fresh, err := c.fetch(ctx, address, old, read)
	switch {
	case err == nil:
		c.memory.Set(address, fresh)
		return fresh, nil
	case known:
		return old, nil
	}
	return kept{}, unavailable(err)
}

func (c *Client) fetch(ctx context.Context, address string, old kept, read func(answer) (any, error)) (kept, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return kept{}, err
	}
	if old.etag != "" {
		req.Header.Set("If-None-Match", old.etag)
	}
	// The deadline is ours, so a question that runs into it counts as a failure.
	a, err := c.open.ask(context.WithoutCancel(ctx), c.client, c.cfg.Now, req)
	if err != nil {
		return kept{}, err
	}
	fresh := kept{value: old.value, etag: old.etag, at: c.cfg.Now()}
	if a.status == http.StatusNotModified {
		if old.etag == "" {
			return kept{}, errShape
		}
	} else if fresh.value, err = read(a); err != nil {
		return kept{}, err
	} else if fresh.etag = a.header.Get("ETag"); len(fresh.etag) > 200 {
		fresh.etag = ""
	}
	fresh.due = fresh.at.Add(c.cfg.Fresh)
	if fresh.absent() {
		fresh.due = fresh.at.Add(min(c.cfg.Fresh, absentFor))
	}
	return fresh, nil
}

// outdate makes the register be asked again at the next use of the address. What
// is known serves on while it cannot be asked.
func (c *Client) outdate(address string) {
	c.flights.Forget(address)
	if k, ok := c.memory.GetIfPresent(address); ok {
		k.due = time.Time{}
		c.memory.Set(address, k)
	}
}
