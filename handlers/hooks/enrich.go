package hooks

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/rar"
)

// Enrich handles POST /v1/enrich: an issuer asks which system user a token is
// for. Everything but 200 means that no token may be made.
func (h *Hooks) Enrich(c echo.Context) error {
	answer, err := h.ask(c)
	if err != nil {
		return h.enrichProblem(c, err)
	}
	return respond.JSON(c, http.StatusOK, answer)
}

func (h *Hooks) ask(c echo.Context) (rar.Answer, error) {
	caller, err := h.enricher(c, ScopeEnrich)
	if err != nil {
		return rar.Answer{}, err
	}
	question, err := body(c.Request())
	if err != nil {
		return rar.Answer{}, err
	}
	return h.enrich.Ask(c.Request().Context(), caller, question)
}
