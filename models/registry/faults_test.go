package registry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

var errDisk = errors.New("disk is full")

// failing is a store whose n-th write fails after it has been done, so that a
// use case that is not one transaction is found out.
type failing struct {
	registry.Store
	at     int // which write fails, counted from 1; none when 0
	writes int
}

func (f *failing) Write(ctx context.Context, do func(registry.Tx) error) error {
	return f.Store.Write(ctx, func(tx registry.Tx) error { return do(failingTx{tx, f}) })
}

func (f *failing) after(err error) error {
	if f.writes++; f.writes == f.at {
		return errors.Join(errDisk, err)
	}
	return err
}

type failingTx struct {
	registry.Tx
	f *failing
}

func (x failingTx) AddSystem(ctx context.Context, s system.System) error {
	return x.f.after(x.Tx.AddSystem(ctx, s))
}

func (x failingTx) AddRequest(ctx context.Context, r request.Request) error {
	return x.f.after(x.Tx.AddRequest(ctx, r))
}

func (x failingTx) LapseTriple(ctx context.Context, r request.Request, now time.Time) (request.Request, bool, error) {
	lapsed, ok, err := x.Tx.LapseTriple(ctx, r, now)
	return lapsed, ok, x.f.after(err)
}

func (x failingTx) LapseDue(ctx context.Context, now time.Time, limit int) ([]request.Request, error) {
	lapsed, err := x.Tx.LapseDue(ctx, now, limit)
	return lapsed, x.f.after(err)
}

func (x failingTx) DecideRequest(ctx context.Context, r request.Request) error {
	return x.f.after(x.Tx.DecideRequest(ctx, r))
}

func (x failingTx) SaveWish(ctx context.Context, r request.Request) error {
	return x.f.after(x.Tx.SaveWish(ctx, r))
}

func (x failingTx) SaveChangeWish(ctx context.Context, c request.Change) error {
	return x.f.after(x.Tx.SaveChangeWish(ctx, c))
}

func (x failingTx) AddSystemUser(ctx context.Context, u systemuser.SystemUser) error {
	return x.f.after(x.Tx.AddSystemUser(ctx, u))
}

func (x failingTx) RevokeSystemUser(ctx context.Context, u systemuser.SystemUser) error {
	return x.f.after(x.Tx.RevokeSystemUser(ctx, u))
}

func (x failingTx) EscalateRequest(ctx context.Context, r request.Request, on bool) error {
	return x.f.after(x.Tx.EscalateRequest(ctx, r, on))
}

func (x failingTx) RenameSystemUser(ctx context.Context, u systemuser.SystemUser) error {
	return x.f.after(x.Tx.RenameSystemUser(ctx, u))
}

func (x failingTx) AddPerson(ctx context.Context, p party.Person, pid party.PersonID) error {
	return x.f.after(x.Tx.AddPerson(ctx, p, pid))
}

func (x failingTx) TieIdentity(ctx context.Context, person models.ID, id party.Identity) error {
	return x.f.after(x.Tx.TieIdentity(ctx, person, id))
}

func (x failingTx) NamePerson(ctx context.Context, person models.ID, name string) error {
	return x.f.after(x.Tx.NamePerson(ctx, person, name))
}

func (x failingTx) SawIdentity(ctx context.Context, id party.Identity) error {
	return x.f.after(x.Tx.SawIdentity(ctx, id))
}

func (x failingTx) UntieIdentity(ctx context.Context, issuer, subject string) error {
	return x.f.after(x.Tx.UntieIdentity(ctx, issuer, subject))
}

func (x failingTx) GivePID(ctx context.Context, person models.ID, pid party.PersonID) error {
	return x.f.after(x.Tx.GivePID(ctx, person, pid))
}

func (x failingTx) MoveIdentity(ctx context.Context, from, to party.Identity) error {
	return x.f.after(x.Tx.MoveIdentity(ctx, from, to))
}

func (x failingTx) ErasePerson(ctx context.Context, person models.ID, at time.Time) error {
	return x.f.after(x.Tx.ErasePerson(ctx, person, at))
}

func (x failingTx) AddLogin(ctx context.Context, l party.Login) error {
	return x.f.after(x.Tx.AddLogin(ctx, l))
}

