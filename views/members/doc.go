// Package members holds the pages on who has which role in an organisation:
// the list, one person, giving and ending, and invitations from both sides.
//
// It owns what those pages show and in which words. It decides nothing: what
// may be given, ended or seen, and why not, it is told. Used by handlers/web
// and views/gallery.
package members
