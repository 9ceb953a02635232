package gallery_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/gallery"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/viewstest"
)

const folder = "../testdata"

func TestEveryPageIsSoundAndAsItWas(t *testing.T) {
	var files []string
	for _, p := range gallery.Pages() {
		for _, l := range p.Languages {
			file := filepath.Join(folder, p.Name+"."+string(l)+".html")
			if slices.Contains(files, file) {
				t.Errorf("%s is listed twice", file)
			}
			files = append(files, file)
			t.Run(p.Name+"."+string(l), func(t *testing.T) {
				page := viewstest.Golden(i18n.With(t.Context(), l), t, file, p.Page)
				for _, fault := range viewstest.Check(page) {
					t.Error(fault)
				}
			})
		}
	}
	err := filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(file, ".html") && !slices.Contains(files, file) {
			t.Errorf("%s is of no page", file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every failure must be tellable to a person, whoever it is.
func TestEveryFailureHasASoundPage(t *testing.T) {
	for _, code := range models.Codes() {
		for _, l := range models.Languages() {
			for _, s := range []layout.Shell{{}, {Person: "Kari Fjell", IsCustomer: true, CanSwitch: true, LoginReady: true}} {
				page := viewstest.Render(i18n.With(t.Context(), l), t, layout.ErrorPage(s, layout.Failure{Code: code, Reference: "x"}))
				for _, fault := range viewstest.Check(page) {
					t.Errorf("%s in %s: %s", code, l, fault)
				}
			}
		}
	}
}
