package ui

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/views/i18n"
)

// Origin is where a holding comes from and how long it lasts.
type Origin struct {
	Source string // as of a party.Holding
	By     string // name of who gave it; empty when not known
	From   time.Time
	Until  time.Time // zero for no end
	Ended  time.Time // zero while it lasts
	// Provider is the name of the provider that claims it, for such a source.
	Provider string
}

// Can is something that a holding lets a person do here.
type Can string

// What holdings let people do.
const (
	CanRead    Can = "read"    // see requests, system users and people
	CanManage  Can = "manage"  // answer requests, give and end roles
	CanAll     Can = "all"     // pass on also what one does not hold
	CanClients Can = "clients" // choose the clients that agent system users serve
	CanSystems Can = "systems" // act for the organisation as a supplier
	CanPackage Can = "package" // use what the package covers, and let programs do so if one manages access
)

// Cans lists them all, for the test that demands texts.
func Cans() []Can { return []Can{CanRead, CanManage, CanAll, CanClients, CanSystems, CanPackage} }

// Need is what a person must do before he may do what he is about to.
type Need string

// The needs; the empty Need is none.
const (
	NeedLevel Need = "level" // log in in a surer way
	NeedAge   Need = "age"   // log in anew, for it is a while since
)

// source says in words where a holding comes from: "gitt av Kari Nes".
func (o Origin) source(ctx context.Context) string {
	switch {
	case strings.HasPrefix(o.Source, party.SourceClaim):
		return i18n.T(ctx, "holding.source.claim", "Provider", o.Provider)
	case o.Source == party.SourceRegister:
		return i18n.T(ctx, "holding.source.register")
	case o.Source == party.SourceGiven && o.By != "":
		return i18n.T(ctx, "holding.source.given", "Person", o.By)
	case o.Source == party.SourceInvitation && o.By != "":
		return i18n.T(ctx, "holding.source.invitation", "Person", o.By)
	case o.Source == party.SourceGiven:
		return i18n.T(ctx, "holding.source.given.unknown")
	case o.Source == party.SourceInvitation:
		return i18n.T(ctx, "holding.source.invitation.unknown")
	}
	return i18n.T(ctx, "holding.source.import")
}

func (o Origin) line(ctx context.Context) string {
	parts := []string{capital(o.source(ctx))}
	if !o.From.IsZero() {
		parts = append(parts, i18n.T(ctx, "holding.since", "Date", i18n.Date(ctx, o.From)))
	}
	switch {
	case !o.Ended.IsZero():
		parts = append(parts, i18n.T(ctx, "holding.ended", "Date", i18n.Date(ctx, o.Ended)))
	// What a login says lasts until the next one, not to a day that anybody chose.
	case !o.Until.IsZero() && !strings.HasPrefix(o.Source, party.SourceClaim):
		parts = append(parts, i18n.T(ctx, "holding.until", "Date", LastDay(ctx, o.Until)))
	}
	return strings.Join(parts, " · ")
}

// Elsewhere says where a holding that cannot be ended here is ended; empty for
// one that was given here.
func (o Origin) Elsewhere(ctx context.Context) string {
	switch {
	case strings.HasPrefix(o.Source, party.SourceClaim):
		return i18n.T(ctx, "holding.elsewhere.claim", "Provider", o.Provider)
	case o.Source == party.SourceRegister:
		return i18n.T(ctx, "holding.elsewhere.register")
	case o.Source == party.SourceGiven, o.Source == party.SourceInvitation:
		return ""
	}
	return i18n.T(ctx, "holding.elsewhere.import")
}

// Doing lists what a holding lets one do, as infinitives.
func Doing(ctx context.Context, cans []Can) string {
	words := make([]string, len(cans))
	for i, c := range cans {
		words[i] = i18n.T(ctx, "holding.can."+string(c))
	}
	return i18n.Names(ctx, words)
}

// LastDay writes the last day on which something that ends at t still holds:
// what ends at midnight holds until and including the day before.
func LastDay(ctx context.Context, t time.Time) string {
	return i18n.Date(ctx, t.Add(-time.Nanosecond))
}

func stepUpTitle(n Need) string {
	if n == NeedLevel {
		return "holding.step_up.level.title"
	}
	return "holding.step_up.age.title"
}

func stepUpText(n Need) string {
	if n == NeedLevel {
		return "holding.step_up.level.text"
	}
	return "holding.step_up.age.text"
}

func stepUpDo(n Need) string {
	if n == NeedLevel {
		return "holding.step_up.level.do"
	}
	return "holding.step_up.age.do"
}

// capital begins a sentence.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
