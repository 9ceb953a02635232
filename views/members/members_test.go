package members_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/members"
	"github.com/stafett/stafett/views/ui"
	"github.com/stafett/stafett/views/viewstest"
)

func TestEveryCauseAndEveryFateOfMailHasWords(t *testing.T) {
	for _, c := range []policy.Cause{
		policy.Level, policy.NotManager, policy.MissingRole, policy.MissingPack,
		policy.NotPassedOn, policy.NotDelegable, policy.UnknownCause,
	} {
		if !i18n.Has("members.cause." + string(c)) {
			t.Errorf("members.cause.%s has no text", c)
		}
	}
	for _, m := range []members.Mail{members.MailNone, members.MailSent, members.MailFailed, members.MailOff} {
		if !i18n.Has("members.invited.mail." + string(m)) {
			t.Errorf("members.invited.mail.%s has no text", m)
		}
	}
}

func kari(canEnd bool) members.Person {
	return members.Person{ID: "p1", Name: "Kari Fjell", Holdings: []members.Holding{{
		ID: "h1", Role: models.Text{NB: "Leser"}, Origin: ui.Origin{Source: party.SourceGiven, By: "Ola Dal"}, CanEnd: canEnd,
	}}}
}

func list(t *testing.T, change func(*members.View)) string {
	t.Helper()
	v := members.View{People: []members.Person{kari(true)}, Total: 1, Manager: true}
	change(&v)
	return viewstest.Render(t.Context(), t, members.List(layout.Shell{}, v))
}

func TestChangesAreOfferedOnlyToWhoMayMakeThem(t *testing.T) {
	open := []members.Invitation{{ID: "i1", Role: models.Text{NB: "Leser"}, Sent: time.Now(), Until: time.Now()}}
	changes := []string{`/members/invite"`, `/members/p1#give"`, `/members/invitations/i1/revoke"`}
	manager := list(t, func(v *members.View) { v.Invitations = open })
	reader := list(t, func(v *members.View) {
		v.Invitations, v.Manager, v.People = open, false, []members.Person{kari(false)}
	})
	for _, change := range changes {
		if !strings.Contains(manager, change) {
			t.Errorf("who administers access does not find %s", change)
		}
		if strings.Contains(reader, change) {
			t.Errorf("who only reads is offered %s", change)
		}
	}
	if end := `/members/holdings/h1/end"`; !strings.Contains(manager, end) || strings.Contains(reader, end) {
		t.Error("ending is not offered exactly where it may be done")
	}
}

func TestNobodyIsAskedToEndTheLastAdministrator(t *testing.T) {
	v := members.EndView{Person: kari(true), Holding: kari(true).Holdings[0]}
	if page := viewstest.Render(t.Context(), t, members.End(layout.Shell{}, v)); !strings.Contains(page, `action="/members/holdings/h1/end"`) {
		t.Error("the question has no form")
	}
	v.Nobody = true
	if page := viewstest.Render(t.Context(), t, members.End(layout.Shell{}, v)); strings.Contains(page, `action="/members/holdings/h1/end"`) {
		t.Error("a form ends what nobody may end")
	}
}

func TestStepUpTakesThePlaceOfTheForm(t *testing.T) {
	v := members.MemberView{Person: kari(true), Manager: true, Form: members.Form{Powers: []members.Choice{{URN: "u"}}}}
	const form = `action="/members/p1/give"`
	if page := viewstest.Render(t.Context(), t, members.Member(layout.Shell{}, v)); !strings.Contains(page, form) {
		t.Error("there is no form to give a role")
	}
	v.Need = ui.NeedAge
	page := viewstest.Render(t.Context(), t, members.Member(layout.Shell{}, v))
	if strings.Contains(page, form) || !strings.Contains(page, `href="/login/again?next=%2Fmembers%2Fp1"`) {
		t.Error("who must log in anew is not led there, or is shown a form that would fail")
	}
}

// The link is shown once; it must not stand anywhere but in its field.
func TestTheLinkStandsInItsFieldAlone(t *testing.T) {
	page := viewstest.Render(t.Context(), t, members.Invited(layout.Shell{}, members.InvitedView{
		Link: "https://stafett.example/i/secret", Mail: members.MailNone, Until: time.Now(),
	}))
	if n := strings.Count(page, "secret"); n != 1 {
		t.Errorf("the secret stands %d times", n)
	}
}
