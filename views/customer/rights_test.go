package customer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/viewstest"
)

// usual are the actions that services in Altinn's registers have.
var usual = []string{
	"read", "write", "sign", "confirm", "access", "subscribe", "delete", "instantiate", "complete", "reject",
	"submit", "approve", "publish", "send", "pay", "create", "update", "list", "archiveread", "archivedelete", "scopeaccess",
}

func TestEveryUsualActionHasItsVerb(t *testing.T) {
	for _, action := range usual {
		if !i18n.Has("rights.do."+action) || !i18n.Has("customer.action."+action) {
			t.Errorf("%s has no verb", action)
		}
	}
}

func TestEverySensitivityIsExplained(t *testing.T) {
	for _, s := range catalog.Sensitivities() {
		if !i18n.Has("rights.sensitive."+string(s)) || !i18n.Has("rights.sensitive."+string(s)+".why") {
			t.Errorf("%s has no word, or no line why", s)
		}
		page := review(t, func(v *customer.ReviewView) { v.Items[0].Sensitive = s })
		if !strings.Contains(page, "Se nøye på: "+i18n.T(t.Context(), "rights.sensitive."+string(s))) {
			t.Errorf("%s is not shown", s)
		}
	}
}

func text(s string) models.Text { return models.Text{NB: s} }

// said is the sentence at the top of the page, without its markup.
func said(t *testing.T, items ...customer.Item) string {
	t.Helper()
	page := review(t, func(v *customer.ReviewView) { v.Items = items })
	_, rest, ok := strings.Cut(page, `<p class="lead">`)
	lead, _, end := strings.Cut(rest, "</p>")
	if !ok || !end {
		t.Fatal("the page has no sentence of what it is about")
	}
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(lead, ""))), " ")
}

var tag = regexp.MustCompile(`<[^>]*>`)

func TestTheSentenceSaysWhatTheItemsGive(t *testing.T) {
	pack := func(name string) customer.Item { return customer.Item{Package: true, Name: text(name)} }
	right := func(name, action string) customer.Item { return customer.Item{Name: text(name), Action: action} }
	for _, tc := range []struct {
		name  string
		items []customer.Item
		want  string
	}{
		{"a package", []customer.Item{pack("Toll")}, "gjøre alt i tilgangspakken «Toll» på vegne av Nordlys Bakeri AS"},
		{"packages", []customer.Item{pack("Toll"), pack("Lønn")}, "gjøre alt i tilgangspakkene «Toll» og «Lønn» på"},
		{"a service", []customer.Item{right("Krav", "")}, "gjøre alt i tjenesten «Krav» på"},
		{"an action", []customer.Item{right("Krav", "read")}, "lese opplysninger i «Krav» på"},
		{"an action that nobody knows", []customer.Item{right("Krav", "zap<b>")}, "bruke handlingen «zap<b>» i «Krav» på"},
		{
			"all together, the furthest first",
			[]customer.Item{right("A", "read"), right("B", "sign"), right("C", ""), pack("D"), right("E", "read")},
			"gjøre alt i tilgangspakken «D», gjøre alt i tjenesten «C», lese opplysninger i «A» og «E» og signere i «B» på",
		},
		{"more than it can name", []customer.Item{pack("A"), pack("B"), pack("C"), pack("D"), pack("E")}, "«A», «B», «C» og 2 til på"},
		{
			"more ways than it can tell",
			[]customer.Item{right("A", "a"), right("B", "b"), right("C", "c"), right("D", "d"), right("E", "e"), right("F", "f"), pack("P")},
			"gjøre det som står i listen under, med 1 tilgangspakke og 6 enkelttjenester på",
		},
	} {
		if got := said(t, tc.items...); !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q does not say %q", tc.name, got, tc.want)
		}
	}
}

func TestTheSentenceLeavesOutOnlyWhatIsNotGiven(t *testing.T) {
	held := customer.Item{Name: text("Lønn"), Action: "read", Cause: policy.MissingRole}
	sure := customer.Item{Name: text("Krav"), Action: "read"}
	if got := said(t, sure, held); !strings.Contains(got, "Lønn") {
		t.Errorf("%q does not tell of what is asked for and must be given", got)
	}
	held.Optional = true
	if got := said(t, sure, held); strings.Contains(got, "Lønn") {
		t.Errorf("%q tells of what a yes would not give", got)
	}
	chosen := customer.Item{Name: text("Lønn"), Action: "read", Optional: true, Left: true}
	if got := said(t, sure, chosen); !strings.Contains(got, "Lønn") {
		t.Errorf("%q does not tell of what can be given", got)
	}
}

