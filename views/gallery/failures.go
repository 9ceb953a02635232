package gallery

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/paths"
)

func failurePages() []Page {
	failure := func(code models.Code) layout.Failure {
		return layout.Failure{Code: code, Reference: "01JD3V7Q2M", Retry: paths.Requests()}
	}
	dark := kari(paths.Requests())
	dark.Scheme = "dark"
	alone := layout.Shell{Path: paths.InvitationAccept(), Person: "Siv Dal", LoginReady: true}
	who := failure(models.CodeForbidden)
	who.Who = []string{"Ola Dal", "Siri Vik"}
	pages := []Page{
		all("failure/who-may", layout.ErrorPage(kari(paths.SystemUserClients(first)), who)),
		all("failure/level", layout.ErrorPage(kari(paths.Invite()), failure(models.CodeLevelTooLow))),
		all("failure/login-old", layout.ErrorPage(kari(paths.Request(first)), failure(models.CodeLoginTooOld))),
		one("failure/identity-taken", layout.ErrorPage(kari(paths.Account()), failure(models.CodeIdentityTaken))),
		one("failure/invitation-ended", layout.ErrorPage(alone, failure(models.CodeInvitationEnded))),
		one("failure/holding-last", layout.ErrorPage(kari(paths.Members()), failure(models.CodeHoldingLast))),
		one("failure/no-organisation", layout.ErrorPage(alone, failure(models.CodeNoOrganisation))),
		all("failure/internal", layout.ErrorPage(kari(paths.Requests()), failure(models.CodeInternal))),
		one("failure/not-found-dark", layout.ErrorPage(dark, failure(models.CodeNotFound))),
		one("failure/signed-out", layout.ErrorPage(nobody(paths.Requests()), failure(models.CodeUnauthenticated))),
		one("failure/login-not-set-up", layout.ErrorPage(layout.Shell{Path: paths.Login()}, failure(models.CodeLoginNotSetUp))),
		one("failure/supplier", layout.ErrorPage(siv(paths.SupplierSystems()), failure(models.CodeForbidden))),
		one("failure/fields", layout.ErrorPage(kari(paths.Requests()), layout.Failure{
			Code: models.CodeInvalid, Reference: "01JD3V7Q2M", Contact: "drift@stafett.example",
			Fields: []models.FieldError{{Field: "reason", Fault: "too_long"}},
		})),
	}
	return pages
}
