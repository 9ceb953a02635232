package handlers_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/handlers"
	kit "github.com/stafett/stafett/handlers/handlertest"
)

// matrix says, for every route, what each actor gets (security-reliability 3.2).
//
// Actors, in the order of the columns: nobody; supplier A's and supplier B's
// system administrators; supplier A's director; director of customer P, of
// customer Q; an employee and a client administrator of P; issuer 1, which the
// clients belong to, and issuer 2; a client with the decision scope; and a
// person whose session, or a program whose token, has run out.
//
// A row is for what the actor's own organisation has (own), what it had and is
// over (over), and what it never had (other): another organisation's thing of
// the same kind, a thing of another kind, nothing at all, and what can be no
// id. Those of "other" must not be told apart. A route without an object has
// one row, of own.
//
// A cell is a status; "login" is 303 to the login and back; a star after it
// says that the database changes, and without a star it must not. The rows are
// asked in their order, so at the end stand those after which a person is in
// another organisation too, is somebody new, or is in yet another.
const matrix = `
route                            object  nobody  supA  supB  dirA  appP  appQ  clkP  cliP  iss1  iss2  deci  past
front                            own     200     303   303   303   303   303   303   303   200   200   200   200
login                            own     200     303   303   303   303   303   303   303   200   200   200   200
login.callback                   own     400     400   400   400   400   400   400   400   400   400   400   400
login.start                      own     303     303   303   303   303   303   303   303   303   303   303   303
login.again                      own     login   200   200   200   200   200   200   200   login login login login
login.known                      own     404     404   404   404   404   404   404   404   404   404   404   404
login.known.new                  own     404     404   404   404   404   404   404   404   404   404   404   404
login.known.link_form            own     login   404   404   404   404   404   404   404   login login login login
login.known.link                 own     401     404   404   404   404   404   404   404   401   401   401   401
login.ended_by_provider          own     400     400   400   400   400   400   400   400   400   400   400   400
account.identity.add             own     401     303   303   303   303   303   303   303   401   401   401   401
account.identity.way             own     login   200   200   200   200   200   200   200   login login login login
account.identity.remove          own     401     303*  303*  303*  303*  303*  303*  303*  401   401   401   401
account.identity.remove          over    401     303   303   303   303   303   303   303   401   401   401   401
account.identity.remove          other   401     303   303   303   303   303   303   303   401   401   401   401
account                          own     login   200   200   200   200   200   200   200   login login login login
account.log                      own     login   200   200   200   200   200   200   200   login login login login
account.data                     own     login   200   200   200   200   200   200   200   login login login login
account.erase_form               own     login   200   200   200   200   200   200   200   login login login login
account.login.end                own     401     303*  303*  303*  303*  303*  303*  303*  401   401   401   401
account.login.end                over    401     303   303   303   303   303   303   303   401   401   401   401
account.login.end                other   401     404   404   404   404   404   404   404   401   401   401   401
account.login.end_others         own     401     303*  303*  303*  303*  303*  303*  303*  401   401   401   401
notices                          own     login   200   200   200   200   200   200   200   login login login login
notices.read                     own     401     303   303   303   303   303   303   303   401   401   401   401
notices.settings_form            own     login   200   200   200   200   200   200   200   login login login login
notices.settings                 own     401     303*  303*  303*  303*  303*  303*  303*  401   401   401   401
notice                           own     login   303*  303*  303*  303*  303*  303*  303*  login login login login
notice                           over    login   303   303   303   303   303   303   303   login login login login
notice                           other   login   404   404   404   404   404   404   404   login login login login
whoami                           own     login   303   303   303   303   303   303   303   login login login login
logout                           own     401     303*  303*  303*  303*  303*  303*  303*  401   401   401   401
logged_out                       own     200     200   200   200   200   200   200   200   200   200   200   200
organisations                    own     login   200   200   200   200   200   200   200   login login login login
organisations.choose             own     401     303   303   303   303   303   303   303   401   401   401   401
organisations.choose             other   401     404   404   404   404   404   404   404   401   401   401   401
organisation.claim_form          own     login   200   200   200   200   200   200   200   login login login login
members                          own     login   200   200   200   200   200   200   200   login login login login
members.invite_form              own     login   403   403   200   200   200   403   403   login login login login
members.invite                   own     401     403   403   200*  200*  200*  403   403   401   401   401   401
members.invitation.revoke        own     401     403   403   303*  303*  303*  403   403   401   401   401   401
members.invitation.revoke        over    401     403   403   303   303   303   403   403   401   401   401   401
members.invitation.revoke        other   401     403   403   404   404   404   403   403   401   401   401   401
members.end_form                 own     login   303   303   200   200   200   303   303   login login login login
members.end_form                 over    login   303   303   303   303   303   303   303   login login login login
members.end_form                 other   login   404   404   404   404   404   404   404   login login login login
members.end                      own     401     403   403   303*  303*  303*  403   403   401   401   401   401
members.end                      over    401     403   403   303   303   303   403   403   401   401   401   401
members.end                      other   401     403   403   404   404   404   403   403   401   401   401   401
member                           own     login   200   200   200   200   200   200   200   login login login login
member                           over    login   200   200   200   200   200   200   200   login login login login
member                           other   login   404   404   404   404   404   404   404   login login login login
member.give                      own     401     403   403   303*  303*  303*  403   403   401   401   401   401
member.give                      over    401     403   403   404   404   404   403   403   401   401   401   401
member.give                      other   401     403   403   404   404   404   403   403   401   401   401   401
customer.requests                own     login   200   200   200   200   200   200   200   login login login login
customer.request                 own     login   200   200   200   200   200   200   200   login login login login
customer.request                 over    login   200   200   200   200   200   200   200   login login login login
customer.request                 other   login   404   404   404   404   404   404   404   login login login login
customer.request.approve         own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.request.approve         over    401     403   403   409   409   409   403   403   401   401   401   401
customer.request.approve         other   401     403   403   404   404   404   403   403   401   401   401   401
customer.request.reject_form     own     login   303   303   200   200   200   303   303   login login login login
customer.request.reject_form     over    login   303   303   303   303   303   303   303   login login login login
customer.request.reject_form     other   login   404   404   404   404   404   404   404   login login login login
customer.request.reject          own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.request.reject          over    401     403   403   409   409   409   403   403   401   401   401   401
customer.request.reject          other   401     403   403   404   404   404   403   403   401   401   401   401
customer.request.wish_form       own     login   303   303   200   200   200   303   303   login login login login
customer.request.wish_form       over    login   303   303   303   303   303   303   303   login login login login
customer.request.wish_form       other   login   404   404   404   404   404   404   404   login login login login
customer.request.wish            own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.request.wish            over    401     403   403   409   409   409   403   403   401   401   401   401
customer.request.wish            other   401     403   403   404   404   404   403   403   401   401   401   401
customer.request.receipt         own     login   303   303   303   303   303   303   303   login login login login
customer.request.receipt         over    login   303   303   303   303   303   303   303   login login login login
customer.request.receipt         other   login   404   404   404   404   404   404   404   login login login login
customer.request.forward_form    own     login   200   200   200   200   200   200   200   login login login login
customer.request.forward_form    over    login   303   303   303   303   303   303   303   login login login login
customer.request.forward_form    other   login   404   404   404   404   404   404   404   login login login login
customer.request.forward         own     401     303*  303*  422   422   422   303*  303*  401   401   401   401
customer.request.forward         over    401     409   409   409   409   409   409   409   401   401   401   401
customer.request.forward         other   401     404   404   404   404   404   404   404   401   401   401   401
customer.change.forward_form     own     login   200   200   200   200   200   200   200   login login login login
customer.change.forward_form     over    login   303   303   303   303   303   303   303   login login login login
customer.change.forward_form     other   login   404   404   404   404   404   404   404   login login login login
customer.change.forward          own     401     303*  303*  422   422   422   303*  303*  401   401   401   401
customer.change.forward          over    401     409   409   409   409   409   409   409   401   401   401   401
customer.change.forward          other   401     404   404   404   404   404   404   404   401   401   401   401
customer.forwarding.recall       own     401     303*  303*  303*  303*  303*  303*  303*  401   401   401   401
customer.forwarding.recall       over    401     303   303   303   303   303   303   303   401   401   401   401
customer.forwarding.recall       other   401     404   404   404   404   404   404   404   401   401   401   401
customer.systemusers             own     login   200   200   200   200   200   200   200   login login login login
customer.systemuser              own     login   200   200   200   200   200   200   200   login login login login
customer.systemuser              over    login   200   200   200   200   200   200   200   login login login login
customer.systemuser              other   login   404   404   404   404   404   404   404   login login login login
customer.systemuser.settings     own     login   200   200   200   200   200   200   200   login login login login
customer.systemuser.settings     over    login   200   200   200   200   200   200   200   login login login login
customer.systemuser.settings     other   login   404   404   404   404   404   404   404   login login login login
customer.systemuser.rename       own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.systemuser.rename       over    401     403   403   409   409   409   403   403   401   401   401   401
customer.systemuser.rename       other   401     403   403   404   404   404   403   403   401   401   401   401
customer.systemuser.pause        own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.systemuser.pause        over    401     403   403   409   409   409   403   403   401   401   401   401
customer.systemuser.pause        other   401     403   403   404   404   404   403   403   401   401   401   401
customer.systemuser.resume       own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.systemuser.resume       over    401     403   403   409   409   409   403   403   401   401   401   401
customer.systemuser.resume       other   401     403   403   404   404   404   403   403   401   401   401   401
customer.systemuser.end_date     own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.systemuser.end_date     over    401     403   403   409   409   409   403   403   401   401   401   401
customer.systemuser.end_date     other   401     403   403   404   404   404   403   403   401   401   401   401
customer.systemuser.remove_form  own     login   403   403   200   200   200   403   403   login login login login
customer.systemuser.remove_form  over    login   403   403   409   409   409   403   403   login login login login
customer.systemuser.remove_form  other   login   403   403   404   404   404   403   403   login login login login
customer.systemuser.remove       own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.systemuser.remove       over    401     403   403   409   409   409   403   403   401   401   401   401
customer.systemuser.remove       other   401     403   403   404   404   404   403   403   401   401   401   401
customer.systemuser.revoke_form  own     login   303   303   200   200   200   303   303   login login login login
customer.systemuser.revoke_form  over    login   303   303   303   303   303   303   303   login login login login
customer.systemuser.revoke_form  other   login   404   404   404   404   404   404   404   login login login login
customer.systemuser.revoke       own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.systemuser.revoke       over    401     403   403   303   303   303   403   403   401   401   401   401
customer.systemuser.revoke       other   401     403   403   404   404   404   403   403   401   401   401   401
customer.systemuser.history      own     login   200   200   200   200   200   200   200   login login login login
customer.systemuser.history      over    login   200   200   200   200   200   200   200   login login login login
customer.systemuser.history      other   login   404   404   404   404   404   404   404   login login login login
customer.systemuser.history.csv  own     login   200   200   200   200   200   200   200   login login login login
customer.systemuser.history.csv  over    login   200   200   200   200   200   200   200   login login login login
customer.systemuser.history.csv  other   login   404   404   404   404   404   404   404   login login login login
customer.systemuser.history.json own     login   200   200   200   200   200   200   200   login login login login
customer.systemuser.history.json over    login   200   200   200   200   200   200   200   login login login login
customer.systemuser.history.json other   login   404   404   404   404   404   404   404   login login login login
customer.review_form             own     login   200   200   200   200   200   200   200   login login login login
customer.review                  own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.review                  over    401     403   403   409   409   409   403   403   401   401   401   401
customer.review                  other   401     403   403   404   404   404   403   403   401   401   401   401
customer.review.done             own     login   200   200   200   200   200   200   200   login login login login
customer.review.done             over    login   200   200   200   200   200   200   200   login login login login
customer.review.done             other   login   404   404   404   404   404   404   404   login login login login
customer.suppliers               own     login   200   200   200   200   200   200   200   login login login login
customer.supplier                own     login   200   200   200   200   200   200   200   login login login login
customer.supplier                over    login   200   200   200   200   200   200   200   login login login login
customer.supplier                other   login   404   404   404   404   404   404   404   login login login login
customer.supplier.stop_form      own     login   303   303   200   200   200   303   303   login login login login
customer.supplier.stop_form      other   login   404   404   404   404   404   404   404   login login login login
customer.supplier.stop           own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.supplier.stop           over    401     403   403   303   303   303   403   403   401   401   401   401
customer.supplier.stop           other   401     403   403   404   404   404   403   403   401   401   401   401
customer.supplier.start          own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.supplier.start          other   401     403   403   404   404   404   403   403   401   401   401   401
customer.supplier.block_form     own     login   303   303   200   200   200   303   303   login login login login
customer.supplier.block_form     other   login   404   404   404   404   404   404   404   login login login login
customer.supplier.block          own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.supplier.block          other   401     403   403   404   404   404   403   403   401   401   401   401
customer.supplier.unblock        own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.supplier.unblock        other   401     403   403   404   404   404   403   403   401   401   401   401
customer.request.confirm         own     303     303   303   303   303   303   303   303   303   303   303   303
customer.change                  own     login   200   200   200   200   200   200   200   login login login login
customer.change                  over    login   200   200   200   200   200   200   200   login login login login
customer.change                  other   login   404   404   404   404   404   404   404   login login login login
customer.change.approve          own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.change.approve          over    401     403   403   409   409   409   403   403   401   401   401   401
customer.change.approve          other   401     403   403   404   404   404   403   403   401   401   401   401
customer.change.reject_form      own     login   303   303   200   200   200   303   303   login login login login
customer.change.reject_form      over    login   303   303   303   303   303   303   303   login login login login
customer.change.reject_form      other   login   404   404   404   404   404   404   404   login login login login
customer.change.reject           own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.change.reject           over    401     403   403   303   303   303   403   403   401   401   401   401
customer.change.reject           other   401     403   403   404   404   404   403   403   401   401   401   401
customer.change.wish_form        own     login   303   303   200   200   200   303   303   login login login login
customer.change.wish_form        over    login   303   303   303   303   303   303   303   login login login login
customer.change.wish_form        other   login   404   404   404   404   404   404   404   login login login login
customer.change.wish             own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.change.wish             over    401     403   403   409   409   409   403   403   401   401   401   401
customer.change.wish             other   401     403   403   404   404   404   403   403   401   401   401   401
customer.change.receipt          own     login   303   303   303   303   303   303   303   login login login login
customer.change.receipt          over    login   200   200   200   200   200   200   200   login login login login
customer.change.receipt          other   login   404   404   404   404   404   404   404   login login login login
customer.change.confirm          own     303     303   303   303   303   303   303   303   303   303   303   303
customer.agent_request.confirm   own     303     303   303   303   303   303   303   303   303   303   303   303
clients.overview                 own     login 403   403   200   200   200   403   200   login login login login
clients.list                     own     login 403   403   200   200   200   403   200   login login login login
clients.list                     over    login 403   403   404   404   404   403   404   login login login login
clients.list                     other   login 403   403   404   404   404   403   404   login login login login
clients.remove                   own     401   403   403   303*  303*  303*  403   303*  401   401   401   401
clients.remove                   over    401   403   403   404   404   404   403   404   401   401   401   401
clients.remove                   other   401   403   403   404   404   404   403   404   401   401   401   401
clients.csv                      own     login 403   403   200   200   200   403   200   login login login login
clients.csv                      over    login 403   403   404   404   404   403   404   login login login login
clients.csv                      other   login 403   403   404   404   404   403   404   login login login login
clients.candidates               own     login 403   403   200   200   200   403   200   login login login login
clients.candidates               over    login 403   403   404   404   404   403   404   login login login login
clients.candidates               other   login 403   403   404   404   404   403   404   login login login login
clients.add                      own     401   403   403   403   403   403   403   303*  401   401   401   401
clients.add                      over    401   403   403   403   403   403   403   404   401   401   401   401
clients.add                      other   401   403   403   403   403   403   403   404   401   401   401   401
clients.candidates_csv           own     login 403   403   200   200   200   403   200   login login login login
clients.candidates_csv           over    login 403   403   404   404   404   403   404   login login login login
clients.candidates_csv           other   login 403   403   404   404   404   403   404   login login login login
clients.own                      own     401   403   403   303*  303*  303*  403   403   401   401   401   401
clients.own                      over    401   403   403   404   404   404   403   403   401   401   401   401
clients.own                      other   401   403   403   404   404   404   403   403   401   401   401   401
clients.rule                     own     401   403   403   403   403   403   403   303*  401   401   401   401
clients.rule                     over    401   403   403   403   403   403   403   404   401   401   401   401
clients.rule                     other   401   403   403   403   403   403   403   404   401   401   401   401
clients.file_form                own     login 403   403   200   200   200   403   200   login login login login
clients.file_form                over    login 403   403   404   404   404   403   404   login login login login
clients.file_form                other   login 403   403   404   404   404   403   404   login login login login
clients.file                     own     401   403   403   200   200   200   403   200   401   401   401   401
clients.file                     over    401   403   403   404   404   404   403   404   401   401   401   401
clients.file                     other   401   403   403   404   404   404   403   404   401   401   401   401
clients.job                      own     login 403   403   200   200   200   403   200   login login login login
clients.job                      over    login 403   403   200   200   200   403   200   login login login login
clients.job                      other   login 403   403   404   404   404   403   404   login login login login
clients.job_csv                  own     login 403   403   200   200   200   403   200   login login login login
clients.job_csv                  over    login 403   403   200   200   200   403   200   login login login login
clients.job_csv                  other   login 403   403   404   404   404   403   404   login login login login
clients.job.cancel               own     401   403   403   303*  303*  303*  403   303*  401   401   401   401
clients.job.cancel               over    401   403   403   303   303   303   403   303   401   401   401   401
clients.job.cancel               other   401   403   403   404   404   404   403   404   401   401   401   401
clients.job.retry                own     401   403   403   403   403   403   403   303*  401   401   401   401
clients.job.retry                over    401   403   403   409   409   409   403   409   401   401   401   401
clients.job.retry                other   401   403   403   404   404   404   403   404   401   401   401   401
customer.create.find             own     login   200   200   200   200   200   200   200   login login login login
customer.create.form             own     login   200   200   200   200   200   200   200   login login login login
customer.create.form             over    login   404   404   404   404   404   404   404   login login login login
customer.create.form             other   login   404   404   404   404   404   404   404   login login login login
customer.create                  own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.create                  over    401     403   403   404   404   404   403   403   401   401   401   401
customer.create                  other   401     403   403   404   404   404   403   403   401   401   401   401
customer.again.form              own     login   303   303   303   303   303   303   303   login login login login
customer.again.form              over    login   200   200   200   200   200   200   200   login login login login
customer.again.form              other   login   404   404   404   404   404   404   404   login login login login
customer.again                   own     401     403   403   409   409   409   403   403   401   401   401   401
customer.again                   over    401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.again                   other   401     403   403   404   404   404   403   403   401   401   401   401
customer.systemuser.receipt      own     login   303   303   303   303   303   303   303   login login login login
customer.systemuser.receipt      over    login   303   303   303   303   303   303   303   login login login login
customer.systemuser.receipt      other   login   404   404   404   404   404   404   404   login login login login
customer.own.form                own     login   200   200   200   200   200   403   403   login login login login
customer.own                     own     401     403   403   303*  303*  303*  403   403   401   401   401   401
customer.own.ready               own     login   200   200   200   200   200   403   403   login login login login
customer.own.ready               over    login   200   200   200   200   200   403   403   login login login login
customer.own.ready               other   login   404   404   404   404   404   403   403   login login login login
supplier.systems                 own     login   200   200   200   200   200   403   403   login login login login
supplier.system.form             own     login   200   200   200   200   200   403   403   login login login login
supplier.system.register         own     401     303*  303*  303*  303*  303*  403   403   401   401   401   401
supplier.system                  own     login   200   200   200   200   200   403   403   login login login login
supplier.system                  over    login   200   200   200   200   200   403   403   login login login login
supplier.system                  other   login   404   404   404   404   404   403   403   login login login login
supplier.request.form            own     login   200   200   200   200   200   403   403   login login login login
supplier.request.form            over    login   410   410   410   410   410   403   403   login login login login
supplier.request.form            other   login   404   404   404   404   404   403   403   login login login login
supplier.request.send            own     401     303*  303*  303*  303*  303*  403   403   401   401   401   401
supplier.request.send            over    401     410   410   410   410   410   403   403   401   401   401   401
supplier.request.send            other   401     404   404   404   404   404   403   403   401   401   401   401
supplier.requests                own     login   200   200   200   200   200   403   403   login login login login
supplier.request                 own     login   200   200   200   200   200   403   403   login login login login
supplier.request                 over    login   200   200   200   200   200   403   403   login login login login
supplier.request                 other   login   404   404   404   404   404   403   403   login login login login
supplier.request.withdraw        own     401     303*  303*  303*  303*  303*  403   403   401   401   401   401
supplier.request.withdraw        over    401     303   303   303   303   303   403   403   401   401   401   401
supplier.request.withdraw        other   401     404   404   404   404   404   403   403   401   401   401   401
enrich                           own     401     401   401   401   401   401   401   401   200*  403   403   401
enrich                           over    401     401   401   401   401   401   401   401   403   403   403   401
enrich                           other   401     401   401   401   401   401   401   401   403   403   403   401
systemuser.by_external_id        own     401     401   401   401   401   401   401   401   200*  404   403   401
systemuser.by_external_id        over    401     401   401   401   401   401   401   401   404   404   403   401
systemuser.by_external_id        other   401     401   401   401   401   401   401   401   404   404   403   401
evaluation                       own     401     401   401   401   401   401   401   401   403   403   200   401
evaluation                       over    401     401   401   401   401   401   401   401   403   403   200   401
evaluation                       other   401     401   401   401   401   401   401   401   403   403   200   401
authzen_configuration            own     200     200   200   200   200   200   200   200   200   200   200   200
openapi                          own     200     200   200   200   200   200   200   200   200   200   200   200
health.live                      own     200     200   200   200   200   200   200   200   200   200   200   200
health.ready                     own     200     200   200   200   200   200   200   200   200   200   200   200
assets                           own     200     200   200   200   200   200   200   200   200   200   200   200
accessibility                    own     200     200   200   200   200   200   200   200   200   200   200   200
docs                             own     200     200   200   200   200   200   200   200   200   200   200   200
docs.group                       own     200     200   200   200   200   200   200   200   200   200   200   200
docs.group                       other   404     404   404   404   404   404   404   404   404   404   404   404
invitation                       own     303     303   303   303   303   303   303   303   303   303   303   303
invitation                       over    303     303   303   303   303   303   303   303   303   303   303   303
invitation.accept_form           own     login   200   200   200   200   200   200   200   login login login login
invitation.accept_form           over    login   410   410   410   410   410   410   410   login login login login
invitation.accept_form           other   login   410   410   410   410   410   410   410   login login login login
invitation.accept                own     401     303*  303*  303*  303*  303*  303*  303*  401   401   401   401
invitation.accept                over    401     410   410   410   410   410   410   410   401   401   401   401
invitation.accept                other   401     410   410   410   410   410   410   410   401   401   401   401
organisation.claim               other   401     422   422   422   422   422   422   422   401   401   401   401
account.erase                    own     401     303*  303*  409   303*  303*  303*  303*  401   401   401   401
organisation.claim               own     401     303*  303*  303*  303*  303*  303*  303*  401   401   401   401
`

