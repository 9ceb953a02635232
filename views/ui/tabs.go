package ui

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
)

// UserTab is one of the pages about a system user, as the key of its name.
type UserTab string

// The pages about a system user.
const (
	UserRights   UserTab = "customer.tab.rights"
	UserClients  UserTab = "customer.tab.clients"
	UserHistory  UserTab = "customer.tab.history"
	UserSettings UserTab = "customer.tab.settings"
)

type tab struct {
	Link
	at bool // the page is it
}

// userTabs are the pages about the system user: one for clients is an agent's.
func userTabs(ctx context.Context, id models.ID, clients bool, at UserTab) []tab {
	var tabs []tab
	add := func(which UserTab, href string) {
		tabs = append(tabs, tab{Link{Text: i18n.T(ctx, string(which)), Href: href}, which == at})
	}
	add(UserRights, paths.SystemUser(id))
	if clients {
		add(UserClients, paths.SystemUserClients(id))
	}
	add(UserHistory, paths.SystemUserHistory(id))
	add(UserSettings, paths.SystemUserSettings(id))
	return tabs
}
