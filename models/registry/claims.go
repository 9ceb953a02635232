package registry

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

const (
	// claimLife is how long a claim counts after the login that made it.
	claimLife = 8 * time.Hour
	// maxClaims bounds what one login may claim.
	maxClaims = 500
)

// claim makes the holdings of the actor by the provider of the arrival what the
// provider claims now: new ones begin, those that it claims again are renewed,
// and those that it claims no longer end. Organisations that we do not know are
// added. Claims that mean nothing here, and those past the 500th, are left out.
// An entry tells of what began and ended.
func (r *Registry) claim(ctx context.Context, tx Tx, a models.Actor, who party.Arrival) error {
	if who.Provider == "" {
		return nil
	}
	now, source, person := r.Now(), party.SourceClaim+who.Provider, models.ID(a.ID)
	live, err := tx.HoldingsOf(ctx, person, now)
	if err != nil {
		return err
	}
	live = slices.DeleteFunc(live, func(h party.Holding) bool { return h.Source != source })
	if len(live)+len(who.Claims) == 0 {
		return nil
	}
	c, err := tx.Catalog(ctx)
	if err != nil {
		return err
	}
	claims, leftOut := r.meaningful(c, who.Claims)
	if err := r.addOrganisations(ctx, tx, claims); err != nil {
		return err
	}
	until := now.Add(r.claimLife())
	var added []party.Holding
	var again, gone []models.ID
	kept := map[models.ID]bool{}
	for _, claim := range claims {
		i := slices.IndexFunc(live, func(h party.Holding) bool { return h.OrgNo == claim.OrgNo && h.URN == claim.URN })
		if i >= 0 {
			again = append(again, live[i].ID)
			kept[live[i].ID] = true
			continue
		}
		added = append(added, party.Holding{
			ID: models.NewID(), Person: person, OrgNo: claim.OrgNo, URN: claim.URN, Source: source, From: now, Until: until,
		})
	}
	for _, h := range live {
		if !kept[h.ID] {
			gone = append(gone, h.ID)
		}
	}
	if err := tx.RenewHoldings(ctx, again, until); err != nil {
		return err
	}
	if len(added)+len(gone) == 0 {
		return nil
	}
	if err := endHoldings(ctx, tx, gone, now); err != nil {
		return err
	}
	for _, h := range added {
		if err := tx.AddHolding(ctx, h); err != nil {
			return err
		}
	}
	detail := audit.Detail{"provider": who.Provider, "began": strconv.Itoa(len(added)), "ended": strconv.Itoa(len(gone))}
	if len(leftOut) > 0 {
		detail["left out"] = tried(strings.Join(leftOut, " "))
	}
	return r.record(ctx, tx, a, "", policy.OrganisationClaim, change{subject: personSubject(person), detail: detail})
}

// meaningful returns the claims that can be held, each once, and the URNs and
// the kinds of fault of those that can not.
func (r *Registry) meaningful(c *catalog.Catalog, claims []party.Claim) (out []party.Claim, leftOut []string) {
	note := func(what string) {
		if !slices.Contains(leftOut, what) {
			leftOut = append(leftOut, what)
		}
	}
	if len(claims) > maxClaims {
		note("more than " + strconv.Itoa(maxClaims))
		claims = claims[:maxClaims]
	}
	seen := map[party.Claim]bool{}
	for _, claim := range claims {
		key := party.Claim{OrgNo: claim.OrgNo, URN: claim.URN}
		_, fault := r.Numbers.Parse(string(claim.OrgNo))
		switch {
		case seen[key]:
		case fault != nil:
			note("organisation number")
		case !holdable(c, claim.URN):
			note(claim.URN)
		default:
			seen[key] = true
			out = append(out, claim)
		}
	}
	return out, leftOut
}

// holdable reports whether a person can hold the URN: a role, an access package
// or a power of our own.
func holdable(c *catalog.Catalog, urn string) bool {
	_, isRole := c.Role(urn)
	_, isPackage := c.Package(urn)
	return isRole || isPackage || slices.Contains(policy.Powers(), urn)
}

// addOrganisations adds those that are claimed and not known, under the name
// that the provider writes. What we know of others stays as it is.
func (r *Registry) addOrganisations(ctx context.Context, tx Tx, claims []party.Claim) error {
	nos := make([]party.OrgNo, len(claims))
	for i, claim := range claims {
		nos[i] = claim.OrgNo
	}
	known, err := tx.Organisations(ctx, nos)
	if err != nil {
		return err
	}
	for _, claim := range claims {
		if _, ok := known[claim.OrgNo]; ok {
			continue
		}
		org := party.Organisation{OrgNo: claim.OrgNo, Name: claim.OrgName}
		if _, err := tx.PutOrganisation(ctx, org); err != nil {
			return err
		}
		known[claim.OrgNo] = org
	}
	return nil
}

// disclaim ends what providers claimed for the person, and returns how much that
// was, when one of his identities is gone and rest is left. A holding does not
// tell by which identity it was claimed; it stays when the logins at its provider
// are known and each is by one that is left. What ends for want of such a login
// begins again with the next one.
func (r *Registry) disclaim(ctx context.Context, tx Tx, person models.ID, rest []party.Identity) (int, error) {
	logins, err := tx.Logins(ctx, person)
	if err != nil {
		return 0, err
	}
	stays := map[string]bool{} // by provider
	for _, l := range logins {
		left := slices.ContainsFunc(rest, func(id party.Identity) bool { return id.Issuer == l.Issuer && id.Subject == l.Subject })
		known, ok := stays[l.Provider]
		stays[l.Provider] = left && (known || !ok)
	}
	holdings, err := tx.HoldingsOf(ctx, person, r.Now())
	if err != nil {
		return 0, err
	}
	var gone []models.ID
	for _, h := range holdings {
		if provider, ok := strings.CutPrefix(h.Source, party.SourceClaim); ok && !stays[provider] {
			gone = append(gone, h.ID)
		}
	}
	return len(gone), endHoldings(ctx, tx, gone, r.Now())
}

func endHoldings(ctx context.Context, tx Tx, ids []models.ID, at time.Time) error {
	for _, id := range ids {
		if err := tx.EndHolding(ctx, id, at); err != nil {
			return err
		}
	}
	return nil
}

func (r *Registry) claimLife() time.Duration {
	if r.ClaimLife > 0 {
		return r.ClaimLife
	}
	return claimLife
}
