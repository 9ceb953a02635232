package policy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
)

// TestGrid is the whole policy on one page: who may do what for an
// organisation. Columns are kinds of caller (see callers); cells are
//
//	yes      may
//	no       Forbidden
//	level    Forbidden, and a login at a higher level would help
//	old      Forbidden, and a new login would help
//	hidden   NotFound: the organisation's things may as well not exist
//	who?     Unauthenticated
//	yes|no   depends on the caller; TestWhoAttachesClients says on whom
func TestGrid(t *testing.T) {
	t.Parallel()
	const grid = `
		                      director  lowLevel  oldLogin  sysadmin  clientAdmin  viewer  employee  outsider  program  service  machines  operator  nobody
		organisation.enter    yes       yes       yes       yes       yes          yes     yes       hidden    no       no       no        no        who?
		system.register       yes       yes       yes       yes       no           no      no        hidden    yes      no       no        yes       who?
		system.read           yes       yes       yes       yes       no           no      no        hidden    yes      no       no        yes       who?
		request.send          yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		request.track         yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		request.withdraw      yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		request.read          yes       yes       yes       yes       yes          yes     yes       hidden    no       no       no        no        who?
		request.approve       yes       level     old       no        no           no      no        hidden    no       no       no        no        who?
		request.reject        yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		systemuser.read       yes       yes       yes       yes       yes          yes     yes       hidden    no       no       no        no        who?
		systemuser.revoke     yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		request.lapse         no        no        no        no        no           no      no        hidden    no       no       no        yes       who?
		systemuser.end        no        no        no        no        no           no      no        hidden    no       no       no        yes       who?
		catalogue.import      no        no        no        no        no           no      no        hidden    no       no       no        yes       who?
		party.import          no        no        no        no        no           no      no        hidden    no       no       no        yes       who?
		audit.verify          no        no        no        no        no           no      no        hidden    no       no       no        yes       who?
		person.identify       no        no        no        no        no           no      no        hidden    no       no       no        no        who?
		member.read           yes       yes       yes       yes       yes          yes     yes       hidden    no       no       no        no        who?
		member.give           yes       level     old       no        no           no      no        hidden    no       no       no        no        who?
		member.end            yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		invitation.send       yes       level     old       no        no           no      no        hidden    no       no       no        yes       who?
		invitation.read       yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		invitation.revoke     yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		invitation.accept     yes       yes       yes       yes       yes          yes     yes       yes       no       no       no        no        who?
		organisation.claim    yes       yes       yes       yes       yes          yes     yes       yes       no       no       no        no        who?
		person.link           yes       yes       yes       yes       yes          yes     yes       yes       no       no       no        no        who?
		person.unlink         yes       yes       yes       yes       yes          yes     yes       yes       no       no       no        no        who?
		person.read           yes       yes       yes       yes       yes          yes     yes       yes       no       no       no        no        who?
		person.export         yes       yes       yes       yes       yes          yes     yes       yes       no       no       no        yes       who?
		person.erase          yes       yes       yes       yes       yes          yes     yes       yes       no       no       no        yes       who?
		login.end             yes       yes       yes       yes       yes          yes     yes       yes       no       no       no        no        who?
		person.remap          no        no        no        no        no           no      no        hidden    no       no       no        yes       who?
		register.sync         no        no        no        no        no           no      no        hidden    no       no       no        yes       who?
		key.rotate            no        no        no        no        no           no      no        hidden    no       no       no        yes       who?
		organisation.restore  no        no        no        no        no           no      no        hidden    no       no       no        yes       who?
		system.update         yes       yes       yes       yes       no           no      no        hidden    yes      no       no        yes       who?
		system.delete         yes       yes       yes       yes       no           no      no        hidden    yes      no       no        yes       who?
		request.renew         yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		change.send           yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		change.track          yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		change.withdraw       yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		systemuser.track      yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		systemuser.pause      yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		systemuser.resume     yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		systemuser.give_up    yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		bulk.start            yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		bulk.read             yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		bulk.cancel           yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		request.wish          yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		change.wish           yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		change.forward        yes       yes       yes       yes       yes          yes     yes       hidden    no       no       no        no        who?
		forward.recall        yes       yes       yes       yes       yes          yes     yes       hidden    no       no       no        no        who?
		systemuser.suspend    yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		systemuser.unsuspend  yes       level     old       no        no           no      no        hidden    no       no       no        no        who?
		systemuser.limit      yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		systemuser.prolong    yes       level     old       no        no           no      no        hidden    no       no       no        no        who?
		systemuser.narrow     yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		systemuser.keep       yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		supplier.block        yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		supplier.unblock      yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		client.attach_many    yes|no       level|no       old|no       no        yes          no      no        hidden    no       no       no        no        who?
		client.detach_many    yes       yes       yes       no        yes          no      no        hidden    no       no       no        no        who?
		client.cancel_many    yes       yes       yes       no        yes          no      no        hidden    no       no       no        no        who?
		client.rule           yes|no       level|no       old|no       no        yes          no      no        hidden    no       no       no        no        who?
		client.rule_end       yes       yes       yes       no        yes          no      no        hidden    no       no       no        no        who?
		person.notices        yes       yes       yes       yes       yes          yes     yes       yes       no       no       no        no        who?
		diagnose              yes       yes       yes       yes       no           no      no        hidden    yes      no       no        no        who?
		request.forward       yes       yes       yes       yes       yes          yes     yes       hidden    no       no       no        no        who?
		change.read           yes       yes       yes       yes       yes          yes     yes       hidden    no       no       no        no        who?
		change.approve        yes       level     old       no        no           no      no        hidden    no       no       no        no        who?
		systemuser.create     yes       level     old       no        no           no      no        hidden    no       no       no        no        who?
		client.attach_self    yes       level     old       no        no           no      no        hidden    no       no       no        no        who?
		change.reject         yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		systemuser.rename     yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		client.detach_self    yes       yes       yes       no        no           no      no        hidden    no       no       no        no        who?
		client.read           yes       yes       yes       no        yes          no      no        hidden    no       no       no        no        who?
		client.detach         yes       yes       yes       no        yes          no      no        hidden    no       no       no        no        who?
		client.attach         yes|no       level|no       old|no       no        yes          no      no        hidden    no       no       no        no        who?
		systemuser.stream     no        no        no        no        no           no      no        hidden    no       yes      no        no        who?
		(anything else)       no        no        no        no        no           no      no        hidden    no       no       no        no        who?
	`
	lines := strings.Split(strings.TrimSpace(grid), "\n")
	columns := strings.Fields(lines[0])
	rows := map[policy.Action]bool{}
	for _, line := range lines[1:] {
		cells := strings.Fields(strings.Replace(line, "(anything else)", "system.eat", 1))
		act := policy.Action(cells[0])
		rows[act] = true
		for i, column := range columns {
			for who, caller := range callers(t, column) {
				t.Run(cells[0]+"/"+who, func(t *testing.T) {
					t.Parallel()
					if got := say(policy.Check(caller.actor, act, caller.standing, catalogue())); !slices.Contains(strings.Split(cells[i+1], "|"), got) {
						t.Errorf("%s: %s, want %s", act, got, cells[i+1])
					}
				})
			}
		}
	}
	for _, act := range policy.Actions() {
		if !rows[act] {
			t.Errorf("%s has no row in the grid", act)
		}
	}
	if len(rows) != len(policy.Actions())+1 {
		t.Errorf("the grid has %d actions, the policy %d", len(rows)-1, len(policy.Actions()))
	}
}

