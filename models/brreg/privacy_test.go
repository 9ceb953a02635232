package brreg_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stafett/stafett/models/brreg"
)

// The open API tells the name and birth date of who holds a role. They must
// reach nothing: persons are never known by name or birth date. That holds
// also should it ever tell a national id.
func TestPersonsOfTheOpenAPIReachNothing(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t, func(cfg *brreg.Config) { cfg.Token = token("t") })
	person := `{"fodselsdato":"1950-04-11","fodselsnummer":"` + kari + `","navn":{"fornavn":"Kari","mellomnavn":"Lise","etternavn":"Fjellgeit"},"erDoed":false}`
	body := `{"rollegrupper":[{"type":{"kode":"DAGL"},"roller":[{"type":{"kode":"DAGL"},"person":` + person + `}]},
		{"type":{"kode":"REGN"},"roller":[{"type":{"kode":"REGN"},"person":` + person + `},{"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":"974760673"},"person":` + person + `}]}%s]}`
	var out []any
	r.on(rolesPath(fjord), says(fmt.Sprintf(body, "")))
	relations, at, err := c.Relations(t.Context(), fjord)
	if err != nil || len(relations) != 1 {
		t.Fatalf("relations %v, %v", relations, err)
	}
	out = append(out, relations, at)
	// Also when the answer breaks beside a person, or persons stand elsewhere.
	for i, broken := range []string{
		fmt.Sprintf(body, `,{"roller":[{"type":{"kode":1},"person":`+person+`}]}`), fmt.Sprintf(body, `,{"roller":[{"person":`+person), person,
		`{"rollegrupper":[{"roller":[{"type":{"kode":"REGN"},"enhet":` + person + `}]}]}`,
	} {
		r.on(rolesPath(tall), says(broken))
		_, _, err := c.Relations(t.Context(), tall)
		if err == nil {
			t.Errorf("broken answer %d was taken", i)
		}
		out = append(out, err)
	}
	r.on(unitPath(rotor), says(unitJSON(rotor, "Rotor AS", "AS", `,"innehaver":`+person)))
	unit, _, err := c.Organisation(t.Context(), rotor)
	out = append(out, unit, err)
	// What the authorised API tells is not kept either.
	r.on(authorisedPath, says(fmt.Sprintf(body, "")))
	if rows, err := c.Roles(t.Context(), fjord); err != nil || len(rows) != 3 {
		t.Errorf("roles: %d, %v", len(rows), err)
	}
	memory := c.Memory()
	if len(memory) < 6 {
		t.Errorf("%d values in memory; is it looked into?", len(memory))
	}
	for _, v := range append(out, memory...) {
		text, _ := json.Marshal(v)
		printed := fmt.Sprintf("%v %+v %#v %s", v, v, v, text)
		for _, word := range []string{"Kari", "Lise", "Fjellgeit", "1950", "04-11", kari} {
			if strings.Contains(printed, word) {
				t.Errorf("%q in %s", word, printed)
			}
		}
	}
}
