package handlers_test

import (
	"slices"
	"testing"
	"time"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// apiMatrix is the matrix of the suppliers' API. Its columns are as those of
// matrix, but all of them are programs: supplier A's and B's with every scope of
// suppliers; the portal, for supplier A's director, for the directors of P and
// Q, and for an employee and a client administrator of P; issuer 1's and issuer
// 2's own calls; a client with the decision scope, or a platform service where a
// platform route is asked; and a token that has run out.
//
// Each of them is asked about its own organisation as a supplier, or as a
// customer that has a client. Beyond the thing, a call can name the wrong party
// in its path (party), the wrong facilitator or client in its query, or another
// number than the party's own; what each of them is, and whether it is at all,
// must not be told either.
const apiMatrix = `
route                            object       nobody supA  supB  dirA  appP  appQ  clkP  cliP  iss1  iss2  deci  past
register.visible                 own          401    403   403   200   200   200   200   200   403   403   403   401
register.own                     own          401    200   200   403   403   403   403   403   403   403   403   401
register.create                  own          401    200*  200*  403   403   403   403   403   403   403   403   401
register.create                  other        401    403   403   403   403   403   403   403   403   403   403   401
register.system                  own          401    200   200   403   403   403   403   403   403   403   403   401
register.system                  over         401    200   200   403   403   403   403   403   403   403   403   401
register.system                  other        401    404   404   403   403   403   403   403   403   403   403   401
register.update                  own          401    200*  200*  403   403   403   403   403   403   403   403   401
register.update                  over         401    400   400   403   403   403   403   403   403   403   403   401
register.update                  other        401    404   404   403   403   403   403   403   403   403   403   401
register.delete                  own          401    200*  200*  403   403   403   403   403   403   403   403   401
register.delete                  over         401    200   200   403   403   403   403   403   403   403   403   401
register.delete                  other        401    404   404   403   403   403   403   403   403   403   403   401
register.update_rights           own          401    200*  200*  403   403   403   403   403   403   403   403   401
register.update_rights           over         401    400   400   403   403   403   403   403   403   403   403   401
register.update_rights           other        401    404   404   403   403   403   403   403   403   403   403   401
register.update_packages         own          401    200*  200*  403   403   403   403   403   403   403   403   401
register.update_packages         over         401    400   400   403   403   403   403   403   403   403   403   401
register.update_packages         other        401    404   404   403   403   403   403   403   403   403   403   401
register.changes                 own          401    200   200   403   403   403   403   403   403   403   403   401
register.changes                 over         401    200   200   403   403   403   403   403   403   403   403   401
register.changes                 other        401    404   404   403   403   403   403   403   403   403   403   401
register.public                  own          401    403   403   200   200   200   200   200   403   403   403   401
register.public                  over         401    403   403   404   404   404   404   404   403   403   403   401
register.public                  other        401    403   403   404   404   404   404   404   403   403   403   401
register.rights                  own          401    403   403   200   200   200   200   200   403   403   403   401
register.rights                  over         401    403   403   200   200   200   200   200   403   403   403   401
register.rights                  other        401    403   403   200   200   200   200   200   403   403   403   401
register.packages                own          401    403   403   200   200   200   200   200   403   403   403   401
register.packages                over         401    403   403   200   200   200   200   200   403   403   403   401
register.packages                other        401    403   403   200   200   200   200   200   403   403   403   401
request.ask                      own          401    201*  201*  403   403   403   403   403   403   403   403   401
request.ask                      over         401    404   404   403   403   403   403   403   403   403   403   401
request.ask                      other        401    404   404   403   403   403   403   403   403   403   403   401
request.ask_agent                own          401    201*  201*  403   403   403   403   403   403   403   403   401
request.ask_agent                over         401    404   404   403   403   403   403   403   403   403   403   401
request.ask_agent                other        401    404   404   403   403   403   403   403   403   403   403   401
request.asked                    own          401    200   200   403   403   403   403   403   403   403   403   401
request.asked                    over         401    200   200   403   403   403   403   403   403   403   403   401
request.asked                    other        401    404   404   403   403   403   403   403   403   403   403   401
request.asked_agent              own          401    200   200   403   403   403   403   403   403   403   403   401
request.asked_agent              over         401    200   200   403   403   403   403   403   403   403   403   401
request.asked_agent              other        401    404   404   403   403   403   403   403   403   403   403   401
request.asked_by_ref             own          401    200   200   403   403   403   403   403   403   403   403   401
request.asked_by_ref             over         401    200   200   403   403   403   403   403   403   403   403   401
request.asked_by_ref             other        401    404   404   403   403   403   403   403   403   403   403   401
request.asked_agent_by_ref       own          401    200   200   403   403   403   403   403   403   403   403   401
request.asked_agent_by_ref       over         401    200   200   403   403   403   403   403   403   403   403   401
request.asked_agent_by_ref       other        401    404   404   403   403   403   403   403   403   403   403   401
request.asked_of_system          own          401    200   200   403   403   403   403   403   403   403   403   401
request.asked_of_system          over         401    200   200   403   403   403   403   403   403   403   403   401
request.asked_of_system          other        401    404   404   403   403   403   403   403   403   403   403   401
request.asked_agents_of_system   own          401    200   200   403   403   403   403   403   403   403   403   401
request.asked_agents_of_system   over         401    200   200   403   403   403   403   403   403   403   403   401
request.asked_agents_of_system   other        401    404   404   403   403   403   403   403   403   403   403   401
request.unask                    own          401    202*  202*  403   403   403   403   403   403   403   403   401
request.unask                    over         401    202*  202*  403   403   403   403   403   403   403   403   401
request.unask                    other        401    404   404   403   403   403   403   403   403   403   403   401
request.renew                    own          401    200*  200*  403   403   403   403   403   403   403   403   401
request.renew                    over         401    409   409   403   403   403   403   403   403   403   403   401
request.renew                    other        401    404   404   403   403   403   403   403   403   403   403   401
change.ask                       own          401    201*  201*  403   403   403   403   403   403   403   403   401
change.ask                       over         401    404   404   403   403   403   403   403   403   403   403   401
change.ask                       other        401    404   404   403   403   403   403   403   403   403   403   401
change.sent                      own          401    200   200   403   403   403   403   403   403   403   403   401
change.sent                      over         401    200   200   403   403   403   403   403   403   403   403   401
change.sent                      other        401    404   404   403   403   403   403   403   403   403   403   401
change.sent_by_ref               own          401    200   200   403   403   403   403   403   403   403   403   401
change.sent_by_ref               over         401    200   200   403   403   403   403   403   403   403   403   401
change.sent_by_ref               other        401    404   404   403   403   403   403   403   403   403   403   401
change.sent_of_system            own          401    200   200   403   403   403   403   403   403   403   403   401
change.sent_of_system            over         401    200   200   403   403   403   403   403   403   403   403   401
change.sent_of_system            other        401    404   404   403   403   403   403   403   403   403   403   401
change.remove                    own          401    202*  202*  403   403   403   403   403   403   403   403   401
change.remove                    over         401    202*  202*  403   403   403   403   403   403   403   403   401
change.remove                    other        401    404   404   403   403   403   403   403   403   403   403   401
change.renew                     own          401    200*  200*  403   403   403   403   403   403   403   403   401
change.renew                     over         401    409   409   403   403   403   403   403   403   403   403   401
change.renew                     other        401    404   404   403   403   403   403   403   403   403   403   401
change.shown                     own          401    403   403   200   200   200   200   200   403   403   403   401
change.shown                     over         401    403   403   200   200   200   200   200   403   403   403   401
change.shown                     other        401    403   403   404   404   404   404   404   403   403   403   401
change.shown_to_party            own          401    403   403   200   200   200   200   200   403   403   403   401
change.shown_to_party            over         401    403   403   200   200   200   200   200   403   403   403   401
change.shown_to_party            other        401    403   403   404   404   404   404   404   403   403   403   401
change.shown_to_party            party        401    403   403   403   403   403   403   403   403   403   403   401
change.approve                   own          401    403   403   200*  200*  200*  403   403   403   403   403   401
change.approve                   over         401    403   403   409   409   409   403   403   403   403   403   401
change.approve                   other        401    403   403   404   404   404   403   403   403   403   403   401
change.approve                   party        401    403   403   403   403   403   403   403   403   403   403   401
change.reject                    own          401    403   403   200*  200*  200*  403   403   403   403   403   401
change.reject                    over         401    403   403   409   409   409   403   403   403   403   403   401
change.reject                    other        401    403   403   404   404   404   403   403   403   403   403   401
change.reject                    party        401    403   403   403   403   403   403   403   403   403   403   401
change.approve_at_portal         own          401    403   403   200*  200*  200*  403   403   403   403   403   401
change.approve_at_portal         over         401    403   403   409   409   409   403   403   403   403   403   401
change.approve_at_portal         other        401    403   403   404   404   404   403   403   403   403   403   401
change.approve_at_portal         party        401    403   403   403   403   403   403   403   403   403   403   401
systemuser.by_query              own          401    200   200   403   403   403   403   403   403   403   403   401
systemuser.by_query              over         401    404   404   403   403   403   403   403   403   403   403   401
systemuser.by_query              other        401    404   404   403   403   403   403   403   403   403   403   401
systemuser.of_system             own          401    200   200   403   403   403   403   403   403   403   403   401
systemuser.of_system             over         401    200   200   403   403   403   403   403   403   403   403   401
systemuser.of_system             other        401    404   404   403   403   403   403   403   403   403   403   401
systemuser.stream                own          401    403   403   403   403   403   403   403   403   403   200   401
systemuser.streamed              own          401    403   403   403   403   403   403   403   403   403   200   401
systemuser.streamed              over         401    403   403   403   403   403   403   403   403   403   410   401
systemuser.streamed              other        401    403   403   403   403   403   403   403   403   403   410   401
systemuser.pause                 own          401    200*  200*  403   403   403   403   403   403   403   403   401
systemuser.pause                 over         401    409   409   403   403   403   403   403   403   403   403   401
systemuser.pause                 other        401    404   404   403   403   403   403   403   403   403   403   401
systemuser.resume                own          401    200*  200*  403   403   403   403   403   403   403   403   401
systemuser.resume                over         401    409   409   403   403   403   403   403   403   403   403   401
systemuser.resume                other        401    404   404   403   403   403   403   403   403   403   403   401
systemuser.give_up               own          401    200*  200*  403   403   403   403   403   403   403   403   401
systemuser.give_up               over         401    200   200   403   403   403   403   403   403   403   403   401
systemuser.give_up               other        401    404   404   403   403   403   403   403   403   403   403   401
diagnose                         own          401    200   200   403   403   403   403   403   403   403   403   401
diagnose                         over         401    200   200   403   403   403   403   403   403   403   403   401
diagnose                         other        401    200   200   403   403   403   403   403   403   403   403   401
bulk.start                       own          401    202*  202*  403   403   403   403   403   403   403   403   401
bulk.jobs                        own          401    200   200   403   403   403   403   403   403   403   403   401
bulk.job                         own          401    200   200   403   403   403   403   403   403   403   403   401
bulk.job                         over         401    200   200   403   403   403   403   403   403   403   403   401
bulk.job                         other        401    404   404   403   403   403   403   403   403   403   403   401
bulk.rows                        own          401    200   200   403   403   403   403   403   403   403   403   401
bulk.rows                        over         401    200   200   403   403   403   403   403   403   403   403   401
bulk.rows                        other        401    404   404   403   403   403   403   403   403   403   403   401
bulk.cancel                      own          401    200*  200*  403   403   403   403   403   403   403   403   401
bulk.cancel                      over         401    200   200   403   403   403   403   403   403   403   403   401
bulk.cancel                      other        401    404   404   403   403   403   403   403   403   403   403   401
enduser.users                    own          401    403   403   200   200   200   200   200   403   403   403   401
enduser.users                    party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.agents                   own          401    403   403   200   200   200   200   200   403   403   403   401
enduser.agents                   party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.user                     own          401    403   403   200   200   200   200   200   403   403   403   401
enduser.user                     over         401    403   403   404   404   404   404   404   403   403   403   401
enduser.user                     other        401    403   403   404   404   404   404   404   403   403   403   401
enduser.user                     party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.user.delegations         own          401    403   403   200   200   200   200   200   403   403   403   401
enduser.user.delegations         over         401    403   403   404   404   404   404   404   403   403   403   401
enduser.user.delegations         other        401    403   403   404   404   404   404   404   403   403   403   401
enduser.user.delegations         party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.user.delete              own          401    403   403   202*  202*  202*  403   403   403   403   403   401
enduser.user.delete              over         401    403   403   404   404   404   404   404   403   403   403   401
enduser.user.delete              other        401    403   403   404   404   404   404   404   403   403   403   401
enduser.user.delete              party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.user.rename              own          401    403   403   200*  200*  200*  403   403   403   403   403   401
enduser.user.rename              over         401    403   403   404   404   404   404   404   403   403   403   401
enduser.user.rename              other        401    403   403   404   404   404   404   404   403   403   403   401
enduser.user.rename              party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.user.create              own          401    403   403   200*  200*  200*  403   403   403   403   403   401
enduser.user.create              over         401    403   403   404   404   404   403   403   403   403   403   401
enduser.user.create              other        401    403   403   404   404   404   403   403   403   403   403   401
enduser.user.create              party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.request                  own          401    403   403   200   200   200   200   200   403   403   403   401
enduser.request                  over         401    403   403   200   200   200   200   200   403   403   403   401
enduser.request                  other        401    403   403   404   404   404   404   404   403   403   403   401
enduser.agent_request            own          401    403   403   200   200   200   200   200   403   403   403   401
enduser.agent_request            over         401    403   403   200   200   200   200   200   403   403   403   401
enduser.agent_request            other        401    403   403   404   404   404   404   404   403   403   403   401
enduser.party_request            own          401    403   403   200   200   200   200   200   403   403   403   401
enduser.party_request            over         401    403   403   200   200   200   200   200   403   403   403   401
enduser.party_request            other        401    403   403   404   404   404   404   404   403   403   403   401
enduser.party_request            party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.party_agent_request      own          401    403   403   200   200   200   200   200   403   403   403   401
enduser.party_agent_request      over         401    403   403   200   200   200   200   200   403   403   403   401
enduser.party_agent_request      other        401    403   403   404   404   404   404   404   403   403   403   401
enduser.party_agent_request      party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.request.approve          own          401    403   403   200*  200*  200*  403   403   403   403   403   401
enduser.request.approve          over         401    403   403   409   409   409   403   403   403   403   403   401
enduser.request.approve          other        401    403   403   404   404   404   403   403   403   403   403   401
enduser.request.approve          party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.agent_request.approve    own          401    403   403   200*  200*  200*  403   403   403   403   403   401
enduser.agent_request.approve    over         401    403   403   409   409   409   403   403   403   403   403   401
enduser.agent_request.approve    other        401    403   403   404   404   404   403   403   403   403   403   401
enduser.agent_request.approve    party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.request.reject           own          401    403   403   200*  200*  200*  403   403   403   403   403   401
enduser.request.reject           over         401    403   403   409   409   409   403   403   403   403   403   401
enduser.request.reject           other        401    403   403   404   404   404   403   403   403   403   403   401
enduser.request.reject           party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.agent_request.reject     own          401    403   403   200*  200*  200*  403   403   403   403   403   401
enduser.agent_request.reject     over         401    403   403   409   409   409   403   403   403   403   403   401
enduser.agent_request.reject     other        401    403   403   404   404   404   403   403   403   403   403   401
enduser.agent_request.reject     party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.request.escalate         own          401    403   403   200*  200*  200*  200*  200*  403   403   403   401
enduser.request.escalate         over         401    403   403   409   409   409   409   409   403   403   403   401
enduser.request.escalate         other        401    403   403   404   404   404   404   404   403   403   403   401
enduser.request.escalate         party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.agent_request.escalate   own          401    403   403   200*  200*  200*  200*  200*  403   403   403   401
enduser.agent_request.escalate   over         401    403   403   409   409   409   409   409   403   403   403   401
enduser.agent_request.escalate   other        401    403   403   404   404   404   404   404   403   403   403   401
enduser.agent_request.escalate   party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.requests.pending         own          401    403   403   200   200   200   403   403   403   403   403   401
enduser.requests.pending         party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.requests.pending         number       401    403   403   403   403   403   403   403   403   403   403   401
enduser.agent_requests.pending   own          401    403   403   200   200   200   403   403   403   403   403   401
enduser.agent_requests.pending   party        401    403   403   403   403   403   403   403   403   403   403   401
enduser.agent_requests.pending   number       401    403   403   403   403   403   403   403   403   403   403   401
portal.request.approve           own          401    403   403   200*  200*  200*  403   403   403   403   403   401
portal.request.approve           over         401    403   403   409   409   409   403   403   403   403   403   401
portal.request.approve           other        401    403   403   404   404   404   403   403   403   403   403   401
portal.request.approve           party        401    403   403   403   403   403   403   403   403   403   403   401
portal.user.delete               own          401    403   403   202*  202*  202*  403   403   403   403   403   401
portal.user.delete               over         401    403   403   404   404   404   404   404   403   403   403   401
portal.user.delete               other        401    403   403   404   404   404   404   404   403   403   403   401
portal.user.delete               party        401    403   403   403   403   403   403   403   403   403   403   401
portal.packages                  own          401    403   403   200   200   200   200   200   403   403   403   401
client.attach                    own          401    403   403   403   403   403   403   200*  403   403   403   401
client.attach                    over         401    403   403   403   403   403   403   404   403   403   403   401
client.attach                    other        401    403   403   403   403   403   403   404   403   403   403   401
client.attach                    party        401    403   403   403   403   403   403   403   403   403   403   401
client.attach                    facilitator  401    403   403   400   400   400   400   400   403   403   403   401
client.attach                    client       401    403   403   403   403   403   403   400   403   403   403   401
client.detach                    own          401    403   403   200*  200*  200*  403   200*  403   403   403   401
client.detach                    over         401    403   403   404   404   404   403   404   403   403   403   401
client.detach                    other        401    403   403   404   404   404   403   404   403   403   403   401
client.detach                    party        401    403   403   403   403   403   403   403   403   403   403   401
client.detach                    facilitator  401    403   403   400   400   400   400   400   403   403   403   401
client.detach                    client       401    403   403   400   400   400   403   400   403   403   403   401
client.delegations               own          401    403   403   200   200   200   403   200   403   403   403   401
client.delegations               over         401    403   403   404   404   404   403   404   403   403   403   401
client.delegations               other        401    403   403   404   404   404   403   404   403   403   403   401
client.delegations               party        401    403   403   403   403   403   403   403   403   403   403   401
client.delegations               facilitator  401    403   403   400   400   400   400   400   403   403   403   401
client.of_facilitator            own          401    403   403   200   200   200   403   200   403   403   403   401
client.of_facilitator            party        401    403   403   403   403   403   403   403   403   403   403   401
client.of_facilitator            facilitator  401    403   403   403   403   403   403   403   403   403   403   401
client.attach_self               own          401    403   403   200*  200*  200*  403   403   403   403   403   401
client.attach_self               over         401    403   403   404   404   404   403   403   403   403   403   401
client.attach_self               other        401    403   403   404   404   404   403   403   403   403   403   401
client.attach_self               party        401    403   403   403   403   403   403   403   403   403   403   401
client.attach_self               facilitator  401    403   403   400   400   400   400   400   403   403   403   401
client.detach_self               own          401    403   403   200*  200*  200*  403   403   403   403   403   401
client.detach_self               over         401    403   403   404   404   404   403   403   403   403   403   401
client.detach_self               other        401    403   403   404   404   404   403   403   403   403   403   401
client.detach_self               party        401    403   403   403   403   403   403   403   403   403   403   401
client.detach_self               facilitator  401    403   403   400   400   400   400   400   403   403   403   401
client.serves_self               own          401    403   403   200   200   200   403   200   403   403   403   401
client.serves_self               over         401    403   403   404   404   404   403   404   403   403   403   401
client.serves_self               other        401    403   403   404   404   404   403   404   403   403   403   401
client.serves_self               party        401    403   403   403   403   403   403   403   403   403   403   401
client.serves_self               facilitator  401    403   403   400   400   400   400   400   403   403   403   401
agent.delete                     own          401    403   403   200*  200*  200*  403   403   403   403   403   401
agent.delete                     over         401    403   403   404   404   404   403   403   403   403   403   401
agent.delete                     other        401    403   403   404   404   404   403   403   403   403   403   401
agent.delete                     party        401    403   403   403   403   403   403   403   403   403   403   401
agent.delete                     facilitator  401    403   403   403   403   403   403   403   403   403   403   401
enduser.clients_available        own          401    403   403   200   200   200   403   200   403   403   403   401
enduser.clients_available        over         401    403   403   400   400   400   403   400   403   403   403   401
enduser.clients_available        other        401    403   403   400   400   400   400   400   403   403   403   401
enduser.clients                  own          401    403   403   200   200   200   403   200   403   403   403   401
enduser.clients                  over         401    403   403   400   400   400   403   400   403   403   403   401
enduser.clients                  other        401    403   403   400   400   400   400   400   403   403   403   401
enduser.client_add               own          401    403   403   403   403   403   403   200*  403   403   403   401
enduser.client_add               over         401    403   403   403   403   403   403   400   403   403   403   401
enduser.client_add               other        401    403   403   400   400   400   400   400   403   403   403   401
enduser.client_add               client       401    403   403   403   403   403   403   400   403   403   403   401
enduser.client_remove            own          401    403   403   200*  200*  200*  403   200*  403   403   403   401
enduser.client_remove            over         401    403   403   400   400   400   403   400   403   403   403   401
enduser.client_remove            other        401    403   403   400   400   400   400   400   403   403   403   401
enduser.client_remove            client       401    403   403   400   400   400   403   400   403   403   403   401
enduser.clients_agents           own          401    403   403   200   200   200   403   200   403   403   403   401
enduser.clients_agents           number       401    403   403   404   404   404   404   404   403   403   403   401
`

// relations are the rows that a route must have for a part of its path.
var relations = map[string][]string{
	":party": {"own", "party"}, ":systemid": {"own", "over", "other"}, ":requestid": {"own", "over", "other"}, ":systemuserid": {"own", "over", "other"},
}

// TestAPIMatrix asks every question of programs as every actor.
func TestAPIMatrix(t *testing.T) {
	t.Parallel()
	actors, all := rows(t, apiMatrix)
	for i, name := range actors {
		if (i+oneInAPI-1)%oneInAPI != 0 { // with the race detector a supplier alone
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for some := range slices.Chunk(all, rowsInAWorld) {
				w := newWorld(t, name)
				routes := w.routes()
				for _, r := range some {
					t.Run(r.route+" "+r.object, func(t *testing.T) {
						w.t = t
						q := apiCases[r.route]
						w.row(t, routes[r.route], r, q.ask, w.apiThings(q.kind, r.object), r.cells[name], func() *kit.Client { return w.caller(name, r.route) })
					})
				}
			}
		})
	}
}

// newWorld is the world of an actor of the API.
func newWorld(t *testing.T, actor string) *world {
	t.Helper()
	w := &world{t: t, s: kit.New(t, kit.RequestLife(1000*time.Hour)), who: kit.ApproverP}
	if p, ok := people[actor]; ok {
		w.who = p
	}
	w.org = w.who.Org()
	w.related()
	return w
}
