package api

import (
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stafett/stafett/handlers/openapi"
	"github.com/stafett/stafett/models/registry"
)

// Every cause has its words, says what to do, and stands in the description.
func TestEveryCauseHasWords(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.JSON())
	if err != nil {
		t.Fatal(err)
	}
	described := doc.Components.Schemas["Finding"].Value.Properties["code"].Value.Enum
	for _, c := range registry.Causes() {
		if w := causes[c]; w.message == "" || w.fix == "" {
			t.Errorf("%s has no words", c)
		}
		if !slices.Contains(described, any(string(c))) {
			t.Errorf("%s is not described", c)
		}
	}
	if len(causes) != len(registry.Causes()) || len(described) != len(causes)+1 { // and details_invalid
		t.Errorf("%d have words and %d are described, of %d", len(causes), len(described), len(registry.Causes()))
	}
}
