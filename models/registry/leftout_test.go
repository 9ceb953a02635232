package registry_test

import (
	"slices"
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
)

func TestApproveWithoutWhatIsOptional(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Sent(t, "one")
	left, kept := catalog.Right(modelstest.Register, ""), catalog.PackageOf(modelstest.Salary)
	before := marked(t, w)
	_, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, w.Seen(t, kari, sent.ID), left) // the system cannot do without it
	mustBe(t, err, models.Invalid, models.CodeInvalid)
	before.mustHaveDoneNothing(t)

	old := w.Seen(t, kari, sent.ID)
	w.Exec(t, "UPDATE system_ask SET optional = 1 WHERE ref = '"+modelstest.Register+"'")
	_, err = w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, old, left)
	mustBe(t, err, models.Conflict, models.CodeRequestChanged)
	v, err := w.Review(t.Context(), w.As(kari, bakeri), sent.ID)
	if d := v.Since(old); err != nil || !slices.Equal(d.Changed, []catalog.Item{left}) || len(d.Parts)+len(d.New)+len(d.Gone) != 0 {
		t.Errorf("marked %+v, %v", d, err)
	}
	user, err := w.Approve(t.Context(), w.As(kari, bakeri), sent.ID, v.Seen, left)
	if err != nil || !slices.Equal(user.Delegated, []catalog.Item{kept}) {
		t.Errorf("given %v, %v", user.Delegated, err)
	}
	if v, err = w.Review(t.Context(), w.As(kari, bakeri), sent.ID); err != nil || !slices.Equal(v.Request.LeftOut, []catalog.Item{left}) || v.Role.Empty() {
		t.Errorf("kept of it: %v, by %v, %v", v.Request.LeftOut, v.Role, err)
	}
}

func TestWish(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent := w.Sent(t, "one")
	seen, before := w.Seen(t, kari, sent.ID), marked(t, w)
	mustBe(t, w.Wish(t.Context(), w.As(kari, bakeri), sent.ID, " "), models.Invalid, models.CodeInvalid)
	before.mustHaveDoneNothing(t)
	if err := w.Wish(t.Context(), w.As(kari, bakeri), sent.ID, "Bare lønn"); err != nil {
		t.Fatal(err)
	}
	before.mustHaveDone(t, "request.wish", "request:"+string(sent.ID))
	v, err := w.Review(t.Context(), w.As(kari, bakeri), sent.ID)
	if err != nil || !v.CanApprove || v.Request.Wish.Text != "Bare lønn" || v.WishedBy.ID != w.ID(kari) || !slices.Equal(v.Since(seen).Parts, []string{"wish"}) {
		t.Errorf("%+v, marked %+v, %v", v.Request.Wish, v.Since(seen), err)
	}
	if err := w.Reject(t.Context(), w.As(kari, bakeri), sent.ID, "Nei"); err != nil {
		t.Fatal(err)
	}
	mustBe(t, w.Wish(t.Context(), w.As(kari, bakeri), sent.ID, "Likevel"), models.Conflict, models.CodeRequestDecided)
}
