package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/rar"
)

// Store is everything that a store can do.
type Store interface {
	registry.Store
	rar.Lookup
	rar.Ledger
	Once(ctx context.Context, issuer, jti string, until time.Time) (bool, error)
	PurgeReplays(ctx context.Context, now time.Time) (int64, error)
	Ping(ctx context.Context) error
	Close() error
}

// Sessions is the store of login sessions.
type Sessions interface {
	FindCtx(ctx context.Context, token string) ([]byte, bool, error)
	CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error
	DeleteCtx(ctx context.Context, token string) error
	AllCtx(ctx context.Context) (map[string][]byte, error)
	Purge(ctx context.Context, now time.Time) (int64, error)
}

// Database is one empty database with the schema.
type Database struct {
	// Open opens it, with Now as clock; it may be opened again after Close.
	Open func(t testing.TB) Store
	// Sessions gives the sessions of an opened store.
	Sessions func(Store) Sessions
	// Statements is how many statements stores of this database have run.
	Statements func() int64
	// Exec runs SQL on the database past the store.
	Exec func(ctx context.Context, sql string) error
	// Bytes is everything that the database keeps, as it lies there.
	Bytes func(t testing.TB) []byte
}

// Now is the time in all tests of the contract.
func Now() time.Time { return time.Date(2026, 3, 14, 15, 9, 26, 535_000_000, time.UTC) }

// Run holds databases to the contract; each test gets a fresh one of newDatabase.
func Run(t *testing.T, newDatabase func(t testing.TB) Database) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *kit)
	}{
		{"a failed write leaves nothing", testRollback},
		{"a panic in a write leaves nothing", testPanic},
		{"what is nested is undone alone", testNested},
		{"a commit outlives its caller", testCancel},
		{"a read sees one snapshot", testSnapshot},
		{"what is acknowledged is there after a restart", testRestart},
		{"the store answers health checks", testPing},
		{"organisations and persons", testParties},
		{"national ids are never in clear", testSecrecy},
		{"holdings end", testHoldings},
		{"a holding is given once", testGiven},
		{"a holding is ended once", testEnding},
		{"what was held is remembered", testPast},
		{"invitations", testInvitations},
		{"quotas", testQuotas},
		{"notices", testNotices},
		{"how people are told", testNoticeChoices},
		{"mails", testMails},
		{"events are told once", testUntold},
		{"what people are told of", testMatters},
		{"bulk jobs", testBulk},
		{"bulk jobs are listed, and take turns", testBulkLists},
		{"jobs about clients", testClientJobs},
		{"rules for new clients", testClientRules},
		{"an invitation ends once", testInvitationEnds},
		{"invitations are listed", testInvitationList},
		{"identities", testIdentities},
		{"an identity gets another name", testMovedIdentity},
		{"what is kept of a person", testPersonRecord},
		{"holdings are renewed", testRenewals},
		{"logins", testLogins},
		{"logins end", testEndLogins},
		{"what there is about a person", testOfAPerson},
		{"a person is erased", testErasure},
		{"imports upsert and never delete", testImports},
		{"imports refuse what is unknown", testImportsRefuse},
		{"imports bring and forget an address", testImportsEmail},
		{"importing a resource without lists keeps them", testResourceLists},
		{"the catalogue is of the snapshot", testCatalog},
		{"what a register says", testRegister},
		{"a role that has run out is held anew", testRunOut},
		{"who is struck off", testStruckOff},
		{"systems", testSystems},
		{"visible systems", testFindVisible},
		{"a system's id and clients are its own", testSystemConflicts},
		{"a system is updated by whoever knows it", testSystemUpdates},
		{"a system's change log", testSystemChanges},
		{"systems come in pages", testSystemPages},
		{"what a system has ends with it", testSystemEnd},
		{"a system ends while it gets system users", testSystemEndRace},
		{"requests", testRequests},
		{"one pending request for a triple", testPendingTriple},
		{"a request is decided once", testDecide},
		{"a wish is stored with what waits", testWish},
		{"a request is decided in time by the store's clock", testDecideLate},
		{"requests lapse", testLapse},
		{"what a supplier has sent", testSentRequests},
		{"a request is renewed", testRenewRequest},
		{"pages of requests lose and repeat nothing", testRequestPages},
		{"what waits for a customer", testPendingRequests},
		{"what lives of a customer", testLiveSystemUsers},
		{"pages of requests are filtered", testRequestFilters},
		{"lists in few words", testInFewWords},
		{"forwardings", testForwardings},
		{"change requests", testChanges},
		{"system users that can be changed", testChangeable},
		{"a change request is answered once", testSaveChange},
		{"change requests are due", testChangesDue},
		{"pages of change requests lose and repeat nothing", testChangePages},
		{"what a system user holds is changed once", testSaveDelegated},
		{"system users", testSystemUsers},
		{"one live system user for a triple", testLiveTriple},
		{"system users whose time is up", testUsersDue},
		{"a system user is revoked once", testRevoke},
		{"system users are numbered as they change", testSeq},
		{"numbers of system users are in the order of commits", testSeqRace},
		{"system users as suppliers see them", testSupplierUsers},
		{"a supplier pauses and resumes once", testHoldUser},
		{"a customer keeps a system user once", testKeepUser},
		{"requests follow their system user", testCloseRequests},
		{"a list of system users loses none that stays", testPages},
		{"a reader of the stream misses no change", testStream},
		{"clients of facilitators and agents", testClients},
		{"agents", testAgents},
		{"a client is attached once", testAttach},
		{"what an agent holds for its clients", testHoldsForClients},
		{"what explains a refusal", testDiagnose},
		{"what was refused lately", testRefusals},
		{"no answer crosses from one organisation to another", testTenants},
		{"lists are ordered and bounded", testLists},
		{"lists cost the same however long", testStatements},
		{"the audit log is a chain", testAudit},
		{"a history tells what was done and few own denials", testAuditDenials},
		{"one who is alone holds up other changes", testAlone},
		{"parallel writers do not fork the chain", testAuditRace},
		{"the audit log is only ever added to", testAuditAppendOnly},
		{"a changed entry is found", testAuditTampered},
		{"events go out with their change", testOutbox},
		{"the binding chain breaks at each link", testBinding},
		{"why there is no system user", testWhy},
		{"what a system user holds", testHolds},
		{"decisions are counted", testLedger},
		{"what a supplier has with a customer", testDealings},
		{"a supplier is blocked once", testBlocks},
		{"when system users were last reviewed", testReviewState},
		{"use is counted by the day", testUseByDay},
		{"use of long ago is deleted", testPurgeUse},
		{"a token is used once", testOnce},
		{"a question is claimed once", testQuestions},
		{"questions asked at once wait", testQuestionRace},
		{"kept answers are deleted", testPurgeAnswers},
		{"sessions", testSessions},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			k := &kit{Database: db, Store: db.Open(t)}
			t.Cleanup(func() { _ = k.Close() })
			c.test(t, k)
		})
	}
}

