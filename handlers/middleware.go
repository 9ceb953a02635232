package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/api"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/handlers/web"
	"github.com/stafett/stafett/models"
)

// Limits of a request.
const (
	maxBody     = 64 << 10
	maxURL      = 4 << 10
	maxDuration = 10 * time.Second
)

// bodyLimit is how large a body of the route may be: a bulk job holds many
// questions.
func bodyLimit(c echo.Context) int64 {
	switch c.Path() {
	case bulkBase:
		return api.MaxBulk
	case clientFile:
		return web.MaxClientBody
	}
	return maxBody
}

// identify gives the request an id of our own. A caller's X-Request-ID is kept
// beside it in the log when it is harmless, and sent back.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := string(models.NewID())
		c.Set(respond.RequestIDKey, id)
		sent := c.Request().Header.Get(echo.HeaderXRequestID)
		if harmless.MatchString(sent) {
			c.Response().Header().Set(echo.HeaderXRequestID, sent)
		} else {
			c.Response().Header().Set(echo.HeaderXRequestID, id)
		}
		return next(c)
	}
}

var harmless = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// logged writes one event per request: route and code, never ids, queries,
// tokens or bodies.
func (s *Server) logged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := s.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		attrs := []slog.Attr{
			slog.String("route", c.Path()), slog.String("method", verb(c.Request().Method)), slog.Int("status", c.Response().Status),
			slog.Int64("bytes", c.Response().Size), slog.Float64("duration_ms", float64(s.Now().Sub(began).Microseconds())/1000),
			slog.String("request_id", respond.RequestID(c)),
		}
		if code := respond.Code(c); code != "" {
			attrs = append(attrs, slog.String("code", string(code)))
		}
		s.Logger.LogAttrs(c.Request().Context(), slog.LevelInfo, "request", attrs...)
		return nil
	}
}

// verb is a method for the log: a caller may send any word as one, and his words
// do not come there.
func verb(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// recovered turns a panic into an internal error.
func (s *Server) recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // net/http panics with this very value
					panic(p)
				}
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		return next(c)
	}
}

// headers sets what every answer has, errors too. Nothing is loaded from
// elsewhere, nothing runs inline, no form ends on another origin, and no page
// is framed.
func (s *Server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	fixed := http.Header{}
	fixed.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'")
	fixed.Set(echo.HeaderXContentTypeOptions, "nosniff")
	fixed.Set(echo.HeaderXFrameOptions, "DENY")
	fixed.Set(echo.HeaderReferrerPolicy, "same-origin")
	fixed.Set("Cross-Origin-Opener-Policy", "same-origin")
	fixed.Set("Cross-Origin-Resource-Policy", "same-origin")
	fixed.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if s.Secure {
		fixed.Set(echo.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
	return func(c echo.Context) error {
		maps.Copy(c.Response().Header(), fixed)
		return next(c)
	}
}

// bounded limits the size of the address and the body and how long it takes,
// and refuses paths that two servers could read differently.
func (s *Server) bounded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if len(r.URL.RequestURI()) > maxURL || !clean(r.URL.Path) || escapedSlash(r.URL) {
			return models.NewError(models.Invalid, models.CodeNotAcceptable)
		}
		limit := bodyLimit(c)
		if r.ContentLength > limit {
			return models.NewError(models.Invalid, models.CodeTooLarge)
		}
		ctx, cancel := context.WithTimeout(r.Context(), maxDuration)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(c.Response(), r.Body, limit)
		c.SetRequest(r)
		return next(c)
	}
}

func clean(path string) bool {
	return !strings.Contains(path, "//") && !strings.Contains(path, "/./") && !strings.Contains(path, "/../") &&
		!strings.HasSuffix(path, "/..") && !strings.HasSuffix(path, "/.") && !strings.ContainsAny(path, "\\;\x00\r\n")
}

// sameSite refuses a form that was posted from another site.
var crossOrigin = http.NewCrossOriginProtection()

func sameSite(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := crossOrigin.Check(c.Request()); err != nil {
			return &models.Error{Kind: models.Forbidden, Code: models.CodeCrossSite, Err: err}
		}
		return next(c)
	}
}

// clientAddress says whose address a request comes from: the peer's, unless
// the peer is one of the proxies.
func clientAddress(proxies []string) (echo.IPExtractor, error) {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect(), nil
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		if !strings.Contains(p, "/") {
			if ip := net.ParseIP(p); ip != nil && ip.To4() == nil {
				p += "/128"
			} else {
				p += "/32"
			}
		}
		_, network, err := net.ParseCIDR(p)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q is no address and no network", p)
		}
		trust = append(trust, echo.TrustIPRange(network))
	}
	return echo.ExtractIPFromXFFHeader(trust...), nil
}