// An access manager grants access for the organisation itself; which clients are
// served is for client administrators and main administrators (altinn-api 1.0).
func TestWhoAttachesClients(t *testing.T) {
	t.Parallel()
	person := models.Actor{Kind: models.Person, ID: "kari", OrgNo: "313775429"}
	for urn, want := range map[string]string{clientAdm: "yes", oldClients: "yes", mainAdmin: "yes", hadm: "yes", oldMain: "yes", director: "yes", manager: "no", "urn:altinn:rolecode:admai": "no", sysAdmin: "no", viewer: "no"} {
		s := policy.Standing{Holdings: []string{urn}, Form: "AS", Level: 3, MinLevel: 3}
		if got := say(policy.Check(person, policy.ClientAttach, s, catalogue())); got != want {
			t.Errorf("%s: %s, want %s", urn, got, want)
		}
		s.Level = 2
		if got := say(policy.Check(person, policy.ClientAttach, s, catalogue())); want == "yes" && got != "level" {
			t.Errorf("%s at level 2: %s", urn, got)
		}
	}
}

type caller struct {
	actor    models.Actor
	standing policy.Standing
}

// callers says who stands behind a column of the grid; all of them must fare
// alike.
func callers(t *testing.T, column string) map[string]caller {
	t.Helper()
	person := models.Actor{Kind: models.Person, ID: "kari", OrgNo: "313775429"}
	holding := func(level int, urns ...string) caller {
		return caller{person, policy.Standing{Holdings: urns, Form: "AS", Level: level, MinLevel: 3}}
	}
	lately := func(c caller, age time.Duration) caller {
		c.standing.Age, c.standing.MaxAge = age, 15*time.Minute
		return c
	}
	all := holding(4, director, mainAdmin, sysAdmin, salary).standing
	switch column {
	case "director":
		return map[string]caller{
			"managing director":                     holding(3, director),
			"owner":                                 holding(4, owner),
			"main administrator":                    holding(3, mainAdmin),
			"main administrator, given as package":  holding(3, hadm),
			"access manager, given as package":      holding(3, manager),
			"access manager of an older scheme":     holding(3, "urn:altinn:rolecode:admai"),
			"main administrator of an older scheme": holding(3, oldMain),
			"director and employee":                 holding(3, accountant, director),
			"director and viewer":                   holding(3, viewer, director),
			"director, 15 minutes ago":              lately(holding(3, director), 15*time.Minute),
			"director, ages ago, of any age":        {person, policy.Standing{Holdings: []string{director}, Level: 3, Age: 1e6 * time.Hour}},
		}
	case "lowLevel":
		return map[string]caller{
			"director at level 2": holding(2, director), "director at level 0": holding(0, director), "access manager at level 2": holding(2, manager),
			"director at level 0 where none is asked for": {person, policy.Standing{Holdings: []string{director}}},
			"director at level 2, long ago":               lately(holding(2, director), time.Hour),
		}
	case "oldLogin":
		return map[string]caller{
			"director, just over 15 minutes ago": lately(holding(4, director), 15*time.Minute+1),
			"access manager, a day ago":          lately(holding(3, manager), 24*time.Hour),
		}
	case "sysadmin":
		return map[string]caller{"system administrator": holding(4, sysAdmin), "system administrator at level 0": holding(0, sysAdmin), "system administrator, long ago": lately(holding(4, sysAdmin), time.Hour)}
	case "clientAdmin":
		return map[string]caller{
			"client administrator, given as package":  holding(4, clientAdm),
			"client administrator of an older scheme": holding(4, oldClients),
		}
	case "viewer":
		return map[string]caller{"viewer": holding(4, viewer), "viewer at level 0": holding(0, viewer)}
	case "employee":
		return map[string]caller{
			"accountant":                                holding(4, accountant),
			"holder of a package":                       holding(4, salary),
			"role that nobody knows":                    holding(4, "urn:altinn:rolecode:xyz"),
			"nearly a director":                         holding(4, director+"x", strings.ToUpper(director)),
			"chair of another form":                     holding(4, estateChair),
			"may make main administrators, and is none": holding(4, deputy),
		}
	case "outsider":
		return map[string]caller{"holds nothing": holding(4), "holds nothing, level 0": holding(0)}
	case "program":
		return map[string]caller{"organisation": {models.Actor{Kind: models.Organisation, ID: "c", OrgNo: "313775429"}, policy.Standing{}}}
	case "service":
		return map[string]caller{"service": {models.Actor{Kind: models.Service, ID: "s"}, all}}
	case "machines":
		return map[string]caller{
			"organisation without a number": {models.Actor{Kind: models.Organisation, ID: "c"}, all},
			"system user":                   {models.Actor{Kind: models.SystemUser, ID: "u", OrgNo: "313775429"}, all},
			"issuer":                        {models.Actor{Kind: models.Issuer, ID: "https://issuer.example/"}, all},
		}
	case "operator":
		return map[string]caller{"operator": {models.Actor{Kind: models.Operator, ID: "import"}, policy.Standing{}}}
	case "nobody":
		return map[string]caller{
			"zero actor":   {models.Actor{}, all},
			"unknown kind": {models.Actor{Kind: "administrator", ID: "root"}, all},
		}
	}
	t.Fatalf("nobody stands behind %q", column)
	return nil
}

