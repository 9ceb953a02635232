package web

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/paths"
)

// UserSettings handles GET /systemusers/:id/settings. The query's done says what
// was just done.
func (w *Web) UserSettings(c echo.Context) error {
	page, err := w.systemUser(c)
	if err != nil {
		return err
	}
	shell, v := w.Shell(c), settingsView(page)
	shell.Flash = customer.DoneText(c.Request().Context(), c.QueryParam("done"), v.User)
	return respond.Page(c, http.StatusOK, customer.Settings(shell, v))
}

func settingsView(page registry.SystemUserPage) customer.SettingsView {
	u := page.SystemUser
	v := customer.SettingsView{
		User: userView(page), Version: u.Version, Lacking: itemViews(page.Care.Lacking), Managers: names(page.Care.Managers),
		NewTitle: u.Title, Until: lastDayOf(u.ValidTo),
	}
	for i, item := range v.User.Items {
		v.Choices = append(v.Choices, customer.Choice{Value: page.Asked[i].Item.String(), Item: item})
	}
	return v
}

// lastDayOf writes the last day on which something holds that ends at end, as
// lastDay reads it.
func lastDayOf(end time.Time) string {
	if end.IsZero() {
		return ""
	}
	return end.Add(-time.Nanosecond).In(i18n.Oslo).Format(time.DateOnly)
}

// settings shows the settings again after something that could not be done: with
// the fault beside its field and what was typed, or with what has happened
// meanwhile. Any other error is told on its own page.
func (w *Web) settings(c echo.Context, failed error, typed func(*customer.SettingsView)) error {
	e, ok := errors.AsType[*models.Error](failed)
	_, refused := errors.AsType[*registry.NotGrantedError](failed)
	code := models.CodeOf(failed)
	changed, status := "", respond.Status(code)
	switch {
	case refused:
		changed = "keep.changed.not_granted"
	case ok && code == models.CodeInvalid:
		status = http.StatusUnprocessableEntity
	case code == models.CodeConflict:
		changed = "keep.changed.conflict"
	case code == models.CodeNotPaused:
		changed = "keep.changed.not_paused"
	case code == models.CodeUserRevoked: // its page says by whom
	default:
		return failed
	}
	page, err := w.systemUser(c)
	if err != nil {
		return err
	}
	v := settingsView(page)
	v.Changed = changed
	if changed == "" && ok {
		v.Faults = e.Fields
		typed(&v)
	}
	respond.Failed(c, code)
	shell := w.Shell(c)
	shell.Path = paths.SystemUserSettings(page.SystemUser.ID)
	return respond.Page(c, status, customer.Settings(shell, v))
}

// act does one thing to the system user of the path by a form, and shows the
// settings: anew, with done, or again, with what was typed.
func (w *Web) act(
	c echo.Context, do func(id models.ID, f func(string) string) (done string, err error), typed func(*customer.SettingsView, func(string) string),
) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	field := func(name string) string { return one(f, name) }
	done, err := do(id, field)
	if err != nil {
		return w.settings(c, err, func(v *customer.SettingsView) { typed(v, field) })
	}
	return see(c, paths.SystemUserSet(id, done))
}

// RenameUser handles POST /systemusers/:id/settings/rename.
func (w *Web) RenameUser(c echo.Context) error {
	return w.act(c, func(id models.ID, f func(string) string) (string, error) {
		_, err := w.Registry.Rename(c.Request().Context(), actor(c), id, f("title"))
		return "renamed", err
	}, func(v *customer.SettingsView, f func(string) string) { v.NewTitle = f("title") })
}

// PauseUser handles POST /systemusers/:id/settings/pause.
func (w *Web) PauseUser(c echo.Context) error {
	return w.act(c, func(id models.ID, f func(string) string) (string, error) {
		return "paused", w.Registry.SuspendSystemUser(c.Request().Context(), actor(c), id, f("reason"))
	}, func(v *customer.SettingsView, f func(string) string) { v.Reason = f("reason") })
}

