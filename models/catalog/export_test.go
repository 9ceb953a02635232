package catalog

import (
	"maps"
	"slices"
)

// SensitiveCodes are the codes of packages that the rule names.
func SensitiveCodes() []string { return slices.Sorted(maps.Keys(sensitivePackages)) }
