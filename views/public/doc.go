// Package public has the pages of those who have not yet chosen whom they act
// for: the front page, login, the choice of organisation, and the farewell.
//
// It owns what a stranger is told. It refuses to know sessions or providers:
// the addresses to go to come with the view structs. Used by handlers/web and
// handlers/auth.
package public