func (x failingTx) ProveLogin(ctx context.Context, l party.Login) error {
	return x.f.after(x.Tx.ProveLogin(ctx, l))
}

func (x failingTx) EndLogins(ctx context.Context, which registry.WhichLogins, at time.Time) ([]party.Login, error) {
	ended, err := x.Tx.EndLogins(ctx, which, at)
	return ended, x.f.after(err)
}

func (x failingTx) RenewHoldings(ctx context.Context, ids []models.ID, until time.Time) error {
	return x.f.after(x.Tx.RenewHoldings(ctx, ids, until))
}

func (x failingTx) AddHolding(ctx context.Context, h party.Holding) error {
	return x.f.after(x.Tx.AddHolding(ctx, h))
}

func (x failingTx) EndHolding(ctx context.Context, id models.ID, at time.Time) error {
	return x.f.after(x.Tx.EndHolding(ctx, id, at))
}

func (x failingTx) AddInvitation(ctx context.Context, i invitation.Invitation, hash []byte) error {
	return x.f.after(x.Tx.AddInvitation(ctx, i, hash))
}

func (x failingTx) EndInvitation(ctx context.Context, i invitation.Invitation) error {
	return x.f.after(x.Tx.EndInvitation(ctx, i))
}

func (x failingTx) PutOrganisation(ctx context.Context, o party.Organisation) (registry.Change, error) {
	did, err := x.Tx.PutOrganisation(ctx, o)
	return did, x.f.after(err)
}

func (x failingTx) AppendAudit(ctx context.Context, e audit.Entry) error {
	return x.f.after(x.Tx.AppendAudit(ctx, e))
}

func (x failingTx) AddEvent(ctx context.Context, e registry.Event) error {
	return x.f.after(x.Tx.AddEvent(ctx, e))
}

func (x failingTx) PutRole(ctx context.Context, r catalog.Role) (registry.Change, error) {
	did, err := x.Tx.PutRole(ctx, r)
	return did, x.f.after(err)
}

func (x failingTx) PutPerson(ctx context.Context, p exchange.Person, source string) (registry.Change, error) {
	did, err := x.Tx.PutPerson(ctx, p, source)
	return did, x.f.after(err)
}

func (x failingTx) ClaimQuestion(ctx context.Context, q registry.Question, at, since time.Time) (registry.Kept, []byte, bool, error) {
	kept, digest, ok, err := x.Tx.ClaimQuestion(ctx, q, at, since)
	return kept, digest, ok, x.f.after(err)
}

func (x failingTx) KeepAnswer(ctx context.Context, q registry.Question, k registry.Kept) error {
	return x.f.after(x.Tx.KeepAnswer(ctx, q, k))
}

func (x failingTx) DropQuestion(ctx context.Context, q registry.Question) error {
	return x.f.after(x.Tx.DropQuestion(ctx, q))
}

func (x failingTx) PurgeAnswers(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := x.Tx.PurgeAnswers(ctx, before, limit)
	return n, x.f.after(err)
}

func (x failingTx) AddNotices(ctx context.Context, ns []registry.Notice) error {
	return x.f.after(x.Tx.AddNotices(ctx, ns))
}

func (x failingTx) AddMails(ctx context.Context, ms []registry.Mail) error {
	return x.f.after(x.Tx.AddMails(ctx, ms))
}

func (x failingTx) Told(ctx context.Context, events []models.ID, at time.Time) error {
	return x.f.after(x.Tx.Told(ctx, events, at))
}

func (x failingTx) SettleNotices(ctx context.Context, subject string, types []registry.NoticeType, at time.Time) error {
	return x.f.after(x.Tx.SettleNotices(ctx, subject, types, at))
}

func (x failingTx) SaveNoticeChoices(ctx context.Context, person models.ID, cs []registry.NoticeChoice) error {
	return x.f.after(x.Tx.SaveNoticeChoices(ctx, person, cs))
}

