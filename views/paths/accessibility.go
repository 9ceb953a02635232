package paths

// Accessibility is the accessibility statement.
func Accessibility() string { return "/accessibility" }
