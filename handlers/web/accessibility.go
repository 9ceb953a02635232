package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/views/public"
)

// Accessibility handles GET /accessibility, for anybody.
func (w *Web) Accessibility(c echo.Context) error {
	return respond.Page(c, http.StatusOK, public.Accessibility(w.Shell(c), public.AccessibilityView{Contact: w.Contact}))
}