func say(err error) string {
	e, ok := errors.AsType[*models.Error](err)
	switch {
	case err == nil:
		return "yes"
	case !ok:
		return err.Error()
	case e.Kind == models.NotFound && e.Code == models.CodeNotFound:
		return "hidden"
	case e.Kind == models.Unauthenticated && e.Code == models.CodeUnauthenticated:
		return "who?"
	case e.Kind == models.Forbidden && e.Code == models.CodeLevelTooLow:
		return "level"
	case e.Kind == models.Forbidden && e.Code == models.CodeLoginTooOld:
		return "old"
	case e.Kind == models.Forbidden && e.Code == models.CodeForbidden:
		return "no"
	}
	return err.Error()
}

// Without a matrix only what stands by itself administers anything: an empty
// catalogue opens no door.
func TestNoMatrixNoManager(t *testing.T) {
	t.Parallel()
	empty := catalog.New(catalog.Data{})
	for urn, want := range map[string]bool{director: false, owner: false, salary: false, mainAdmin: true, manager: true, hadm: true} {
		s := policy.Standing{Holdings: []string{urn}}
		if got := s.AccessManager(empty); got != want {
			t.Errorf("%s administers access: %t, want %t", urn, got, want)
		}
	}
}

// An estate's chair administers it only where the organisation is an estate.
func TestRowsOfTheMatrixCanConcernOneForm(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]bool{"KBO": true, "AS": false, "": false, "kbo": false} {
		s := policy.Standing{Holdings: []string{estateChair}, Form: form}
		if got := s.AccessManager(catalogue()); got != want {
			t.Errorf("in a %q: %t, want %t", form, got, want)
		}
	}
}
