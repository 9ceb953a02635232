// Package invitation holds the invitation to an organisation and its states.
//
// An invitation offers one power or access package in one organisation to
// whoever has the link, once:
//
//	open --accept--> accepted
//	     --revoke--> revoked
//	     (its time runs out) expired
//
// It owns the transition table, the length of an invitation's life, the secret
// of the link and what is well-formed. It refuses to know who may invite to what
// (models/policy). Start with Invitation.
package invitation
