// Package systemuser holds the system user: the machine identity that a
// customer grants to a supplier's system, and what it was given.
//
// It owns what a system user effectively holds. It refuses to know how it came
// about (models/request) and who may end it (models/policy). Start with
// SystemUser.
package systemuser