// TestWhoCannotSayYesIsToldOfAll also of what is optional and not his to give:
// it is for another to say yes to.
func TestWhoCannotSayYesIsToldOfAll(t *testing.T) {
	held := customer.Item{Name: text("Lønn"), Action: "read", Optional: true, Cause: policy.MissingRole}
	v := customer.ReviewView{Status: "pending", Manager: true, Items: []customer.Item{held}}
	for name, page := range map[string]templ.Component{
		"request": customer.Review(layout.Shell{}, v), "change": customer.Change(layout.Shell{}, customer.ChangeView{ReviewView: v}),
	} {
		got := viewstest.Render(i18n.With(t.Context(), models.NB), t, page)
		if !strings.Contains(got, "Blir forespørselen godkjent") || !strings.Contains(got, "lese opplysninger i «Lønn»") {
			t.Errorf("the %s does not say what it would be able to do if another approves", name)
		}
	}
}

// TestNamesInTheSentenceKeepTheirLanguage reads the page in English: the name of
// a service that the catalogue has in Norwegian alone is marked as such.
func TestNamesInTheSentenceKeepTheirLanguage(t *testing.T) {
	v := customer.ReviewView{Status: "pending", CanApprove: true, Manager: true, Items: []customer.Item{{Name: text("Krav"), Action: "read"}}}
	page := viewstest.Render(i18n.With(t.Context(), models.EN), t, customer.Review(layout.Shell{}, v))
	if !strings.Contains(page, `read information in “<span lang="nb">Krav</span>”`) {
		t.Error("the name is not marked as Norwegian")
	}
}

func TestReachIsNeverUnderstated(t *testing.T) {
	for _, tc := range []struct {
		name string
		item customer.Item
		want string
	}{
		{"a right without an action", customer.Item{}, "Gjøre <strong>alt</strong> som tjenesten tillater."},
		{
			"with what the catalogue lists",
			customer.Item{Actions: []string{"read", "sign", "zap"}},
			"Gjøre <strong>alt</strong> som tjenesten tillater: lese, signere, «zap».",
		},
		{"an action", customer.Item{Action: "read"}, "<strong>Lese opplysninger i tjenesten</strong>, og ikke noe annet."},
		{"one that nobody knows", customer.Item{Action: "zap<b>"}, "<strong>Bruke handlingen «zap&lt;b&gt;» i tjenesten</strong>, og ikke noe annet."},
		{"a package", customer.Item{Package: true, Within: []models.Text{text("A"), text("B")}}, "Gjøre <strong>alt</strong> i alle de 2 tjenestene i pakken."},
		{"a package of which nobody knows", customer.Item{Package: true}, "Gjøre <strong>alt</strong> i tjenestene i pakken. Katalogen sier ikke hvilke det er."},
	} {
		page := review(t, func(v *customer.ReviewView) { v.Items = []customer.Item{tc.item} })
		if !strings.Contains(page, tc.want) {
			t.Errorf("%s: the page does not say %q", tc.name, tc.want)
		}
	}
}

func TestPackagesOfFewServicesAreUnfolded(t *testing.T) {
	for n, want := range map[int]bool{1: true, 5: true, 6: false} {
		page := review(t, func(v *customer.ReviewView) {
			v.Items = []customer.Item{{Package: true, Name: text("P"), Within: make([]models.Text, n)}}
			for i := range v.Items[0].Within {
				v.Items[0].Within[i] = text(fmt.Sprint("Tjeneste ", i))
			}
		})
		if got := strings.Contains(page, `<details class="fold" open>`); got != want {
			t.Errorf("a package of %d services is unfolded: %t", n, got)
		}
	}
}

// TestEveryRightOfTheCatalogueCanBeTold goes through the demo's catalogue and the
// public one, in every language.
func TestEveryRightOfTheCatalogueCanBeTold(t *testing.T) {
	t.Run("demo", func(t *testing.T) { tellAll(t, "../../cmd/demo/seed/data") })
	t.Run("public", func(t *testing.T) { tellAll(t, "../../../shared/data") })
}