// TestNothingIsHalfDone fails each use case at each of its writes. Nothing of
// it is left, ledgers included, the fault comes back as ours, and the same use
// case works afterwards (invariant I5, H4).
func TestNothingIsHalfDone(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		type world = *modelstest.World
		for _, tc := range []struct {
			name   string
			writes int // of the whole use case
			set    func(*testing.T, world) (act func() error)
		}{
			{"register a system", 4, func(t *testing.T, w world) func() error {
				return func() error { return second(w.RegisterSystem(t.Context(), w.As(jonas, fjord), modelstest.System())) }
			}},
			{"register a system of a new supplier", 5, func(t *testing.T, w world) func() error {
				in := modelstest.System()
				in.ID = "313775429_lonn"
				return func() error { return second(w.RegisterSystem(t.Context(), programOf("313775429"), in)) }
			}},
			{"update a system", 4, func(t *testing.T, w world) func() error {
				s := w.Registered(t)
				return func() error { return second(w.UpdateSystem(t.Context(), w.As(jonas, fjord), s.ID, renamed())) }
			}},
			{"delete a system", 5, func(t *testing.T, w world) func() error {
				sent := w.Approved(t, "one")
				w.Sent(t, "two")
				return func() error { return second(w.DeleteSystem(t.Context(), w.As(jonas, fjord), sent.System, nil)) }
			}},
			{"send a request", 4, func(t *testing.T, w world) func() error {
				w.Registered(t)
				return func() error { return second(w.SendRequest(t.Context(), w.As(jonas, fjord), modelstest.Request())) }
			}},
			{"send a request in place of an old one", 6, func(t *testing.T, w world) func() error {
				old := w.Sent(t, "one")
				w.Clock.Set(old.ExpiresAt)
				in := modelstest.Request()
				in.ExternalRef = "one"
				return func() error { return second(w.SendRequest(t.Context(), w.As(jonas, fjord), in)) }
			}},
			{"approve", 4, func(t *testing.T, w world) func() error {
				sent := w.Sent(t, "one")
				seen := w.Seen(t, kari, sent.ID)
				return func() error { return second(w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, seen)) }
			}},
			{"reject", 3, func(t *testing.T, w world) func() error {
				sent := w.Sent(t, "one")
				return func() error { return w.Reject(t.Context(), w.As(kari, bakeri), sent.ID, "Nei") }
			}},
			{"withdraw", 3, func(t *testing.T, w world) func() error {
				sent := w.Sent(t, "one")
				return func() error { return w.Withdraw(t.Context(), w.As(jonas, fjord), sent.ID) }
			}},
			{"ask", 4, func(t *testing.T, w world) func() error {
				w.Registered(t)
				return func() error { return failed(w.Ask(t.Context(), fjordsProgram, wanted("one"))) }
			}},
			{"remove an answered request", 3, func(t *testing.T, w world) func() error {
				sent := w.Approved(t, "one")
				return func() error { return w.RemoveRequest(t.Context(), fjordsProgram, sent.ID) }
			}},
			{"remove a request whose time has run out", 6, func(t *testing.T, w world) func() error {
				sent := w.Sent(t, "one")
				w.Clock.Set(sent.ExpiresAt)
				return func() error { return w.RemoveRequest(t.Context(), fjordsProgram, sent.ID) }
			}},
			{"renew a request", 3, func(t *testing.T, w world) func() error {
				sent := w.Sent(t, "one")
				return func() error { return second(w.RenewRequest(t.Context(), fjordsProgram, sent.ID)) }
			}},
			{"revoke", 4, func(t *testing.T, w world) func() error {
				sent := w.Approved(t, "one")
				return func() error { return w.Revoke(t.Context(), w.As(kari, bakeri), sent.ID) }
			}},
			{"approve through a portal", 4, func(t *testing.T, w world) func() error {
				sent := w.Sent(t, "one")
				return func() error {
					return second(w.ApproveThrough(t.Context(), w.As(kari, bakeri), sent.ID, registry.Portal{Issuer: "https://portal.example/", Kind: systemuser.Standard}))
				}
			}},
			{"forward", 3, func(t *testing.T, w world) func() error {
				sent := w.Sent(t, "one")
				return func() error { return w.Forward(t.Context(), w.As(even, bakeri), sent.ID, systemuser.Standard) }
			}},
			{"forward to somebody", 4, func(t *testing.T, w world) func() error {
				q := registry.Ref{ID: w.Sent(t, "one").ID}
				return func() error {
					return second(w.ForwardTo(t.Context(), w.As(even, bakeri), q, request.Forwarding{To: w.ID(kari)}))
				}
			}},
			{"take back what was forwarded", 4, func(t *testing.T, w world) func() error {
				f := passes(t, w, registry.Ref{ID: w.Sent(t, "one").ID})
				return func() error { return second(w.Recall(t.Context(), w.As(even, bakeri), f.ID)) }
			}},
			{"wish for another request", 3, func(t *testing.T, w world) func() error {
				sent := w.Sent(t, "one")
				return func() error { return w.Wish(t.Context(), w.As(kari, bakeri), sent.ID, "Bare lønn") }
			}},
			{"wish for another change", 3, func(t *testing.T, w world) func() error {
				c := changed(t, w, "one")
				return func() error { return w.WishChange(t.Context(), w.As(kari, bakeri), c.ID, "Bare lønn") }
			}},
			{"rename", 3, func(t *testing.T, w world) func() error {
				sent := w.Approved(t, "one")
				return func() error { return second(w.Rename(t.Context(), w.As(kari, bakeri), sent.ID, "Lønn i butikken")) }
			}},
			{"create", 3, func(t *testing.T, w world) func() error {
				of := w.Registered(t)
				w.Exec(t, "UPDATE system SET visible = ?", true)
				return func() error {
					return second(w.CreateSystemUser(t.Context(), w.As(kari, bakeri), of.ID, "", registry.Portal{}))
				}
			}},
			{"create again without a portal", 3, func(t *testing.T, w world) func() error {
				old := w.Approved(t, "one")
				if err := w.Revoke(t.Context(), w.As(kari, bakeri), old.ID); err != nil {
					t.Fatal(err)
				}
				v, err := w.Prospect(t.Context(), w.As(kari, bakeri), registry.Creation{Again: old.ID})
				if err != nil {
					t.Fatal(err)
				}
				return func() error {
					return second(w.Create(t.Context(), w.As(kari, bakeri), registry.Creation{Again: old.ID, Seen: v.Seen}))
				}
			}},
			{"set up an own program", 10, func(t *testing.T, w world) func() error {
				return func() error { return second(w.SetUpOwn(t.Context(), w.As(kari, bakeri), own())) }
			}},
			{"tell of a request by mail too", 4, func(t *testing.T, w world) func() error {
				tell(t, w) // of how the world came to be
				mailing(t, w)
				asksBy(t, w, "one", "sjefen@nes.example")
				return func() error { return second(w.Tell(t.Context())) }
			}},
			{"tell of an answer", 6, func(t *testing.T, w world) func() error {
				sent := w.Sent(t, "one")
				if _, err := w.ForwardTo(t.Context(), w.As(even, bakeri), registry.Ref{ID: sent.ID}, request.Forwarding{To: w.ID(kari)}); err != nil {
					t.Fatal(err)
				}
				tell(t, w)
				if err := w.Reject(t.Context(), w.As(kari, bakeri), sent.ID, "Nei"); err != nil {
					t.Fatal(err)
				}
				return func() error { return second(w.Tell(t.Context())) }
			}},
			{"remind of two", 2, func(t *testing.T, w world) func() error {
				w.Sent(t, "one")
				w.Clock.Set(w.Sent(t, "two").ExpiresAt.Add(-time.Hour))
				return func() error { return second(w.Remind(t.Context())) }
			}},
			{"choose how to be told", 2, func(t *testing.T, w world) func() error {
				return func() error {
					return w.ChooseNotices(t.Context(), w.As(kari, bakeri), []registry.NoticeChoice{{Type: registry.NoticeAsked, Here: true, Lang: models.NB}})
				}
			}},
			{"give", 3, func(t *testing.T, w world) func() error {
				return func() error {
					return second(w.Give(t.Context(), w.As(kari, bakeri), w.ID(even), policy.Viewer, time.Time{}))
				}
			}},
			{"end", 3, func(t *testing.T, w world) func() error {
				h := joins(t, w, siri, policy.Viewer)
				return func() error { return w.End(t.Context(), w.As(kari, bakeri), h.ID) }
			}},
			{"invite", 3, func(t *testing.T, w world) func() error {
				return func() error {
					_, _, err := w.Invite(t.Context(), w.As(kari, bakeri), registry.Invite{URN: policy.Viewer})
					return err
				}
			}},
			{"invite to a new organisation", 4, func(t *testing.T, w world) func() error {
				return func() error {
					_, _, err := w.InviteFirst(t.Context(), modelstest.Operator, party.Organisation{OrgNo: "313775429", Name: "Ny Virksomhet AS"}, policy.Viewer, "")
					return err
				}
			}},
			{"accept an invitation", 4, func(t *testing.T, w world) func() error {
				_, secret := invited(t, w, kari, policy.Viewer)
				return func() error { return second(w.AcceptInvitation(t.Context(), w.As(siri, ""), secret)) }
			}},
			{"accept what he holds already", 3, func(t *testing.T, w world) func() error {
				joins(t, w, siri, policy.Viewer)
				_, secret := invited(t, w, kari, policy.Viewer)
				return func() error { return second(w.AcceptInvitation(t.Context(), w.As(siri, ""), secret)) }
			}},
			{"revoke an invitation", 3, func(t *testing.T, w world) func() error {
				i, _ := invited(t, w, kari, policy.Viewer)
				return func() error { return w.RevokeInvitation(t.Context(), w.As(kari, bakeri), i.ID) }
			}},
			{"let two requests lapse", 5, func(t *testing.T, w world) func() error {
				w.Sent(t, "one")
				w.Clock.Set(w.Sent(t, "two").ExpiresAt)
				return func() error { return second(w.LapseRequests(t.Context())) }
			}},
			{"end two system users whose time is up", 9, func(t *testing.T, w world) func() error {
				id := attached(t, w)
				sent := lent(t, w, "one")
				w.Exec(t, "UPDATE system_user SET valid_to_at = ? WHERE id = ?", sent.ValidTo.UnixMilli(), string(id))
				w.Clock.Set(sent.ValidTo)
				return func() error { return second(w.EndSystemUsers(t.Context())) }
			}},
			{"sign in for the first time", 4, func(t *testing.T, w world) func() error {
				return func() error {
					return second(w.SignIn(t.Context(), party.Arrival{Identity: party.Identity{Issuer: modelstest.Login, Subject: "new", Name: "Ny"}}))
				}
			}},
			{"sign in under another subject", 4, func(t *testing.T, w world) func() error {
				id := modelstest.Identity(kari)
				id.Subject, id.Name = "another", "Kari Nes"
				return func() error { return second(w.SignIn(t.Context(), party.Arrival{Identity: id})) }
			}},
			{"sign in with claims", 6, func(t *testing.T, w world) func() error {
				who := arrival("https://mail.example/", "berit", "")
				who.Claims = []party.Claim{claim(verft, modelstest.Chair), claim(fjord, modelstest.Chair)}
				signIn(t, w, who)
				who.Claims = []party.Claim{claim(bakeri, modelstest.Chair), claim(fjord, modelstest.Chair)}
				return func() error { return second(w.SignIn(t.Context(), who)) }
			}},
			{"prove again", 4, func(t *testing.T, w world) func() error {
				l := signIn(t, w, arrival("https://mail.example/", "berit", ""))
				who := arrival("https://mail.example/", "berit", "")
				who.PID = freshPID(t)
				return func() error { return second(w.ProveAgain(t.Context(), himself(l), l.ID, who)) }
			}},
			{"link", 4, func(t *testing.T, w world) func() error {
				l := signIn(t, w, arrival("https://mail.example/", "berit", ""))
				who := arrival("https://eid.example/", "b", "")
				who.PID = freshPID(t)
				return func() error { return w.Link(t.Context(), himself(l), who) }
			}},
			{"unlink", 4, func(t *testing.T, w world) func() error {
				l := signIn(t, w, arrival("https://mail.example/", "berit", ""))
				who := arrival("https://eid.example/", "b", "")
				who.Claims = []party.Claim{claim(bakeri, modelstest.Chair)}
				if err := w.Link(t.Context(), himself(l), who); err != nil {
					t.Fatal(err)
				}
				signIn(t, w, who)
				return func() error { return w.Unlink(t.Context(), himself(l), who.Issuer, who.Subject) }
			}},
			{"end a login", 2, func(t *testing.T, w world) func() error {
				l := signIn(t, w, arrival("https://mail.example/", "berit", ""))
				return func() error { return w.EndLogin(t.Context(), himself(l), l.ID) }
			}},
			{"end logins at a provider", 2, func(t *testing.T, w world) func() error {
				signIn(t, w, arrival("https://mail.example/", "berit", ""))
				return func() error { return second(w.EndLoginsAt(t.Context(), "https://mail.example/", "berit", "")) }
			}},
			{"erase", 2, func(t *testing.T, w world) func() error {
				return func() error { return w.Erase(t.Context(), w.As(kari, bakeri), w.ID(kari)) }
			}},
			{"export", 1, func(t *testing.T, w world) func() error {
				return func() error { return second(w.Export(t.Context(), w.As(kari, bakeri), w.ID(kari))) }
			}},
			{"remap", 3, func(t *testing.T, w world) func() error {
				var rows []registry.Remapping
				for _, subject := range []string{"Kari", "Ola"} {
					rows = append(rows, registry.Remapping{
						From: party.Identity{Issuer: modelstest.Login, Subject: subject}, To: party.Identity{Issuer: "https://new.example/", Subject: subject},
					})
				}
				return func() error { return second(w.Remap(t.Context(), modelstest.Operator, rows, false)) }
			}},
			{"import roles", 3, func(t *testing.T, w world) func() error {
				return func() error {
					return second(w.Import(t.Context(), modelstest.Operator, exchange.Roles, "test",
						modelstest.Rows(catalog.Role{URN: "urn:a"}, catalog.Role{URN: "urn:b"})))
				}
			}},
			{"import people", 2, func(t *testing.T, w world) func() error {
				return func() error {
					return second(w.Import(t.Context(), modelstest.Operator, exchange.People, "test",
						modelstest.Rows(exchange.Person{UserID: 9, Name: "Ny", OrgNo: verft, URN: modelstest.Chair})))
				}
			}},
			{"send a request once", 6, func(t *testing.T, w world) func() error {
				w.Registered(t)
				return func() error {
					_, repeated, err := w.Once(t.Context(), asks("one"), sends(t, w.As(jonas, fjord), "one"))
					if repeated {
						t.Error("what failed was kept")
					}
					return err
				}
			}},
			{"attach a client", 3, func(t *testing.T, w world) func() error {
				id := facilitates(t, w)
				return func() error { return second(w.AttachClient(t.Context(), w.As(turid, verft), id, bakeri)) }
			}},
			{"detach a client", 3, func(t *testing.T, w world) func() error {
				id := attached(t, w)
				return func() error { return w.DetachClient(t.Context(), w.As(turid, verft), id, bakeri) }
			}},
			{"attach new clients by a rule", 3, func(t *testing.T, w world) func() error {
				id := facilitates(t, w)
				return func() error { return w.AddClientRule(t.Context(), w.As(turid, verft), id, modelstest.Accountant) }
			}},
			{"end a rule for new clients", 3, func(t *testing.T, w world) func() error {
				id := facilitates(t, w)
				if err := w.AddClientRule(t.Context(), w.As(turid, verft), id, modelstest.Accountant); err != nil {
					t.Fatal(err)
				}
				return func() error { return w.EndClientRule(t.Context(), w.As(turid, verft), id, modelstest.Accountant) }
			}},
			{"give up an agent", 5, func(t *testing.T, w world) func() error {
				id := attached(t, w)
				return func() error { return second(w.GiveUpSystemUser(t.Context(), fjordProgram, id, "")) }
			}},
			{"delete an agent", 5, func(t *testing.T, w world) func() error {
				id := attached(t, w)
				return func() error { return w.DeleteAgent(t.Context(), w.As(turid, verft), id) }
			}},
			{"forget old answers", 1, func(t *testing.T, w world) func() error {
				w.Registered(t)
				if _, _, err := w.Once(t.Context(), asks("one"), sends(t, w.As(jonas, fjord), "one")); err != nil {
					t.Fatal(err)
				}
				w.Clock.Set(modelstest.Noon.Add(24 * time.Hour))
				return func() error { return second(w.PurgeAnswers(t.Context())) }
			}},
			{"deny once", 3, func(t *testing.T, w world) func() error {
				w.Registered(t)
				return func() error {
					_, _, err := w.Once(t.Context(), asks("one"), sends(t, w.As(even, bakeri), "one"))
					return err
				}
			}},
			{"deny", 1, func(t *testing.T, w world) func() error {
				sent := w.Sent(t, "one")
				return func() error { return w.Reject(t.Context(), w.As(even, bakeri), sent.ID, "Nei") }
			}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				t.Parallel()
				var f *failing
				w := open(t, func(s registry.Store) registry.Store { f = &failing{Store: s}; return f })
				act := tc.set(t, w)
				before := w.Tables(t)
				for n := 1; n <= tc.writes; n++ {
					f.at, f.writes = n, 0
					err := act()
					if !errors.Is(err, errDisk) || models.CodeOf(err) != models.CodeInternal {
						t.Fatalf("with write %d failing: %v", n, err)
					}
					if diff := cmp.Diff(before, w.Tables(t)); diff != "" {
						t.Fatalf("write %d fails and something is left (-before +after):\n%s", n, diff)
					}
				}
				f.at, f.writes = 0, 0
				err := act()
				if want := strings.HasPrefix(tc.name, "deny"); (err != nil) != want {
					t.Errorf("without a fault: %v", err)
				}
				if f.writes != tc.writes {
					t.Errorf("it writes %d times, the test failed %d of them", f.writes, tc.writes)
				}
				if cmp.Equal(before, w.Tables(t)) {
					t.Error("without a fault nothing is written")
				}
				mustVerify(t, w)
			})
		}
	})
}

