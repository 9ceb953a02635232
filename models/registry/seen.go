package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

// The parts of a page, beside its items, that may become another while somebody
// reads it.
const (
	partSupplier  = "supplier"
	partSystem    = "system"
	partCustomer  = "customer"
	partPurpose   = "purpose"
	partTitle     = "title"
	partReference = "reference"
	partUntil     = "until"
	partReturn    = "return"
	partContact   = "contact"
	partWish      = "wish"
	partUser      = "user"
	partOther     = "other"
)

// Drift is what of a page is not as a person saw it.
type Drift struct {
	Parts   []string // supplier, system, customer, purpose, title, reference, until, return, contact, wish, user or other
	Changed []catalog.Item
	New     []catalog.Item
	Gone    []catalog.Item // those that were there
}

// piece is a part of a page, or an item of it under the sign of its list, with
// the digest of what is said there.
type piece struct{ name, digest string }

// Signs of the lists of items.
const (
	addedSign   = "+"
	removedSign = "-"
	keptSign    = "="
)

// digested is the digest of the words, each as long as it is.
func digested(words ...string) string {
	h := sha256.New()
	for _, w := range words {
		_, _ = fmt.Fprintf(h, "%d:%s", len(w), w)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sealed is one value for all the pieces, to be given back with an answer and
// taken only if it is still the same: the digest of them all, and the beginning
// of that of each, by which the page shows what has become another.
func sealed(pieces []piece) string {
	all, marks := make([]string, 0, 2*len(pieces)), url.Values{}
	for _, p := range pieces {
		all = append(all, p.name, p.digest)
		marks.Set(p.name, p.digest[:markLength])
	}
	return digested(all...) + "?" + marks.Encode()
}

// markLength is how much of a digest tells one piece from what it was.
const markLength = 12

// digestOf is the digest in the value.
func digestOf(seen string) string {
	digest, _, _ := strings.Cut(seen, "?")
	return digest
}

// since compares the pieces with the value that a person gave back. What cannot
// be read has no marks, and then it is something else that differs.
func since(pieces []piece, seen string) Drift {
	var d Drift
	if sealed(pieces) == seen {
		return d
	}
	_, query, _ := strings.Cut(seen, "?")
	marks, err := url.ParseQuery(query)
	if err != nil || len(marks) == 0 {
		return Drift{Parts: []string{partOther}}
	}
	was := map[catalog.Item]string{} // sign and mark
	for name := range marks {
		if sign, item, ok := itemPiece(name); ok {
			was[item] = sign + marks.Get(name)
		}
	}
	now := map[catalog.Item]bool{}
	for _, p := range pieces {
		mark := p.digest[:markLength]
		sign, item, ok := itemPiece(p.name)
		switch before, there := was[item]; {
		case !ok && marks.Get(p.name) != mark:
			d.Parts = append(d.Parts, p.name)
		case !ok:
		case !there:
			d.New = append(d.New, item)
		case before != sign+mark:
			d.Changed = append(d.Changed, item)
		}
		now[item] = ok || now[item]
	}
	for item := range was {
		if !now[item] {
			d.Gone = append(d.Gone, item)
		}
	}
	slices.SortFunc(d.Gone, func(a, b catalog.Item) int { return strings.Compare(a.String(), b.String()) })
	return d.told()
}

// told is d without what says little, when there is something that says more,
// and never nothing.
func (d Drift) told() Drift {
	vague := func(part string) bool { return part == partOther || part == partUser }
	if len(d.New)+len(d.Changed)+len(d.Gone) > 0 || slices.ContainsFunc(d.Parts, func(p string) bool { return !vague(p) }) {
		d.Parts = slices.DeleteFunc(d.Parts, vague)
	} else if len(d.Parts) == 0 {
		d.Parts = []string{partOther}
	}
	return d
}

// itemPiece reads the name of a piece that is an item.
func itemPiece(name string) (sign string, item catalog.Item, ok bool) {
	if len(name) < 2 || !strings.Contains(addedSign+removedSign+keptSign, name[:1]) {
		return "", catalog.Item{}, false
	}
	item, ok = catalog.ParseItem(name[1:])
	return name[:1], item, ok
}

// pieces are what the approver is shown and what he may rely on: who asks, for
// what and why, what the packages hold, where the browser goes afterwards, and
// by what he may answer. A change of any of it between page and answer makes
// the answer a Conflict.
func (v Review) pieces() []piece {
	text := func(t models.Text) string { return digested(t.NB, t.NN, t.EN) }
	r, back, until := v.Request, "", ""
	if v.System.Redirects(r.RedirectURL) {
		back = r.RedirectURL
	}
	if !r.ValidTo.IsZero() {
		until = r.ValidTo.UTC().Format(time.RFC3339Nano)
	}
	out := []piece{
		{partOther, digested(string(r.ID), string(r.Kind), fmt.Sprint(r.Version), fmt.Sprint(v.System.Version))},
		{partSupplier, digested(string(v.Supplier.OrgNo), v.Supplier.Name)},
		{partSystem, digested(string(v.System.ID), text(v.System.Name), text(v.System.Description))},
		{partCustomer, digested(string(v.Customer.OrgNo), v.Customer.Name)},
		{partPurpose, text(r.Purpose)},
		{partTitle, digested(r.Title)},
		{partReference, digested(r.ExternalRef)},
		{partUntil, digested(until)},
		{partReturn, digested(back)},
		{partContact, digested(r.ContactEmail)},
		{partWish, digested(r.Wish.Text)},
	}
	return append(out, itemPieces(addedSign, v.Asked)...)
}

func itemPieces(sign string, asked []Asked) []piece {
	text := func(t models.Text) string { return digested(t.NB, t.NN, t.EN) }
	out := make([]piece, len(asked))
	for i, a := range asked {
		words := []string{
			string(a.Verdict.Cause), fmt.Sprint(a.Optional), text(a.Purpose), text(a.Package.Name), text(a.Package.Description),
			text(a.Resource.Title), text(a.Resource.Description), a.Resource.Owner, strings.Join(a.Resource.Actions, " "),
			text(a.Area), string(a.Sensitive),
		}
		for _, within := range a.Within {
			words = append(words, within.ID, text(within.Title))
		}
		out[i] = piece{sign + a.Item.String(), digested(words...)}
	}
	return out
}

// pieces are those of a Review, and what would go and stay.
func (v ChangeReview) pieces() []piece {
	out := append(v.Review.pieces(), piece{partUser, digested(string(v.User.ID), fmt.Sprint(v.User.Version))})
	out = append(out, itemPieces(removedSign, v.Removed)...)
	return append(out, itemPieces(keptSign, v.Kept)...)
}

// Since tells what is not as it was when the page had the value seen.
func (v Review) Since(seen string) Drift { return since(v.pieces(), seen) }

// Since tells what is not as it was when the page had the value seen.
func (v ChangeReview) Since(seen string) Drift { return since(v.pieces(), seen) }

// digest is the one that decides.
func (v Review) digest() string { return digestOf(sealed(v.pieces())) }
