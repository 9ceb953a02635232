package web

import (
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/openapi"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/docs"
)

// manual is the API's description, read once.
var manual = sync.OnceValues(func() (docs.Reference, error) { return docs.Parse(openapi.JSON()) })

// Docs handles GET /docs: what the API is. problems are its codes, in the order
// in which they are shown.
func (w *Web) Docs(problems []respond.Meaning) echo.HandlerFunc {
	rows := make([]docs.Problem, len(problems))
	for i, p := range problems {
		rows[i] = docs.Problem(p)
	}
	return w.Recognised(func(c echo.Context) error {
		r, err := manual()
		if err != nil {
			return err
		}
		return respond.Page(c, http.StatusOK, docs.Index(w.Shell(c), docs.View{Reference: r, Problems: rows}))
	})
}

// DocsGroup handles GET /docs/:group: the operations of one kind. base is the
// address at which programs reach us, without a slash at the end.
func (w *Web) DocsGroup(base string) echo.HandlerFunc {
	return w.Recognised(func(c echo.Context) error {
		r, err := manual()
		if err != nil {
			return err
		}
		g, ok := r.Group(c.Param("group"))
		if !ok {
			return models.NewError(models.NotFound, models.CodeNotFound)
		}
		return respond.Page(c, http.StatusOK, docs.Operations(w.Shell(c), docs.GroupView{Group: g, Base: base}))
	})
}
