package hooks

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/openapi"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/static"
)

// AuthZENConfiguration handles GET /.well-known/authzen-configuration (AuthZEN
// 1.0 section 9). Addresses are built from the configured public URL alone.
func (h *Hooks) AuthZENConfiguration(c echo.Context) error {
	return respond.JSON(c, http.StatusOK, openapi.AuthzenConfiguration{
		PolicyDecisionPoint:      h.publicURL,
		AccessEvaluationEndpoint: h.publicURL + "/access/v1/evaluation",
	})
}

// served is the description as it goes out: without the white space of the file,
// compressed for who takes that, and named by its content. The name is a weak
// one, since it stands for both forms (RFC 9110 section 8.8.1).
type served struct {
	plain, packed []byte
	tag           string
}

var description = sync.OnceValue(func() (d served) {
	var b bytes.Buffer
	if err := json.Compact(&b, openapi.JSON()); err != nil {
		panic(err) // a test holds it to JSON
	}
	d.plain = b.Bytes()
	d.packed, _ = static.Pack(d.plain)
	sum := sha256.Sum256(d.plain)
	d.tag = `W/"` + hex.EncodeToString(sum[:16]) + `"`
	return d
})

// OpenAPI handles GET /openapi.json: the description of these endpoints. It
// changes with the program alone, so it may be kept as long as each use asks
// whether it is still the one (RFC 9110 section 13.1.2).
func (h *Hooks) OpenAPI(c echo.Context) error {
	d, header := description(), c.Response().Header()
	header.Set(echo.HeaderCacheControl, "no-cache")
	header.Set(echo.HeaderVary, echo.HeaderAcceptEncoding)
	header.Set("ETag", d.tag)
	for tag := range strings.SplitSeq(c.Request().Header.Get("If-None-Match"), ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(d.tag, "W/") {
			return c.NoContent(http.StatusNotModified)
		}
	}
	if d.packed != nil && static.TakesGzip(c.Request().Header.Values(echo.HeaderAcceptEncoding)) {
		header.Set(echo.HeaderContentEncoding, "gzip")
		return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, d.packed)
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, d.plain)
}
