package viewstest_test

import (
	"strings"
	"testing"

	"github.com/stafett/stafett/views/viewstest"
)

const sound = `<!DOCTYPE html><html lang="nb"><head><title>Side – Stafett</title></head><body><h1>Side</h1>` +
	`<form method="post"><label for="a">Navn</label><input id="a" name="a"><button type="submit">Send</button></form></body></html>`

func TestSoundPagePasses(t *testing.T) {
	if faults := viewstest.Check(sound); len(faults) != 0 {
		t.Errorf("faults: %q", faults)
	}
}

func TestEachFaultIsFound(t *testing.T) {
	for want, change := range map[string][2]string{
		"has no language":              {` lang="nb"`, ``},
		"has no title":                 {`Side – Stafett`, ` – Stafett`},
		"has 0 h1":                     {`<h1>Side</h1>`, ``},
		"has 2 h1":                     {`<h1>Side</h1>`, `<h1>Side</h1><h1>To</h1>`},
		"jumps from level 1 to 3":      {`<form`, `<h3>Tre</h3><form`},
		`"a" has no label`:             {`<label for="a">Navn</label>`, ``},
		`"b", which is not there`:      {`for="a"`, `for="b"`},
		`"main", which is not there`:   {`<form`, `<a href="#main">Hopp</a><form`},
		`form has method ""`:           {` method="post"`, ``},
		`id "a" stands 2 times`:        {`<form`, `<p id="a"></p><form`},
		"a script stands":              {`<form`, `<script>alert(1)</script><form`},
		"a style element":              {`<form`, `<style>p{}</style><form`},
		"has code in onclick":          {`<form`, `<p onclick="x()"></p><form`},
		"has code in href":             {`<form`, `<a href=" JavaScript:x()">x</a><form`},
		"style of its own":             {`<form`, `<p style="color:red"></p><form`},
		"a message has no text":        {`Navn`, `⟦customer.name⟧`},
		"mark for emphasis":            {`Navn`, `**Navn**`},
		"a button has no name":         {`Send`, ``},
		"no name to be sent under":     {` name="a"`, ``},
		`button "Send" has no type`:    {` type="submit"`, ``},
		`heading "X" has no scope`:     {`<form`, `<table><tr><th>X</th></tr></table><form`},
		"title of p has no text: ⟦a.b": {`<form`, `<p title="⟦a.b⟧"></p><form`},
	} {
		page := strings.Replace(sound, change[0], change[1], 1)
		if faults := strings.Join(viewstest.Check(page), "\n"); !strings.Contains(faults, want) {
			t.Errorf("%s: not found; faults: %q", want, faults)
		}
	}
}

func TestLinesShowOneNodeALine(t *testing.T) {
	got, err := viewstest.Lines(`<p  class="x" a="1">Hei   <b>du</b><br>der</p>`)
	if want := "<p a=\"1\" class=\"x\">\n Hei\n <b>\n  du\n </b>\n <br>\n der\n</p>\n"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if _, err := viewstest.Lines(`<p>Hei`); err == nil {
		t.Error("an open tag passed")
	}
}