// row is one line of the matrix.
type row struct {
	route, object string
	cells         map[string]string // by actor
}

func rows(t *testing.T, matrix string) (actors []string, all []row) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	actors = strings.Fields(lines[0])[2:]
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		if len(words) != len(actors)+2 {
			t.Fatalf("the row has %d cells: %s", len(words)-2, line)
		}
		r := row{route: words[0], object: words[1], cells: map[string]string{}}
		for i, a := range actors {
			r.cells[a] = words[i+2]
		}
		all = append(all, r)
	}
	return actors, all
}

func TestEveryRouteHasItsRows(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	_, all := rows(t, matrix)
	_, calls := rows(t, apiMatrix)
	all = append(all, calls...)
	rowsOf := map[string][]string{}
	for _, r := range all {
		rowsOf[r.route] = append(rowsOf[r.route], r.object)
	}
	for _, r := range s.Server.Routes() {
		objects := rowsOf[r.Name]
		delete(rowsOf, r.Name)
		if !slices.Contains(objects, "own") {
			t.Errorf("%s %s (%s) is not in the matrix", r.Method, r.Path, r.Name)
		}
		if strings.Contains(r.Path, ":id") && !slices.Equal(objects, []string{"own", "over", "other"}) {
			t.Errorf("%s has the rows %v", r.Name, objects)
		}
		for value, needed := range relations {
			if strings.Contains(r.Path, value) && !subset(needed, objects) {
				t.Errorf("%s has the rows %v, and must have %v", r.Name, objects, needed)
			}
		}
		_, page := cases[r.Name]
		_, call := apiCases[r.Name]
		if page == call {
			t.Errorf("%s has a question in cases: %t, in apiCases: %t", r.Name, page, call)
		}
	}
	for name := range rowsOf {
		t.Errorf("the matrix has a row for %s, which is no route", name)
	}
}

