package hooks

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
)

// Evaluate handles POST /access/v1/evaluation: an API asks whether a system
// user may do something for a party now (AuthZEN 1.0 section 6). A no is 200.
// The server sends the caller's X-Request-ID back, as it does everywhere.
func (h *Hooks) Evaluate(c echo.Context) error {
	caller, err := h.decider(c)
	if err != nil {
		return err
	}
	question, err := body(c.Request())
	if err != nil {
		return invalid(c, err)
	}
	decision, err := h.evaluate.Ask(c.Request().Context(), caller, question)
	if err != nil {
		return invalid(c, err)
	}
	return respond.JSON(c, http.StatusOK, decision)
}
