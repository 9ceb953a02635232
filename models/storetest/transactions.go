package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

func organisation(o party.OrgNo) func(context.Context, registry.Reader) (party.Organisation, error) {
	return func(ctx context.Context, r registry.Reader) (party.Organisation, error) {
		return r.Organisation(ctx, o)
	}
}

func putOrganisation(ctx context.Context, tx registry.Tx, o party.OrgNo) error {
	_, err := tx.PutOrganisation(ctx, party.Organisation{OrgNo: o, Name: "Org"})
	return err
}

func testRollback(t *testing.T, k *kit) {
	cause := errors.New("no")
	err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
		if err := putOrganisation(ctx, tx, rotor); err != nil {
			return err
		}
		if _, err := tx.Organisation(ctx, rotor); err != nil {
			t.Errorf("a transaction does not see what it wrote: %v", err)
		}
		return cause
	})
	if !errors.Is(err, cause) || errors.As(err, new(*models.Error)) {
		t.Errorf("got error %v, want the one of the function", err)
	}
	_, err = tryRead(t, k, organisation(rotor))
	notFound(t, err)
}

func testPanic(t *testing.T, k *kit) {
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not come out")
			}
		}()
		_ = k.try(t, func(ctx context.Context, tx registry.Tx) error {
			if err := putOrganisation(ctx, tx, rotor); err != nil {
				return err
			}
			panic("half way")
		})
	}()
	_, err := tryRead(t, k, organisation(rotor))
	notFound(t, err)
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return putOrganisation(ctx, tx, rotor) })
}

func testNested(t *testing.T, k *kit) {
	no := errors.New("no")
	k.write(t, func(ctx context.Context, tx registry.Tx) error {
		put := func(o party.OrgNo, then error) func() error {
			return func() error { return errors.Join(putOrganisation(ctx, tx, o), then) }
		}
		if err := putOrganisation(ctx, tx, rotor); err != nil {
			return err
		}
		if err := tx.Nested(ctx, put(lodd, no)); !errors.Is(err, no) {
			t.Errorf("got error %v, want the one of the function", err)
		}
		_, err := tx.Organisation(ctx, lodd)
		notFound(t, err)
		err = tx.Nested(ctx, func() error {
			if err := tx.Nested(ctx, put(verft, no)); !errors.Is(err, no) {
				t.Errorf("nested twice: got error %v, want the one of the function", err)
			}
			return putOrganisation(ctx, tx, bakeri)
		})
		if err != nil {
			return err
		}
		err = tx.Nested(ctx, func() error {
			if err := tx.Nested(ctx, put(lodd, nil)); err != nil {
				return err
			}
			return no
		})
		if !errors.Is(err, no) {
			t.Errorf("got error %v, want the one of the outer function", err)
		}
		return nil
	})
	for o, there := range map[party.OrgNo]bool{rotor: true, bakeri: true, lodd: false, verft: false} {
		if _, err := tryRead(t, k, organisation(o)); (err == nil) != there {
			t.Errorf("%s: %v", o, err)
		}
	}
}

func testCancel(t *testing.T, k *kit) {
	ctx, cancel := context.WithCancel(t.Context())
	err := k.Write(ctx, func(tx registry.Tx) error {
		err := putOrganisation(ctx, tx, rotor)
		cancel()
		return err
	})
	if err != nil {
		t.Fatalf("a commit whose caller has gone: %v", err)
	}
	read(t, k, organisation(rotor))

	err = k.Write(ctx, func(tx registry.Tx) error { return putOrganisation(ctx, tx, lodd) })
	if err == nil {
		t.Error("a write began although its caller had gone")
	}
	_, err = tryRead(t, k, organisation(lodd))
	notFound(t, err)
}

func testSnapshot(t *testing.T, k *kit) {
	ctx := t.Context()
	err := k.Read(ctx, func(r registry.Reader) error {
		if _, err := r.Organisation(ctx, rotor); models.CodeOf(err) != models.CodeNotFound {
			t.Fatalf("before: %v", err)
		}
		k.write(t, func(ctx context.Context, tx registry.Tx) error { return putOrganisation(ctx, tx, rotor) })
		_, err := r.Organisation(ctx, rotor)
		return err
	})
	notFound(t, err)
	read(t, k, organisation(rotor))
}

func testRestart(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	r := addRequest(t, k, ask(s, bakeri, "a"))
	before := read(t, k, organisation(bakeri))
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	k.Store = k.Open(t)
	same(t, "organisation", before, read(t, k, organisation(bakeri)))
	same(t, "system", s, read(t, k, theSystem(s.ID)))
	same(t, "request", r, read(t, k, requestFor(bakeri, r.ID)))
}

func testPing(t *testing.T, k *kit) {
	if err := k.Ping(t.Context()); err != nil {
		t.Errorf("an open store: %v", err)
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if err := k.Ping(t.Context()); err == nil {
		t.Error("a closed store says that it is well")
	}
	k.Store = k.Open(t)
}
