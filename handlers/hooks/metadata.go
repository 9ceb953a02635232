package hooks

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

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

// description names the description by its content.
var description = func() string {
	sum := sha256.Sum256(openapi.JSON())
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}()

// OpenAPI handles GET /openapi.json: the description of these endpoints. It
// changes with the program alone, so it may be kept as long as each use asks
// whether it is still the one (RFC 9110 section 13.1.2).
func (h *Hooks) OpenAPI(c echo.Context) error {
	header := c.Response().Header()
	header.Set(echo.HeaderCacheControl, "no-cache")
	header.Set("ETag", description)
	for _, tag := range strings.Split(c.Request().Header.Get("If-None-Match"), ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == description {
			return c.NoContent(http.StatusNotModified)
		}
	}
	return c.JSONBlob(http.StatusOK, openapi.JSON())
}
