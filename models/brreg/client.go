package brreg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
)

var errNoAccess = errors.New("no access to the authorised role API is set up")

// DefaultURL is the register in production.
const DefaultURL = "https://data.brreg.no/enhetsregisteret"

// The register gives a list of sub-units in pages, and no deeper than 10 000
// of them (size times page).
const (
	pageSize = 500
	maxDepth = 10_000
)

// Config is what a Client needs. Client and Now are required.
type Config struct {
	URL     string // of the register; DefaultURL when empty
	Client  *http.Client
	Now     func() time.Time
	Numbers party.Numbers
	Fresh   time.Duration // how long an answer serves without asking again; an hour when zero
	// Token gives a bearer token for the authorised API, such as
	// Maskinporten.Token. Without it, Roles is unavailable and the rest works.
	Token func(context.Context) (string, error)
}

// Client asks the register. It is safe for concurrent use.
type Client struct {
	cfg              Config
	base             *url.URL
	client           *http.Client
	open, authorised gate
	memory           *otter.Cache[string, kept]
	flights          singleflight.Group
}

// New makes a client. It asks nothing yet, so a program starts while the
// register is down. The error says what is wrong with the configuration.
func New(cfg Config) (*Client, error) {
	if cfg.Client == nil || cfg.Now == nil {
		return nil, errors.New("brreg: HTTP client and clock are needed")
	}
	if cfg.URL == "" {
		cfg.URL = DefaultURL
	}
	if cfg.Fresh <= 0 {
		cfg.Fresh = time.Hour
	}
	base, err := secureURL(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("brreg: the register's address: %w", err)
	}
	memory, err := otter.New(&otter.Options[string, kept]{MaximumWeight: maxKept, Weigher: weigh})
	if err != nil {
		return nil, fmt.Errorf("brreg: %w", err)
	}
	return &Client{cfg: cfg, base: base, client: strict(cfg.Client), memory: memory}, nil
}

// Organisation returns the unit, or else the sub-unit, with the number, and
// when the register said so. One that has been struck off has the day in
// StruckOff. Of one that was removed for legal reasons (410) nothing else is
// known, and the day may be the moment at which we were told. The error is
// NotFound, Invalid for a number that does not hold, or Unavailable.
func (c *Client) Organisation(ctx context.Context, o party.OrgNo) (party.Organisation, time.Time, error) {
	if _, err := c.cfg.Numbers.Parse(string(o)); err != nil {
		return party.Organisation{}, time.Time{}, err
	}
	var at time.Time
	for _, kind := range []string{"enheter", "underenheter"} {
		found, said, err := get[party.Organisation](ctx, c, c.address(nil, "api", kind, string(o)), func(a answer) (any, error) {
			return c.readUnit(a, o)
		})
		if err != nil || found.OrgNo != "" {
			return found, said, err
		}
		at = said
	}
	return party.Organisation{}, time.Time{}, c.unknown(at)
}

// SubUnits returns the sub-units of a unit, by number, and when the register
// said so. A unit that the register does not know has none. The error is as of
// Organisation, without NotFound.
func (c *Client) SubUnits(ctx context.Context, o party.OrgNo) ([]party.Organisation, time.Time, error) {
	if _, err := c.cfg.Numbers.Parse(string(o)); err != nil {
		return nil, time.Time{}, err
	}
	units := map[party.OrgNo]party.Organisation{}
	var oldest time.Time
	for n, pages := 0, 1; n < pages; n++ {
		query := url.Values{"overordnetEnhet": {string(o)}, "size": {strconv.Itoa(pageSize)}, "page": {strconv.Itoa(n)}}
		p, at, err := get[page](ctx, c, c.address(query, "api", "underenheter"), func(a answer) (any, error) {
			return c.readPage(a, o)
		})
		if err != nil {
			return nil, time.Time{}, err
		}
		if pages = p.pages; pages > maxDepth/pageSize {
			return nil, time.Time{}, unavailable(errors.New("it has more sub-units than the register lists"))
		}
		if n == 0 || at.Before(oldest) {
			oldest = at
		}
		for _, u := range p.units {
			units[u.OrgNo] = u
		}
	}
	var all []party.Organisation
	for _, u := range units {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b party.Organisation) int { return cmp.Compare(a.OrgNo, b.OrgNo) })
	return all, oldest, nil
}

// Relations returns which organisations serve the unit as accountant, auditor
// or business manager, and when the register said so. Services are registered
// on the unit, never on its sub-units. One that was removed for legal reasons
// is served by nobody. The error is as of Organisation.
func (c *Client) Relations(ctx context.Context, o party.OrgNo) ([]party.Relation, time.Time, error) {
	if _, err := c.cfg.Numbers.Parse(string(o)); err != nil {
		return nil, time.Time{}, err
	}
	s, at, err := get[served](ctx, c, c.address(nil, "api", "enheter", string(o), "roller"), func(a answer) (any, error) {
		return c.readServed(a, o)
	})
	switch {
	case err != nil:
		return nil, time.Time{}, err
	case s.absent:
		return nil, time.Time{}, c.unknown(at)
	}
	return slices.Clone(s.by), at, nil
}

// Roles returns the persons who hold a role in the unit now, as rows that
// registry.Import takes as exchange.People: a row for each role, with its error
// where the role or the national id does not hold. It is asked for anew each
// time and never kept. The error is as of Organisation; it is Unavailable also
// when no token is set up or the register refuses ours.
func (c *Client) Roles(ctx context.Context, o party.OrgNo) ([]exchange.Row, error) {
	if _, err := c.cfg.Numbers.Parse(string(o)); err != nil {
		return nil, err
	}
	if c.cfg.Token == nil {
		return nil, unavailable(errNoAccess)
	}
	token, err := c.cfg.Token(ctx)
	if err != nil {
		return nil, unavailable(err)
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, http.MethodGet, c.address(nil, "autorisert-api", "enheter", string(o), "roller"), http.NoBody)
	if err != nil {
		return nil, unavailable(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	a, err := c.authorised.ask(ctx, c.client, c.cfg.Now, req)
	if err != nil {
		return nil, unavailable(err)
	}
	switch a.status {
	case http.StatusNotFound:
		return nil, c.unknown(c.cfg.Now())
	case http.StatusGone:
		return nil, nil
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, unavailable(fmt.Errorf("it refused our token (status %d); has the client the scope %s?", a.status, Scope))
	}
	rows, err := c.readRoles(a, o)
	if err != nil {
		return nil, unavailable(err)
	}
	return rows, nil
}

// address returns an address below the register's own.
func (c *Client) address(query url.Values, path ...string) string {
	u := c.base.JoinPath(path...)
	u.RawQuery = query.Encode()
	return u.String()
}

// unknown says that there is no such organisation, if the register said so of
// late: one may have been registered since.
func (c *Client) unknown(at time.Time) error {
	if c.cfg.Now().Sub(at) > c.cfg.Fresh {
		return unavailable(errResting)
	}
	return models.NewError(models.NotFound, models.CodeOrgUnknown)
}
