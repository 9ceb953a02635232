package store

import "strings"

// folded is the SQL for text in lower case. The databases may know lower case
// for ASCII only; names in Norwegian have three letters more.
func folded(text string) string {
	return "REPLACE(REPLACE(REPLACE(LOWER(" + text + "), 'Æ', 'æ'), 'Ø', 'ø'), 'Å', 'å')"
}

// like is the SQL that follows folded text, with a pattern as parameter.
var like = " LIKE " + folded("?") + ` ESCAPE '\'`

// pattern matches text that holds s.
func pattern(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s) + "%"
}
