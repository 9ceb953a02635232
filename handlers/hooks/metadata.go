package hooks

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/openapi"
	"github.com/stafett/stafett/handlers/respond"
)

// AuthZENConfiguration handles GET /.well-known/authzen-configuration (AuthZEN
// 1.0 section 9). Addresses are built from the configured public URL alone.
func (h *Hooks) AuthZENConfiguration(c echo.Context) error {
	return respond.JSON(c, http.StatusOK, openapi.AuthzenConfiguration{
		PolicyDecisionPoint:      h.publicURL,
		AccessEvaluationEndpoint: h.publicURL + "/access/v1/evaluation",
	})
}

// OpenAPI handles GET /openapi.json: the description of these endpoints.
func (h *Hooks) OpenAPI(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSONBlob(http.StatusOK, openapi.JSON())
}
