package invitation_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/invitation"
)

const (
	kari = models.ID("5b6f0c3e-52a1-4d7e-9d3b-0e4b6a1c2f10")
	ola  = models.ID("704013ee-e82a-433e-83c5-a40e6e00d746")
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// offered is what an inviter gives when nothing is wrong.
func offered() invitation.Invitation {
	return invitation.Invitation{
		ID: "c3d1f3b6-7a6e-4a64-8a4e-6c8f6f2e9d11", OrgNo: "313775429", URN: "urn:altinn:accesspackage:lonn",
		Email: "siri@bakeri.example", InvitedBy: kari,
	}
}

func TestNewMakesAnOpenInvitation(t *testing.T) {
	t.Parallel()
	given := offered()
	given.Status, given.EndedAt, given.EndedBy, given.Version = invitation.Accepted, noon, ola, 7 // nobody answers for another
	given.CreatedAt, given.ExpiresAt = noon.Add(-time.Hour), noon.Add(1000*time.Hour)
	given.Email = "Siri@Bakeri.example" // kept as an identity's is, so that erasing her finds it
	got, err := invitation.New(given, noon, invitation.Life)
	if err != nil {
		t.Fatal(err)
	}
	want := offered()
	want.Status, want.CreatedAt, want.ExpiresAt = invitation.Open, noon, noon.Add(7*24*time.Hour)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Nobody accepts what has ended before he does.
func TestAnInvitationLastsNoLongerThanWhatItOffers(t *testing.T) {
	t.Parallel()
	for until, want := range map[time.Duration]time.Duration{time.Millisecond: time.Millisecond, time.Hour: time.Hour, 2 * time.Hour: time.Hour} {
		i := offered()
		i.RoleUntil = noon.Add(until)
		got, err := invitation.New(i, noon, time.Hour)
		if err != nil || !got.ExpiresAt.Equal(noon.Add(want)) {
			t.Errorf("offering something for %v it can be accepted for %v, %v", until, got.ExpiresAt.Sub(noon), err)
		}
	}
}

func TestFaultsOfAnInvitation(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64) + "@" + strings.Repeat("b.", 92) + "example"
	for _, tc := range []struct {
		name   string
		change func(*invitation.Invitation)
		want   string
	}{
		{"no address", func(i *invitation.Invitation) { i.Email = "" }, ""},
		{"an address with a plus", func(i *invitation.Invitation) { i.Email = "siri+jobb@bakeri.example" }, ""},
		{"an address of 254 bytes", func(i *invitation.Invitation) { i.Email = long[:254-7] + "example" }, ""},
		{"an address of 255 bytes", func(i *invitation.Invitation) { i.Email = long[:255-7] + "example" }, "email too_long"},
		{"a name beside the address", func(i *invitation.Invitation) { i.Email = "Siri <siri@bakeri.example>" }, "email form"},
		{"an address in angle brackets", func(i *invitation.Invitation) { i.Email = "<siri@bakeri.example>" }, "email form"},
		{"two addresses", func(i *invitation.Invitation) { i.Email = "siri@bakeri.example, ola@bakeri.example" }, "email form"},
		{"two addresses without a space", func(i *invitation.Invitation) { i.Email = "siri@bakeri.example,ola@bakeri.example" }, "email form"},
		{"a header", func(i *invitation.Invitation) { i.Email = "siri@bakeri.example\r\nBcc: all@bakeri.example" }, "email form"},
		{"a line break", func(i *invitation.Invitation) { i.Email = "siri@bakeri.example\n" }, "email form"},
		{"a space before", func(i *invitation.Invitation) { i.Email = " siri@bakeri.example" }, "email form"},
		{"a quoted name", func(i *invitation.Invitation) { i.Email = `"siri nes"@bakeri.example` }, "email form"},
		{"a comment", func(i *invitation.Invitation) { i.Email = "siri@bakeri.example (Siri)" }, "email form"},
		{"an address literal", func(i *invitation.Invitation) { i.Email = "siri@[127.0.0.1]" }, "email form"},
		{"letters beyond ASCII", func(i *invitation.Invitation) { i.Email = "kåre@bakeri.example" }, "email form"},
		{"a zero-width letter", func(i *invitation.Invitation) { i.Email = "si\u200bri@bakeri.example" }, "email form"},
		{"a NUL", func(i *invitation.Invitation) { i.Email = "si\x00ri@bakeri.example" }, "email form"},
		{"no at", func(i *invitation.Invitation) { i.Email = "bakeri.example" }, "email form"},
		{"a command", func(i *invitation.Invitation) { i.Email = "-oQ/tmp@" }, "email form"},
		{"a space", func(i *invitation.Invitation) { i.Email = " " }, "email form"},
		{"nothing offered", func(i *invitation.Invitation) { i.URN = "" }, "urn required"},
		{"an end now", func(i *invitation.Invitation) { i.RoleUntil = noon }, "role_until until.past"},
		{"an end before now", func(i *invitation.Invitation) { i.RoleUntil = noon.Add(-time.Millisecond) }, "role_until until.past"},
		{"an end in a moment", func(i *invitation.Invitation) { i.RoleUntil = noon.Add(time.Millisecond) }, ""},
		{"everything at once", func(i *invitation.Invitation) { i.URN, i.Email, i.RoleUntil = "", "x", noon }, "urn required, email form, role_until until.past"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			i := offered()
			tc.change(&i)
			_, err := invitation.New(i, noon, invitation.Life)
			var got []string
			if e, ok := errors.AsType[*models.Error](err); ok {
				for _, f := range e.Fields {
					got = append(got, f.Field+" "+f.Fault)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// The last moment at which an invitation can be accepted is the one before its
// time runs out; there is no grace.
func TestAnInvitationExpiresAtItsMoment(t *testing.T) {
	t.Parallel()
	i, err := invitation.New(offered(), noon, invitation.Life)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		after time.Duration
		open  bool
	}{{-time.Millisecond, true}, {0, false}, {time.Millisecond, false}} {
		now := i.ExpiresAt.Add(tc.after)
		for e, want := range map[invitation.Event]invitation.Status{invitation.Accept: invitation.Accepted, invitation.Revoke: invitation.Revoked} {
			got, err := i.Apply(e, ola, now)
			switch {
			case tc.open && (err != nil || got.Status != want || !got.EndedAt.Equal(now) || got.EndedBy != ola):
				t.Errorf("%v from its end, %s: %+v, %v", tc.after, e, got, err)
			case !tc.open && (!ended(err) || got != i || i.Current(now) != invitation.Expired):
				t.Errorf("%v from its end, %s: %+v, %v", tc.after, e, got, err)
			}
		}
	}
	used, err := i.Apply(invitation.Accept, ola, noon)
	if err != nil || used.Current(i.ExpiresAt) != invitation.Accepted {
		t.Errorf("one that was accepted is %s afterwards, %v", used.Current(i.ExpiresAt), err)
	}
}

// A secret has 256 bits, fits into a path as it is, and cannot be read out of
// what is stored.
func TestSecrets(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		s := invitation.NewSecret()
		if len(s) != 43 || url.PathEscape(s) != s || seen[s] || !invitation.Whole(s) || invitation.Whole(s[1:]) || invitation.Whole(s+"A") || invitation.Whole(s[1:]+".") {
			t.Fatalf("%q: 43 characters of base64url, never twice", s)
		}
		seen[s] = true
	}
	sum := sha256.Sum256([]byte("abc"))
	if got := hex.EncodeToString(invitation.Hash("abc")); got != hex.EncodeToString(sum[:]) {
		t.Errorf("the hash of abc is %s", got)
	}
}