// ResumeUser handles POST /systemusers/:id/settings/resume.
func (w *Web) ResumeUser(c echo.Context) error {
	return w.act(c, func(id models.ID, _ func(string) string) (string, error) {
		return "resumed", w.Registry.UnsuspendSystemUser(c.Request().Context(), actor(c), id)
	}, func(*customer.SettingsView, func(string) string) {})
}

// EndUser handles POST /systemusers/:id/settings/end-date. A version that is none
// is that of nothing.
func (w *Web) EndUser(c echo.Context) error {
	return w.act(c, func(id models.ID, f func(string) string) (string, error) {
		end, fault := lastDay(f("until"))
		if fault != "" {
			return "", models.Faults{{Field: "until", Fault: fault}}.Err()
		}
		seen, _ := strconv.ParseInt(f("version"), 10, 64)
		done := "ends"
		if end.IsZero() {
			done = "endless"
		}
		return done, w.Registry.SetSystemUserEnd(c.Request().Context(), actor(c), id, end, seen)
	}, func(v *customer.SettingsView, f func(string) string) { v.Until = f("until") })
}

// RemoveForm handles GET /systemusers/:id/remove: what goes with the items of
// the query.
func (w *Web) RemoveForm(c echo.Context) error {
	return w.removeForm(c, http.StatusOK, c.QueryParams()["items"], w.Shell(c))
}

func (w *Web) removeForm(c echo.Context, status int, values []string, shell layout.Shell) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	p, err := w.Registry.NarrowPreview(c.Request().Context(), actor(c), id, itemsIn(values))
	if err != nil {
		return w.settings(c, err, func(*customer.SettingsView) {})
	}
	return respond.Page(c, status, customer.Narrow(shell, customer.NarrowView{
		ID: id, Title: p.SystemUser.Title, Program: p.System.Name, Supplier: p.Supplier.Display(), Agent: p.SystemUser.Kind == systemuser.Agent,
		Values: itemValues(p.Items), Seen: p.Seen, Items: itemViews(p.Items), Kept: itemViews(p.Kept),
		Gone: serviceViews(p.Gone), Stay: serviceViews(p.Stay), Clients: p.Clients, Changed: status == http.StatusConflict,
	}))
}

// RemoveItems handles POST /systemusers/:id/remove. When it is not as it was
// shown, what goes now is shown instead, or the settings when that is nothing.
func (w *Web) RemoveItems(c echo.Context) error {
	id, f, err := posted(c)
	if err != nil {
		return err
	}
	err = w.Registry.NarrowSystemUser(c.Request().Context(), actor(c), id, itemsIn(f["items"]), one(f, "seen"))
	switch {
	case err == nil:
		return see(c, paths.SystemUserSet(id, "removed"))
	case models.CodeOf(err) != models.CodeConflict:
		return w.settings(c, err, func(*customer.SettingsView) {})
	}
	if _, gone := w.Registry.NarrowPreview(c.Request().Context(), actor(c), id, itemsIn(f["items"])); gone != nil {
		return w.settings(c, err, func(*customer.SettingsView) {})
	}
	respond.Failed(c, models.CodeConflict)
	shell := w.Shell(c)
	shell.Path = paths.SystemUserSettings(id)
	return w.removeForm(c, http.StatusConflict, f["items"], shell)
}

// itemsIn reads items as itemValues writes them. What is none is one that no
// system user holds.
func itemsIn(values []string) []catalog.Item {
	items := make([]catalog.Item, len(values))
	for i, value := range values {
		items[i], _ = catalog.ParseItem(value)
	}
	return items
}

func itemValues(asked []registry.Asked) []string {
	out := make([]string, len(asked))
	for i, a := range asked {
		out[i] = a.Item.String()
	}
	return out
}

func serviceViews(services []registry.Service) []customer.Service {
	out := make([]customer.Service, len(services))
	for i, s := range services {
		out[i] = customer.Service{Name: s.Resource.Title, Action: s.Action, By: itemNames(s.By)}
		if s.Resource.Title.Empty() {
			out[i].Name = models.Text{NB: cmp.Or(s.Resource.ID, "–")}
		}
	}
	return out
}
