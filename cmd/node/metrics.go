package node

import (
	"net/http"

	"github.com/labstack/echo-contrib/echoprometheus"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
)

// counted measures requests by route, method and status. Every series lives as
// long as the process, so that nothing which a caller can vary at will is a
// label: the Host header is left out, and methods that no route has are one.
func counted(metrics prometheus.Registerer) echo.MiddlewareFunc {
	return echoprometheus.NewMiddlewareWithConfig(echoprometheus.MiddlewareConfig{
		Registerer: metrics, Subsystem: "stafett", DoNotUseRequestPathFor404: true,
		LabelFuncs: map[string]echoprometheus.LabelValueFunc{
			"host": func(echo.Context, error) string { return "" },
			"method": func(c echo.Context, _ error) string {
				switch m := c.Request().Method; m {
				case http.MethodGet, http.MethodHead, http.MethodPost:
					return m
				}
				return "other"
			},
		},
	})
}
