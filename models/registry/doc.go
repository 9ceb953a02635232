// Package registry holds the use cases: the one choke point through which the
// registry changes.
//
// Every change is one function here and one transaction of the store: what the
// actor holds is read, the policy is asked, the rule of the domain gives the
// new value, a guarded write stores it (compare-and-set), and an audit entry
// and an outbox event are written beside it. A denied attempt is an audit entry
// too. Handlers, commands, jobs and demo data all call it; see guard.go.
//
// It owns the interfaces that a store satisfies. It refuses to know SQL, HTTP
// and how people sign in. Start with Registry.
package registry
