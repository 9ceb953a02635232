package hooks

import (
	"context"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/openapi"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
)

// Logins ends logins. *auth.Login does.
type Logins interface {
	// EndByProvider ends the logins that the provider's logout token is about.
	EndByProvider(ctx context.Context, provider, token string) error
}

// EndLogins handles POST /login/backchannel/:provider: a provider tells that
// somebody has logged out there (OpenID Connect Back-Channel Logout 1.0 section
// 2.5). The answer is 200, or 400 with an OAuth error when nothing has ended,
// whatever the cause (section 2.8). It says nothing about whether anybody was
// logged in.
func (h *Hooks) EndLogins(c echo.Context) error {
	err := h.endLogins(c)
	if err == nil {
		return respond.JSON(c, http.StatusOK, struct{}{})
	}
	code, answer := models.CodeOf(err), openapi.LogoutRefusalErrorInvalidRequest
	if code == models.CodeUnavailable || code == models.CodeInternal {
		answer = openapi.LogoutRefusalErrorTemporarilyUnavailable
		h.logger.ErrorContext(c.Request().Context(), "back-channel log-out failed", "error", err.Error(), "request_id", respond.RequestID(c))
	}
	respond.Failed(c, code)
	return respond.JSON(c, http.StatusBadRequest, openapi.LogoutRefusal{Error: answer})
}

func (h *Hooks) endLogins(c echo.Context) error {
	r := c.Request()
	kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEApplicationForm {
		return models.NewError(models.Invalid, models.CodeMediaType)
	}
	if err := r.ParseForm(); err != nil {
		return &models.Error{Kind: models.Invalid, Code: models.CodeInvalid, Err: err}
	}
	tokens := r.PostForm["logout_token"]
	if len(tokens) != 1 {
		return models.NewError(models.Invalid, models.CodeInvalid)
	}
	return h.logins.EndByProvider(r.Context(), c.Param("provider"), tokens[0])
}