func subset(these, of []string) bool {
	return !slices.ContainsFunc(these, func(s string) bool { return !slices.Contains(of, s) })
}

// rowsInAWorld bounds what gathers in a world: it is written down before and
// after each question.
const rowsInAWorld = 20

// routes are those of the world's site by name.
func (w *world) routes() map[string]handlers.Route {
	routes := map[string]handlers.Route{}
	for _, r := range w.s.Server.Routes() {
		routes[r.Name] = r
	}
	return routes
}

// TestMatrix asks every question as every actor.
func TestMatrix(t *testing.T) {
	t.Parallel()
	actors, all := rows(t, matrix)
	issuers := map[string]string{"iss1": kit.Issuer1, "iss2": kit.Issuer2}
	for _, name := range actors {
		if oneInAPI > 1 && name != "appP" { // with the race detector an approver alone
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for some := range slices.Chunk(all, rowsInAWorld) {
				w := &world{t: t, s: kit.New(t, kit.RequestLife(1000*time.Hour)), who: kit.ApproverP, issuer: issuers[name], users: map[string]string{}, live: map[string]bool{}}
				if p, ok := people[name]; ok {
					w.who = p
				}
				w.org = w.who.Org()
				routes := w.routes()
				for _, r := range some {
					t.Run(r.route+" "+r.object, func(t *testing.T) {
						w.t = t
						route := routes[r.route]
						w.row(t, route, r, cases[r.route].ask, w.things(cases[r.route].kind, r.object), r.cells[name], func() *kit.Client { return w.actor(name, route.Audience) })
					})
				}
			}
		})
	}
}

