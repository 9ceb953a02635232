// Package notices draws what a person has been told, and the settings of how he
// is told.
//
// Used by handlers/web.
package notices
