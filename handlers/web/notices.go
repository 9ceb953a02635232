package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/notices"
	"github.com/stafett/stafett/views/paths"
)

const noticePage = 25

// Notices handles GET /notices: what the person has been told for the
// organisation that he acts for. type shows one type, unread=1 what he has not
// read, after is the last line of the page before.
func (w *Web) Notices(c echo.Context) error {
	q := registry.NoticeQuery{Type: registry.NoticeType(c.QueryParam("type")), Unread: c.QueryParam("unread") != ""}
	if q.Type != "" && !slices.Contains(registry.NoticeTypes(), q.Type) {
		return models.NewError(models.NotFound, models.CodeNotFound)
	}
	var ok bool
	if q.After, ok = placeOf(c.QueryParam("after")); !ok {
		return models.NewError(models.NotFound, models.CodeNotFound)
	}
	page, err := w.Registry.Notices(c.Request().Context(), actor(c), q, noticePage)
	if err != nil {
		return err
	}
	v := notices.View{
		Org: visitOf(c).acting.Organisation.Display(), Unread: page.Unread, Elsewhere: page.Elsewhere,
		Filtered: q.Type != "" || q.Unread || q.After.ID != "", Filters: noticeFilters(c, q, page.Unread),
	}
	for _, n := range page.Notices {
		v.Notices = append(v.Notices, noticeLine(n))
	}
	if here := noticesAt(q.Type, q.Unread); page.More {
		v.Pages.Next = paths.Page(here, placeName(page.Notices[len(page.Notices)-1].Notice))
		v.Pages.Previous = map[bool]string{true: here}[q.After.ID != ""]
	} else if q.After.ID != "" {
		v.Pages.Previous = here
	}
	return respond.Page(c, http.StatusOK, notices.List(w.Shell(c), v))
}

// noticeLine is a notice as its list shows it.
func noticeLine(n registry.NoticeView) notices.Notice {
	kind, _, _ := strings.Cut(n.Subject, ":")
	return notices.Notice{
		ID: n.ID, Type: string(n.Type), Change: kind == "change", User: kind == "systemuser", Gone: n.Matter.Subject == "",
		Supplier: n.Supplier.Display(), Title: n.Matter.Title, Status: n.Status, Wished: n.Matter.Wish.Text != "",
		Until: n.Matter.Until, At: n.At, Unread: n.Read.IsZero(),
	}
}

// noticesAt is the list with a filter.
func noticesAt(t registry.NoticeType, unread bool) string {
	q := url.Values{}
	if t != "" {
		q.Set("type", string(t))
	}
	if unread {
		q.Set("unread", "1")
	}
	if len(q) == 0 {
		return paths.Notices()
	}
	return paths.Notices() + "?" + q.Encode()
}

// noticeFilters are the choices above the list.
func noticeFilters(c echo.Context, q registry.NoticeQuery, unread int) []notices.Filter {
	ctx := c.Request().Context()
	out := []notices.Filter{
		{Text: i18n.T(ctx, "notices.filter.all"), Href: noticesAt("", false), On: q.Type == "" && !q.Unread},
		{Text: i18n.T(ctx, "notices.filter.unread"), Href: noticesAt("", true), Count: unread, On: q.Unread},
	}
	for _, f := range []struct {
		typ  registry.NoticeType
		text string
	}{
		{registry.NoticeAsked, i18n.T(ctx, "notices.filter.asked")},
		{registry.NoticeForwarded, i18n.T(ctx, "notices.filter.forwarded")},
		{registry.NoticeDecided, i18n.T(ctx, "notices.filter.decided")},
		{registry.NoticeExpiring, i18n.T(ctx, "notices.filter.expiring")},
	} {
		out = append(out, notices.Filter{Text: f.text, Href: noticesAt(f.typ, false), On: q.Type == f.typ})
	}
	return out
}

// placeName names a line of the list in an address, and placeOf reads it: the
// first page when empty.
func placeName(n registry.Notice) string {
	return strconv.FormatInt(n.At.UnixMilli(), 10) + "." + string(n.ID)
}

func placeOf(s string) (registry.BulkPlace, bool) {
	if s == "" {
		return registry.BulkPlace{}, true
	}
	at, id, _ := strings.Cut(s, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	parsed, bad := models.ParseID(id)
	return registry.BulkPlace{At: time.UnixMilli(ms).UTC(), ID: parsed}, err == nil && bad == nil && ms >= 0
}

// Notice handles GET /notices/:id: it marks the notice as read and leads to what
// it is about. The mark is the reader's own and changes nothing for anybody; see
// ADR 0030 for why a GET may set it.
func (w *Web) Notice(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	n, err := w.Registry.OpenNotice(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	kind, subject, _ := strings.Cut(n.Subject, ":")
	switch kind {
	case "request":
		return see(c, paths.Request(models.ID(subject)))
	case "change":
		return see(c, paths.Change(models.ID(subject)))
	}
	return see(c, paths.SystemUser(models.ID(subject)))
}

// ReadNotices handles POST /notices/read.
func (w *Web) ReadNotices(c echo.Context) error {
	if err := w.Registry.ReadNotices(c.Request().Context(), actor(c)); err != nil {
		return err
	}
	return see(c, paths.Notices())
}

// NoticeSettings handles GET /notices/settings.
func (w *Web) NoticeSettings(c echo.Context) error {
	v, err := w.noticeSettings(c)
	if err != nil {
		return err
	}
	s := w.Shell(c)
	if c.QueryParam("saved") != "" {
		s.Flash = i18n.T(c.Request().Context(), "notices.settings.saved")
	}
	return respond.Page(c, http.StatusOK, notices.Choose(s, v))
}

func (w *Web) noticeSettings(c echo.Context) (notices.Settings, error) {
	ctx := c.Request().Context()
	if _, err := w.account(c); err != nil {
		return notices.Settings{}, err
	}
	s, err := w.Registry.NoticeSettings(ctx, actor(c))
	if err != nil {
		return notices.Settings{}, err
	}
	v := notices.Settings{Mails: s.Mails, Address: s.Address, Lang: cmp.Or(s.Lang, i18n.Lang(ctx))}
	for _, choice := range s.Choices {
		v.Rows = append(v.Rows, notices.Row{Type: string(choice.Type), Here: choice.Here, Mail: choice.Mail})
	}
	return v, nil
}

// ChooseNotices handles POST /notices/settings. While no mail is sent the form
// does not ask about it, and what the person has chosen stays.
func (w *Web) ChooseNotices(c echo.Context) error {
	f, err := form(c)
	if err != nil {
		return err
	}
	v, err := w.noticeSettings(c)
	if err != nil {
		return err
	}
	if v.Mails {
		v.Lang = models.Language(one(f, "lang"))
	}
	choices := make([]registry.NoticeChoice, len(v.Rows))
	for i := range v.Rows {
		r := &v.Rows[i]
		r.Here = slices.Contains(f[r.Type], "here")
		if v.Mails {
			r.Mail = slices.Contains(f[r.Type], "mail")
		}
		choices[i] = registry.NoticeChoice{Type: registry.NoticeType(r.Type), Here: r.Here, Mail: r.Mail, Lang: v.Lang}
	}
	err = w.Registry.ChooseNotices(c.Request().Context(), actor(c), choices)
	if faults := faultsOf(err); faults != nil {
		v.Faults = faults[:1] // an unknown language is one for every type
		return respond.Again(c, notices.Choose(w.Shell(c), v))
	}
	if err != nil {
		return err
	}
	return see(c, paths.NoticeSettings()+"?saved=1")
}