// row puts the question of one row about each of the things, each anew by who asks, and holds the
// answers to the cell and to each other.
func (w *world) row(t *testing.T, route handlers.Route, r row, put func(*world, thing) ask, things map[string]thing, cell string, who func() *kit.Client) {
	t.Helper()
	want, changes := strings.CutSuffix(cell, "*")
	alike := map[string]string{}
	for name, on := range things {
		c, a := who(), put(w, on)
		if a.invited != "" {
			c.SetCookie("stafett_invitation", url.QueryEscape(a.invited))
		}
		before := w.s.Snapshot()
		res := a.put(c, route.Method)
		after := w.s.Snapshot()
		got := strconv.Itoa(res.Status)
		if res.Status == http.StatusSeeOther && strings.HasPrefix(res.Location(), "/login?next=") {
			got = "login"
		}
		if ok := got == want || name == "no id" && (want == "403" && got == "404" || got == "400"); !ok {
			t.Errorf("%s: %s %s gives %s to %q, want %s", name, route.Method, a.target, got, res.Location(), want)
		}
		if (before != after) != changes {
			t.Errorf("%s: %s %s: the database changed: %t\n%s", name, route.Method, a.target, before != after, cmp.Diff(before, after))
		}
		if r.route == "evaluation" && res.Status == http.StatusOK && res.JSON()["decision"] != a.yes {
			t.Errorf("%s: decision %s, want %t", name, res.Body, a.yes)
		}
		if r.object != "own" && r.object != "over" && got == want {
			alike[name] = looks(res, on.id)
		}
	}
	for name, look := range alike {
		if diff := cmp.Diff(alike["absent"], look); diff != "" && alike["absent"] != "" {
			t.Errorf("%s does not look like absent (-absent +%s):\n%s", name, name, diff)
		}
	}
}

// put sends the question.
func (a ask) put(c *kit.Client, method string) *kit.Response {
	switch {
	case a.form != nil:
		return c.Post(a.target, a.form)
	case a.json != "":
		return c.Call(method, a.target, a.json)
	}
	return c.Call(method, a.target, nil)
}

var (
	anyUUID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	anyTime = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)
)

// looks is the answer without what must differ: the id asked for, the id of
// the answer, times. The session's cookie is of the browser, not of the thing.
func looks(res *kit.Response, id string) string {
	text := fmt.Sprint(res.Status, res.Body)
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		if name != "Set-Cookie" && name != "Content-Length" {
			text += fmt.Sprintf("\n%s: %q", name, res.Header[name])
		}
	}
	for _, spelt := range []string{url.QueryEscape(url.PathEscape(id)), url.QueryEscape(id), url.PathEscape(id), id} {
		if spelt != "" {
			text = strings.ReplaceAll(text, spelt, "ID")
		}
	}
	return anyTime.ReplaceAllString(anyUUID.ReplaceAllString(text, "ID"), "TIME")
}
