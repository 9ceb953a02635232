package brreg

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/stafett/stafett/models/party"
)

// The feeds of what has changed in the register.
const (
	FeedUnits    = "enheter"
	FeedSubUnits = "underenheter"
	FeedRoles    = "roller"
)

var feeds = map[string]func(answer) ([]update, error){
	FeedUnits: readUnitUpdates, FeedSubUnits: readUnitUpdates, FeedRoles: readRoleUpdates,
}

// maxUpdates is how many updates are asked for at once; the register gives up
// to 10 000.
const maxUpdates = 5_000

// Updates returns the organisations of which something has changed after the
// update with that number, oldest first, and the number to go on from, which is
// after when there is nothing new. Who has no number yet gives zero and the
// time to begin at; since counts only then. At most limit updates are read.
//
// What has changed is not told: ask again for what you keep of them. The next
// question about one of them goes to the register, whatever is in memory; lists
// of sub-units follow within Config.Fresh. A number that does not hold is
// passed over. The error is Unavailable.
func (c *Client) Updates(ctx context.Context, feed string, after int64, since time.Time, limit int) ([]party.OrgNo, int64, error) {
	read, ok := feeds[feed]
	if !ok {
		return nil, after, errors.New("brreg: no such feed: " + feed)
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	address := c.address(updatesQuery(feed, after, since, limit), "api", "oppdateringer", feed)
	req, err := http.NewRequestWithContext(limited, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, after, unavailable(err)
	}
	a, err := c.open.ask(ctx, c.client, c.cfg.Now, req)
	if err != nil {
		return nil, after, unavailable(err)
	}
	list, err := read(a)
	if err != nil {
		return nil, after, unavailable(err)
	}
	next := after
	var changed []party.OrgNo
	seen := map[party.OrgNo]bool{}
	for _, u := range list {
		if u.id <= next { // going on from there would lose some, or turn in a circle
			return nil, after, unavailable(errShape)
		}
		next = u.id
		if o, err := c.cfg.Numbers.Parse(u.number); err == nil && !seen[o] {
			seen[o] = true
			changed = append(changed, o)
		}
	}
	for _, o := range changed {
		c.outdate(c.changedAddress(feed, o))
	}
	return changed, next, nil
}

// updatesQuery goes on by number and never by page: pages reach no deeper than
// 10 000 updates. The feeds of units count from a number on, that of roles from
// after one.
func updatesQuery(feed string, after int64, since time.Time, limit int) url.Values {
	query := url.Values{"size": {strconv.Itoa(max(1, min(limit, maxUpdates)))}}
	byNumber, byTime, number := "oppdateringsid", "dato", after+1
	if feed == FeedRoles {
		byNumber, byTime, number = "afterId", "afterTime", after
	} else {
		query.Set("sort", "id,ASC")
	}
	if after > 0 {
		query.Set(byNumber, strconv.FormatInt(number, 10))
	} else {
		query.Set(byTime, since.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	return query
}

// changedAddress is where the news about an organisation stands.
func (c *Client) changedAddress(feed string, o party.OrgNo) string {
	if feed == FeedRoles {
		return c.address(nil, "api", "enheter", string(o), "roller")
	}
	return c.address(nil, "api", feed, string(o))
}

// update says that something of an organisation has changed. Its kind (Ny,
// Endring, Sletting, Fjernet, Ukjent) is not read: the organisation itself
// tells.
type update struct {
	id     int64
	number string
}

// readUnitUpdates reads the feeds of units and sub-units; _embedded is absent
// when there is nothing.
func readUnitUpdates(a answer) ([]update, error) {
	type entry struct {
		ID     int64  `json:"oppdateringsid"`
		Number string `json:"organisasjonsnummer"`
	}
	var feed struct {
		Embedded struct {
			Units    []entry `json:"oppdaterteEnheter"`
			SubUnits []entry `json:"oppdaterteUnderenheter"`
		} `json:"_embedded"`
	}
	if err := a.read(&feed); err != nil {
		return nil, err
	}
	var all []update
	for _, e := range slices.Concat(feed.Embedded.Units, feed.Embedded.SubUnits) {
		all = append(all, update{id: e.ID, number: e.Number})
	}
	return all, nil
}

// readRoleUpdates reads the feed of roles, a list of CloudEvents whose ids are
// numbers as text.
func readRoleUpdates(a answer) ([]update, error) {
	var events []struct {
		ID   string `json:"id"`
		Data struct {
			Number string `json:"organisasjonsnummer"`
		} `json:"data"`
	}
	if err := a.read(&events); err != nil {
		return nil, err
	}
	var all []update
	for _, e := range events {
		id, err := strconv.ParseInt(e.ID, 10, 64)
		if err != nil {
			return nil, errShape
		}
		all = append(all, update{id: id, number: e.Data.Number})
	}
	return all, nil
}
