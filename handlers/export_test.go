package handlers

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// Addresses lists what the router answers, as "METHOD path".
func (s *Server) Addresses() []string {
	var out []string
	for _, r := range s.echo.Routes() {
		if r.Method != echo.RouteNotFound {
			out = append(out, strings.Join([]string{r.Method, r.Path}, " "))
		}
	}
	return out
}
