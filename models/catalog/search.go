package catalog

import "strings"

// SearchPackages finds every access package, whoever may have it, whose name,
// description or URN holds every word of q in any language, without regard to
// case; all of them when q has no words. They come ordered by URN. Words after
// the tenth are not looked at.
func (c *Catalog) SearchPackages(q string) []Package {
	words := strings.Fields(strings.ToLower(q))
	words = words[:min(maxWords, len(words))]
	var out []Package
	for _, p := range c.ordered.Packages {
		if contains(words, p.URN, p.Name, p.Description) {
			out = append(out, p)
		}
	}
	return out
}
