package api

import (
	"maps"
	"slices"

	"github.com/stafett/stafett/handlers/respond"
)

// Meanings lists the codes in Altinn's numbering.
func Meanings() []respond.Meaning {
	var all []respond.Meaning
	for _, nn := range slices.Sorted(maps.Keys(numbered)) {
		p := problem(nn)
		all = append(all, respond.Meaning{Code: p.code, Status: p.status, Says: p.title})
	}
	return append(all, respond.Meaning{Code: invalidCode, Status: invalid().status, Says: invalidTitle})
}
