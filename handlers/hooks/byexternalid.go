package hooks

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/openapi"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/rar"
)

// ByExternalID handles GET /authentication/api/v1/systemuser/byExternalId,
// Altinn's look-up. It is enrichment under another form: the same caller's
// issuer, the same chain, the same journal. Every refusal is the same 404.
func (h *Hooks) ByExternalID(c echo.Context) error {
	caller, err := h.enricher(c, ScopeLookup)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	q, err := h.lookup(c.Request().URL.RawQuery)
	if err != nil {
		return invalid(c, h.enrich.Turn(ctx, caller, err))
	}
	grant, err := h.enrich.Enrich(ctx, caller, q)
	if _, refused := errors.AsType[*rar.Refusal](err); refused {
		return &models.Error{Kind: models.NotFound, Code: models.CodeNotFound, Err: err}
	}
	if err != nil {
		return err
	}
	answer, err := systemUser(grant)
	if err != nil {
		return err
	}
	return respond.JSON(c, http.StatusOK, answer)
}

// lookup reads the query, whose names match without regard to case. A name
// that stands twice is refused: two readers could take another one each.
func (h *Hooks) lookup(raw string) (rar.Query, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return rar.Query{}, &models.Error{Kind: models.Invalid, Code: models.CodeInvalid, Err: err}
	}
	lower := url.Values{}
	for name, all := range values {
		name = strings.ToLower(name)
		lower[name] = append(lower[name], all...)
	}
	var faults models.Faults
	for _, name := range []string{rar.ParamClientID, rar.ParamSupplier, rar.ParamCustomer, rar.ParamExternalRef} {
		if len(lower[strings.ToLower(name)]) > 1 {
			faults.Add(name, "duplicate")
		}
	}
	if err := faults.Err(); err != nil {
		return rar.Query{}, err
	}
	return rar.ParseByExternalID(func(name string) string { return lower.Get(strings.ToLower(name)) }, h.enrich.Numbers)
}

// systemUser writes a grant as Altinn does. productName holds the system's id,
// since issuers read system_id from there; supplierName is always empty.
func systemUser(g rar.Grant) (openapi.SystemUser, error) {
	id, err := uuid.Parse(string(g.SystemUser))
	return openapi.SystemUser{
		Id:               id,
		IntegrationTitle: g.Title,
		SystemId:         g.SystemID,
		ProductName:      g.SystemID,
		ReporteeOrgNo:    string(g.Customer),
		Created:          g.CreatedAt.UTC(),
		SupplierOrgno:    string(g.Supplier),
		ExternalRef:      g.ExternalRef,
		UserType:         openapi.SystemUserUserType(g.Kind),
	}, err
}
