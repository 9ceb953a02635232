package auth_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stafett/stafett/handlers/auth"
)

// TestExamplesInTheDocsHold reads every example of docs/login.md as it stands.
func TestExamplesInTheDocsHold(t *testing.T) {
	page, err := os.ReadFile("../../docs/login.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)### ([^\n]+)\n.*?```json\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	var names []string
	for _, e := range examples {
		names = append(names, e[1])
		if _, err := auth.ParseProviders([]byte(e[2]), t.TempDir()); err != nil {
			t.Errorf("%s:\n%v", e[1], err)
		}
	}
	if got := strings.Join(names, ", "); got != "ID-porten, Ansattporten, Microsoft Entra ID, Keycloak, Amazon Cognito, E-mail alone" {
		t.Errorf("examples for %s", got)
	}
}
