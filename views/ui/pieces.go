package ui

// Described names the elements that FieldHelp and FieldFault make for the
// field with this id, for its aria-describedby; empty without any.
func Described(id, help, fault string) string { return described(id, help, fault) }
