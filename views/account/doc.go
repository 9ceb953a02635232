// Package account holds the pages on which a person sees himself: how he logs
// in, what he may do where and why, where he is logged in, what he has done,
// and the ways to take his data with him or to be forgotten.
//
// It owns what those pages show and in which words. It never shows a national
// id, and refuses to decide what may be ended or removed: it is told. Used by
// handlers/web and views/gallery.
package account
