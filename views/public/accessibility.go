package public

import "time"

// AccessibilityView is the accessibility statement of this installation.
type AccessibilityView struct {
	Contact string // who runs it; empty when they have not said
}

// reviewed is when the statement was last gone through. Whoever changes what it
// says changes this.
var reviewed = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// authority takes complaints about accessibility in Norway.
const authority = "https://www.uutilsynet.no/"