// kit is one test's database, opened.
type kit struct {
	Database
	Store
}

// write runs f in a transaction that must succeed.
func (k *kit) write(t testing.TB, f func(ctx context.Context, tx registry.Tx) error) {
	t.Helper()
	if err := k.try(t, f); err != nil {
		t.Fatal(err)
	}
}

// try runs f in a transaction.
func (k *kit) try(t testing.TB, f func(ctx context.Context, tx registry.Tx) error) error {
	t.Helper()
	return k.Write(t.Context(), func(tx registry.Tx) error { return f(t.Context(), tx) })
}

// read returns what f reads from a snapshot.
func read[V any](t testing.TB, k *kit, f func(ctx context.Context, r registry.Reader) (V, error)) V {
	t.Helper()
	v, err := tryRead(t, k, f)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func tryRead[V any](t testing.TB, k *kit, f func(ctx context.Context, r registry.Reader) (V, error)) (V, error) {
	t.Helper()
	var v V
	err := k.Read(t.Context(), func(r registry.Reader) (err error) {
		v, err = f(t.Context(), r)
		return err
	})
	return v, err
}

// same compares what a test got with what it wants.
func same(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// failsWith demands an Error of the kind and code.
func failsWith(t testing.TB, err error, kind models.Kind, code models.Code) {
	t.Helper()
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind != kind || e.Code != code {
		t.Errorf("got error %v, want kind %d code %s", err, kind, code)
	}
}

func notFound(t testing.TB, err error) {
	t.Helper()
	failsWith(t, err, models.NotFound, models.CodeNotFound)
}

// race runs f n times at once and returns the errors.
func race(n int, f func(i int) error) []error {
	var ready, done sync.WaitGroup
	ready.Add(n)
	errs := make([]error, n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			errs[i] = f(i)
		})
	}
	done.Wait()
	return errs
}

// oneWins demands that one of the racers succeeded and that the others met a
// conflict of the code.
func oneWins(t testing.TB, errs []error, code models.Code) {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		failsWith(t, err, models.Conflict, code)
	}
	if won != 1 {
		t.Errorf("%d of %d won, want 1", won, len(errs))
	}
}
