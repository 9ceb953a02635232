package ui

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
)

// UserTab is one of the pages about a system user.
type UserTab string

// The pages about a system user.
const (
	UserRights   UserTab = "rights"
	UserClients  UserTab = "clients"
	UserHistory  UserTab = "history"
	UserSettings UserTab = "settings"
)

type tab struct {
	Link
	at bool // the page is it
}

// userTabs are the pages about the system user: one for clients is an agent's.
func userTabs(ctx context.Context, id models.ID, agent bool, at UserTab) []tab {
	var tabs []tab
	add := func(which UserTab, href string) {
		tabs = append(tabs, tab{Link{Text: i18n.T(ctx, "customer.tab."+string(which)), Href: href}, which == at})
	}
	add(UserRights, paths.SystemUser(id))
	if agent {
		add(UserClients, paths.SystemUserClients(id))
	}
	add(UserHistory, paths.SystemUserHistory(id))
	add(UserSettings, paths.SystemUserSettings(id))
	return tabs
}
