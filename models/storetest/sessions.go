package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func testOnce(t *testing.T, k *kit) {
	ctx := t.Context()
	firsts := make([]bool, 100)
	errs := race(len(firsts), func(i int) (err error) {
		firsts[i], err = k.Once(ctx, maskin, "jti", Now().Add(time.Minute))
		return err
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, first := range firsts {
		if first {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of 100 uses were the first", n)
	}
	if first, err := k.Once(ctx, "https://other.example/", "jti", Now()); !first || err != nil {
		t.Errorf("the same jti of another issuer: %v, %v", first, err)
	}
	if n, err := k.PurgeReplays(ctx, Now().Add(time.Second)); n != 1 || err != nil {
		t.Errorf("purged %d, %v, want the one that has expired", n, err)
	}
	if first, err := k.Once(ctx, maskin, "jti", Now().Add(time.Minute)); first || err != nil {
		t.Errorf("after the purge: %v, %v", first, err)
	}
}

func testSessions(t *testing.T, k *kit) {
	ctx, s := t.Context(), k.Sessions(k.Store)
	find := func(token, want string) {
		t.Helper()
		data, found, err := s.FindCtx(ctx, token)
		if string(data) != want || found != (want != "") || err != nil {
			t.Errorf("session %s: %q, %v, %v, want %q", token, data, found, err, want)
		}
	}
	commit := func(token, data string, expiry time.Time) {
		t.Helper()
		if err := s.CommitCtx(ctx, token, []byte(data), expiry); err != nil {
			t.Fatal(err)
		}
	}
	find("a", "")
	commit("a", "one", Now().Add(time.Hour))
	commit("a", "two\x00", Now().Add(time.Minute))
	commit("old", "three", Now())
	find("a", "two\x00")
	find("old", "")
	all, err := s.AllCtx(ctx)
	same(t, "all sessions", map[string][]byte{"a": []byte("two\x00")}, all)
	if err != nil {
		t.Error(err)
	}
	if n, err := s.Purge(ctx, Now()); n != 1 || err != nil {
		t.Errorf("purged %d, %v, want 1", n, err)
	}
	for range 2 {
		if err := s.DeleteCtx(ctx, "a"); err != nil {
			t.Error(err)
		}
	}
	find("a", "")
	errs := race(20, func(i int) error { return s.CommitCtx(ctx, "b", fmt.Append(nil, i), Now().Add(time.Hour)) })
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}