func tellAll(t *testing.T, folder string) {
	var packages struct {
		Packages []struct{ Name models.Text }
	}
	var resources struct {
		Resources []struct {
			Identifier string
			Title      models.Text
			Actions    []string
		}
	}
	read(t, filepath.Join(folder, "access-packages.json"), &packages)
	read(t, filepath.Join(folder, "resources.json"), &resources)
	var items []customer.Item
	for _, p := range packages.Packages {
		items = append(items, customer.Item{Package: true, Name: p.Name})
	}
	for _, r := range resources.Resources {
		if r.Title.Empty() {
			r.Title.NB = r.Identifier
		}
		items = append(items, customer.Item{Name: r.Title, Actions: r.Actions})
		for _, action := range r.Actions {
			if !i18n.Has("rights.do."+action) || !i18n.Has("customer.action."+action) {
				t.Errorf("%s: %s has no verb", r.Identifier, action)
			}
			items = append(items, customer.Item{Name: r.Title, Action: action})
		}
	}
	if len(items) < 70 {
		t.Fatalf("%d rights are not the catalogue", len(items))
	}
	for _, l := range models.Languages() {
		ctx := i18n.With(t.Context(), l)
		for _, it := range items {
			v := customer.ReviewView{Status: "pending", CanApprove: true, Manager: true, Items: []customer.Item{it}}
			page := viewstest.Render(ctx, t, customer.Review(layout.Shell{}, v))
			_, rest, _ := strings.Cut(page, `<p class="lead">`)
			lead, _, _ := strings.Cut(rest, "</p>")
			if name := html.EscapeString(i18n.In(ctx, it.Name)); !strings.Contains(lead, name) || strings.Contains(page, "⟦") {
				t.Errorf("%s: the sentence does not tell of %q", l, name)
			}
		}
	}
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not beside the checkout", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		t.Fatal(err)
	}
}

func TestWhatNobodyCanGiveIsForTheSupplierToMend(t *testing.T) {
	page := review(t, func(v *customer.ReviewView) {
		v.CanApprove, v.CanForward, v.CanWish = false, true, true
		v.Items[0].Cause, v.Items[0].Offer, v.Items[0].Code = policy.NotDelegable, customer.OfferSupplier, "not_delegable x"
	})
	for _, want := range []string{"<code>not_delegable x</code>", "Kan ikke gis av noen", "Be om endringer, så får Fjelldata AS vite"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if !strings.Contains(page, `/wish" data-variant="primary"`) || strings.Contains(page, `/forward" data-variant="primary"`) {
		t.Error("the page's act is not to ask for changes")
	}
}

func TestForwardingIsTheActOfWhoCannotApprove(t *testing.T) {
	page := review(t, func(v *customer.ReviewView) {
		v.CanApprove, v.CanForward, v.CanWish = false, true, true
		v.Items[0].Cause, v.Items[0].Offer = policy.MissingRole, customer.OfferForward
	})
	if !strings.Contains(page, `/forward" data-variant="primary"`) || strings.Contains(page, `/wish" data-variant="primary"`) {
		t.Error("the page's act is not to send it on")
	}
}

// TestChoicesAreSentWithTheYes reads the form as a browser sends it: the boxes
// stand outside the form and name it.
func TestChoicesAreSentWithTheYes(t *testing.T) {
	page := review(t, func(v *customer.ReviewView) {
		v.Items = []customer.Item{
			{Name: text("A")},
			{Name: text("B"), Optional: true, Key: "b"},
			{Name: text("C"), Optional: true, Key: "c", Left: true},
			{Name: text("D"), Optional: true, Key: "d", Cause: policy.MissingRole},
		}
	})
	for _, want := range []string{
		`id="yes"`, `form="yes" name="with" value="b" checked>`, `form="yes" name="with" value="c">`, `name="with" value="d" disabled>`,
		`form="yes" name="optional" value="b"`, `form="yes" name="optional" value="c"`, `form="yes" name="optional" value="d"`, "Godkjenn det som er valgt",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Count(page, `name="optional"`) != 3 {
		t.Error("what must be given is offered to be left out")
	}
}

func TestWhatIsNoLongerAsItWasSeenIsMarkedWhereItStands(t *testing.T) {
	const mark = "Endret siden sist"
	for _, p := range []customer.Part{
		customer.PartSupplier, customer.PartSystem, customer.PartPurpose, customer.PartTitle, customer.PartReference,
		customer.PartUntil, customer.PartReturn, customer.PartContact,
	} {
		page := review(t, func(v *customer.ReviewView) {
			v.Changed, v.Parts = true, []customer.Part{p}
			v.Purpose, v.Title, v.Reference, v.Contact = text("Fordi."), "Avdeling nord", "nord", "hjelp@fjelldata.example"
		})
		if strings.Count(page, mark) != 1 {
			t.Errorf("%s is marked %d times", p, strings.Count(page, mark))
		}
	}
	if page := review(t, func(v *customer.ReviewView) { v.Purpose = text("Fordi.") }); strings.Contains(page, mark) {
		t.Error("something is marked that nobody saw otherwise")
	}
}
