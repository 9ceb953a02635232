// Package brreg asks Brønnøysundregistrene: which organisations there are and
// whether they have been struck off, which sub-units belong to them, which
// organisations serve them, who holds a role in them, and what has changed.
//
// It owns the reading of the register's answers, the memory of good ones, and
// what happens when the register is away: the last good answer serves, with
// the time it is from; where there is none the error is Unavailable. A register
// that does not answer is left alone for a while, longer each time. Start with
// New.
//
// It refuses to know persons by name or birth date, which is all that the open
// API says of them: only the authorised API, which gives national ids, tells of
// persons, and what it tells is never kept. It refuses answers of other types
// than documented, answers about another organisation than the one asked for,
// and redirects; what is in a refused answer is never quoted. It stores
// nothing, and decides nothing about what a role is worth.
//
// The facts about the API are from
// https://data.brreg.no/enhetsregisteret/api/dokumentasjon/no/index.html and
// those about Maskinporten from
// https://docs.digdir.no/docs/Maskinporten/maskinporten_protocol_jwtgrant.
//
// Used by cmd/node, which hands it to models/registry as the interface that is
// declared there.
package brreg
