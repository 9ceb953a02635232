// Package i18n puts words into the languages of the pages: bokmål, nynorsk and
// English.
//
// It owns the message files, the choice of language, plurals, dates and the
// writing of organisation numbers. It refuses to know any page: a message is
// asked for by its key, and which keys exist, that each exists in each language
// and that none is unused is held by its tests. Used by every package of views
// and by handlers, which puts the language into the context.
package i18n
