package clients

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// Why says in words why a client cannot be served, and what it must do, for
// files.
func Why(ctx context.Context, org string, lacks []Lack) string {
	var said []string
	for _, l := range lacks {
		said = append(said, i18n.T(ctx, "clients.lacks", "Names", i18n.In(ctx, l.Package))+" "+strings.Join(ways(ctx, org, l), " "))
	}
	return strings.Join(said, " ")
}

// ways are the sentences that tell how a client lets the facilitator have the
// package.
func ways(ctx context.Context, org string, l Lack) []string {
	var out []string
	for _, role := range l.Roles {
		out = append(out, i18n.T(ctx, "clients.way.role", "Org", org, "Role", i18n.Within(ctx, i18n.In(ctx, role)), "Package", i18n.In(ctx, l.Package)))
	}
	if l.Given {
		out = append(out, i18n.T(ctx, "clients.way.give", "Org", org, "Package", i18n.In(ctx, l.Package)))
	}
	if len(out) == 0 {
		out = append(out, i18n.T(ctx, "clients.way.none"))
	}
	return out
}

func lacking(ctx context.Context, lacks []models.Text) string {
	return i18n.T(ctx, "clients.lacks", "Names", i18n.NamesOf(ctx, lacks))
}

// StateText is a state in a word.
func StateText(ctx context.Context, s State) string { return i18n.T(ctx, "clients.state."+string(s)) }

// OutcomeText says in words what became of a client.
func OutcomeText(ctx context.Context, kind bulk.Kind, o Outcome) string {
	switch {
	case o.Status == bulk.RowDone && o.Before:
		return i18n.T(ctx, "clients.row.before."+string(kind))
	case o.Status == bulk.RowDone:
		return i18n.T(ctx, "clients.row.done."+string(kind))
	case o.Status != bulk.RowFailed:
		return i18n.T(ctx, "clients.row."+string(o.Status))
	case len(o.Lacks) > 0:
		return lacking(ctx, o.Lacks)
	}
	if key := "clients.row.code." + o.Code; i18n.Has(key) {
		return i18n.T(ctx, key)
	}
	return i18n.T(ctx, "clients.row.code.other")
}

func jobTitle(ctx context.Context, j Job) string {
	key := "clients.job." + string(j.Kind)
	switch {
	case j.Status == bulk.Cancelled:
		key = "clients.job.stopped." + string(j.Kind)
	case j.Status == bulk.Done && j.Failed == 0:
		key = "clients.job.done." + string(j.Kind)
	case j.Status == bulk.Done && j.Done == 0:
		key = "clients.job.none." + string(j.Kind)
	case j.Status == bulk.Done:
		key = "clients.job.some." + string(j.Kind)
	}
	return i18n.N(ctx, key, j.Total, "Done", i18n.Number(ctx, j.Done), "Number", i18n.Number(ctx, j.Total))
}

func jobColor(j Job) ui.Color {
	switch {
	case j.Status == bulk.Running:
		return ui.Info
	case j.Status == bulk.Cancelled || j.Failed > 0:
		return ui.Warning
	}
	return ui.Success
}

func rowColor(s bulk.RowStatus) ui.Color {
	switch s {
	case bulk.RowDone:
		return ui.Success
	case bulk.RowFailed:
		return ui.Warning
	case bulk.RowWaiting, bulk.RowCancelled:
	}
	return ui.Neutral
}

func stateColor(s State) ui.Color {
	switch s {
	case Lacks, Lame:
		return ui.Warning
	case Attached:
		return ui.Success
	case Ready:
	}
	return ui.Info
}

func lineColor(is string) ui.Color {
	switch is {
	case "ok":
		return ui.Success
	case "already", "twice":
		return ui.Neutral
	}
	return ui.Warning
}

// page is the list's own address, without a filter.
func (v View) page() string {
	if v.Add {
		return paths.ClientsAdd(v.ID)
	}
	return paths.SystemUserClients(v.ID)
}

// ready is the list of those that can be added, within the filter.
func (v View) ready() string {
	q := maps.Clone(v.Query)
	q.Set("state", string(Ready))
	q.Del("page")
	return paths.Asked(v.page(), q)
}

// file is the list as a file, equal to the page's filter.
func (v View) file() string {
	at := paths.ClientsCSV(v.ID)
	if v.Add {
		at = paths.ClientsAddCSV(v.ID)
	}
	q := url.Values{}
	for _, name := range []string{"q", "state", "kind", "sort"} {
		if s := v.Query.Get(name); s != "" {
			q.Set(name, s)
		}
	}
	return paths.Asked(at, q)
}

// pickable reports whether the reader can choose the client.
func (v View) pickable(r Row) bool { return !v.Add || v.Can && r.State == Ready }

// onPage is how many of the page's clients can be chosen.
func (v View) onPage() int {
	n := 0
	for _, r := range v.Rows {
		if v.pickable(r) {
			n++
		}
	}
	return n
}

// picks reports whether the page has a form to choose with.
func (v View) picks() bool { return v.onPage() > 0 && (!v.Add || v.Need == "") }

func (v View) filtered() bool { return v.Text != "" || v.State != "" || v.Kind != "" }

func count(n int) string { return strconv.Itoa(n) }

// hidden are the fields of the filter, in one order.
func hidden(q url.Values) [][2]string {
	var out [][2]string
	for name, values := range q {
		if name != "page" && len(values) > 0 && values[0] != "" {
			out = append(out, [2]string{name, values[0]})
		}
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return out
}

func text(ctx context.Context, kind bulk.Kind, key string, args ...any) string {
	return i18n.T(ctx, key+"."+string(kind), args...)
}

// confirmPath is the list that the clients were chosen in.
func confirmPath(v ConfirmView) string {
	if v.Kind == bulk.Attach {
		return paths.ClientsAdd(v.ID)
	}
	return paths.SystemUserClients(v.ID)
}

// allKey is the message of the button for all that match.
func allKey(v View) string {
	key := "clients.do.remove.all"
	if v.Add {
		key = "clients.do.add.all"
	}
	if v.filtered() {
		key += ".match"
	}
	return key
}

// faulty is what is wrong with a choice of clients.
func faulty(ctx context.Context, faults []models.FieldError) []ui.Faulty {
	var out []ui.Faulty
	for _, f := range faults {
		out = append(out, ui.Faulty{ID: ui.ID(f.Field), Label: i18n.T(ctx, "clients.client"), Fault: f.Fault})
	}
	return out
}

// jobShell lets the page of a job that runs come anew.
func jobShell(s layout.Shell, v JobView) layout.Shell {
	if v.Job.Status == bulk.Running {
		return s.WithLive().WithRefresh(5)
	}
	return s
}

func fileTitle(v FileView) string {
	if v.Seen {
		return "clients.file.seen"
	}
	return "clients.file.title"
}

func fileFaults(ctx context.Context, v FileView) []ui.Faulty {
	var out []ui.Faulty
	for _, f := range v.Faults {
		out = append(out, ui.Faulty{ID: ui.ID(f.Field), Label: i18n.T(ctx, "clients.file."+f.Field), Fault: f.Fault})
	}
	return out
}

// lineKey is what a line of a list is, for what is to be done with it.
func lineKey(kind bulk.Kind, is string) string {
	switch is {
	case "ok", "already", "unknown":
		return "clients.file.is." + is + "." + string(kind)
	}
	return "clients.file.is." + is
}

// LineText is what a line is, in words.
func LineText(ctx context.Context, kind bulk.Kind, is string) string {
	return i18n.T(ctx, lineKey(kind, is))
}
