package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// attach names the file that a download becomes, which no cache keeps.
func attach(c echo.Context, name string) {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
}

// sendCSV sends rows as a file that a Norwegian Excel opens: UTF-8 that says so,
// with semicolons. A cell that a program for sheets would take for a formula is
// marked as text.
func sendCSV(c echo.Context, name string, rows [][]string) error {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	out.Comma, out.UseCRLF = ';', true
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	attach(c, name)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}