// A store that cannot be reached is Unavailable, for questions as for changes,
// never an answer.
func TestAClosedStoreAnswersNothing(t *testing.T) {
	t.Parallel()
	down := &models.Error{Kind: models.Unavailable, Code: models.CodeUnavailable, Err: errDisk}
	w := modelstest.Open(t, func(registry.Store) registry.Store { return unreachable{down} })
	ctx, a, id := t.Context(), models.Actor{Kind: models.Person, ID: "x", OrgNo: string(bakeri)}, models.NewID()
	for name, err := range map[string]error{
		"Review": second(w.Review(ctx, a, id)), "Approve": second(w.Approve(ctx, a, id, "")), "Reject": w.Reject(ctx, a, id, "Nei"),
		"Revoke": w.Revoke(ctx, a, id), "Inbox": second(w.Inbox(ctx, a, registry.ListQuery{}, nil)), "SystemUsers": second(w.SystemUsers(ctx, a, registry.ListQuery{})),
		"Systems": second(w.Systems(ctx, a)), "Acting": second(w.Acting(ctx, a)), "Memberships": second(w.Memberships(ctx, id)),
		"SignIn": second(w.SignIn(ctx, party.Arrival{Identity: modelstest.Identity(kari)})), "Catalog": second(w.Catalog(ctx)), "VerifyAudit": second(w.VerifyAudit(ctx)),
		"LoggedIn": second(w.LoggedIn(ctx, id)), "Logins": second(w.Logins(ctx, a)), "EndLogin": w.EndLogin(ctx, a, id),
		"Account": second(w.Account(ctx, a)), "Link": w.Link(ctx, a, party.Arrival{Identity: modelstest.Identity(kari)}),
		"Export": second(w.Export(ctx, a, id)), "Erase": w.Erase(ctx, a, id), "KnownAt": second(w.KnownAt(ctx, "a@b.example")),
		"Members": second(w.Members(ctx, a)), "Member": second(w.Member(ctx, a, id)), "End": w.End(ctx, a, id), "RevokeInvitation": w.RevokeInvitation(ctx, a, id),
		"Give": second(w.Give(ctx, a, id, policy.Viewer, time.Time{})), "Invitations": second(w.Invitations(ctx, a)),
		"Invitation": second(w.Invitation(ctx, a, "x")), "AcceptInvitation": second(w.AcceptInvitation(ctx, a, "x")),
		"PurgeAnswers": second(w.PurgeAnswers(ctx)), "Once": second(repeated(w.Once(ctx, asks("one"), sends(t, a, "one")))),
		"LapseRequests": second(w.LapseRequests(ctx)), "EndSystemUsers": second(w.EndSystemUsers(ctx)), "RequestCustomer": second(w.RequestCustomer(ctx, id, id)),
	} {
		if errKind(err) != models.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type unreachable struct{ err error }

func (u unreachable) Read(context.Context, func(registry.Reader) error) error { return u.err }
func (u unreachable) Write(context.Context, func(registry.Tx) error) error {
	return fmt.Errorf("begin: %w", u.err)
}
