// Package mail sends e-mail.
//
// It owns the way to the operator's mail server, what each mail must have, and
// the words of the mails themselves: Invitation makes one, Sender sends it. Mail
// is plain text, one person at a time, marked as written by a program (RFC 3834),
// and looks for nobody who reads it. What a mail leads to is asked on our pages.
//
// It refuses a server whose certificate does not hold, a password without TLS
// anywhere but on this machine, and addresses or subjects that could become
// headers. It keeps no queue and tries once, in ten seconds; whoever calls knows
// what it means that a mail did not go. Errors and logs hold neither the address
// nor the text.
//
// Used by handlers/web; cmd reads its settings.
package mail
