// Package party holds the parties of the registry: organisations and the
// persons who act for them.
//
// It owns the organisation number, the national id of a person (which redacts
// itself wherever it is printed), and what a person holds in an organisation.
// It refuses to guess: a person is known by his identity at a provider or by
// his national id, never by name or birth date. Used by the whole domain;
// start with OrgNo.
package party
