package web

import (
	"cmp"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/clients"
)

const (
	// maxClientFile is how large a list of clients may be, in bytes.
	maxClientFile = 1 << 20
	// MaxClientBody is how large the body may be that carries one.
	MaxClientBody = 2 * maxClientFile
	// linesShown is how many lines of a list its preview shows.
	linesShown = 500
)

// ClientFileForm handles GET /systemusers/:id/clients/file.
func (w *Web) ClientFileForm(c echo.Context) error {
	v, err := w.clientFile(c)
	if err != nil {
		return err
	}
	return respond.Page(c, http.StatusOK, clients.FilePage(w.Shell(c), v))
}

func (w *Web) clientFile(c echo.Context) (clients.FileView, error) {
	id, err := pathID(c)
	if err != nil {
		return clients.FileView{}, err
	}
	l, err := w.Registry.ClientList(c.Request().Context(), actor(c), id, registry.ClientListQuery{Attached: true, Size: 1})
	v := clients.FileView{Agent: agentView(l), Kind: bulk.Attach, Can: l.Refused != models.CodeForbidden, Need: need(l.Refused)}
	if l.Refused != "" {
		v.Kind = bulk.Detach
	}
	return v, err
}

// ClientFile handles POST /systemusers/:id/clients/file: it shows what is in a
// list, and starts a job over what of it can be done.
func (w *Web) ClientFile(c echo.Context) error {
	f, file, err := fileForm(c)
	if err != nil {
		return err
	}
	kind := bulk.Attach
	if one(f, "do") == string(bulk.Detach) {
		kind = bulk.Detach
	}
	if one(f, "op") == "start" {
		return w.startClients(c, registry.ClientChoice{Kind: kind, Clients: w.numbers(strings.Fields(one(f, "numbers")))})
	}
	v, err := w.clientFile(c)
	if err != nil {
		return err
	}
	v.Kind, v.Text = kind, one(f, "text")
	text := cmp.Or(file, v.Text)
	lines := w.readLines(text)
	if fault := listFault(text, lines); fault != "" {
		field := "text"
		if file != "" {
			field = "file"
		}
		v.Faults = []models.FieldError{{Field: field, Fault: fault}}
		if len(v.Text) > maxClientFile/10 {
			v.Text = ""
		}
		return respond.Again(c, clients.FilePage(w.Shell(c), v))
	}
	if err := w.judge(c, &v, lines); err != nil {
		return err
	}
	return respond.Page(c, http.StatusOK, clients.FilePage(w.Shell(c), v))
}

// fileForm reads the fields and the file of a form.
func fileForm(c echo.Context) (fields map[string][]string, file string, err error) {
	r := c.Request()
	if kind, _, _ := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); kind != echo.MIMEMultipartForm {
		fields, err = form(c)
		return fields, "", err
	}
	if err := r.ParseMultipartForm(MaxClientBody); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, "", err
		}
		return nil, "", &models.Error{Kind: models.Invalid, Code: models.CodeMediaType, Err: err}
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	if sent := r.MultipartForm.File["file"]; len(sent) > 0 {
		in, err := sent[0].Open()
		if err != nil {
			return nil, "", err
		}
		defer func() { _ = in.Close() }()
		b, err := io.ReadAll(io.LimitReader(in, maxClientFile+1))
		if err != nil {
			return nil, "", err
		}
		file = string(b)
	}
	return r.MultipartForm.Value, file, nil
}

// listFault is what is wrong with a list as a whole; empty for nothing.
func listFault(text string, lines []clients.Line) string {
	switch {
	case len(text) > maxClientFile:
		return "clients.large"
	case len(lines) == 0:
		return "clients.empty"
	case len(lines) > bulk.MaxRows:
		return "clients.many"
	}
	return ""
}

// readLines reads what people have in their files: numbers with spaces, in any
// column, below a heading or not, quoted or guarded against formulas. A line with
// several numbers counts as several.
func (w *Web) readLines(text string) []clients.Line {
	if !utf8.ValidString(text) { // an older Excel
		r := make([]rune, 0, len(text))
		for i := range len(text) {
			r = append(r, rune(text[i]))
		}
		text = string(r)
	}
	text = strings.TrimLeft(text, "\ufeff\u00ff\u00fe") // the mark of UTF-8, or of UTF-16, whose zeroes go too
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(text)
	var out []clients.Line
	first := true
	for row := range strings.SplitSeq(text, "\n") {
		if strings.Trim(row, " \t;,\"'") == "" {
			continue
		}
		found := false
		for _, cell := range strings.FieldsFunc(row, func(r rune) bool { return r == ';' || r == ',' || r == '\t' }) {
			if no := party.Clean(strings.Trim(cell, " \t='\"")); len(no) == 9 && strings.Trim(no, "0123456789") == "" {
				found = true
				out = append(out, clients.Line{N: len(out) + 1, Text: no})
			}
		}
		heading := first && !strings.ContainsAny(row, "0123456789")
		if first = false; !found && !heading {
			r := []rune(strings.TrimSpace(row))
			out = append(out, clients.Line{N: len(out) + 1, Text: string(r[:min(len(r), 80)]), Is: "number"})
		}
		if len(out) > bulk.MaxRows {
			break
		}
	}
	return out
}

// judge says what each line is, those first that nothing can be done with.
func (w *Web) judge(c echo.Context, v *clients.FileView, lines []clients.Line) error {
	var numbers []party.OrgNo
	seen := map[string]bool{}
	for i, l := range lines {
		switch _, err := w.Registry.Numbers.Parse(l.Text); {
		case l.Is != "":
		case err != nil:
			lines[i].Is = "number"
		case seen[l.Text]:
			lines[i].Is = "twice"
		default:
			seen[l.Text] = true
			numbers = append(numbers, party.OrgNo(l.Text))
		}
	}
	known, packages, err := w.Registry.ClientsNamed(c.Request().Context(), actor(c), v.ID, numbers)
	if err != nil {
		return err
	}
	counts, good := map[string]int{}, []string{}
	for i := range lines {
		l := &lines[i]
		if l.Is == "" {
			one, ok := known[party.OrgNo(l.Text)]
			if l.Is = lineIs(v.Kind, one, ok); ok {
				l.Name = one.Organisation.Display()
			}
			if l.Is == "lacks" {
				for _, item := range one.Lacks {
					l.Lacks = append(l.Lacks, packages[item.Ref])
				}
			}
		}
		if counts[l.Is]++; l.Is == "ok" {
			good = append(good, l.Text)
		}
	}
	for _, is := range []string{"ok", "already", "lacks", "unknown", "number", "twice"} {
		if counts[is] > 0 {
			v.Counts = append(v.Counts, clients.Chip{Text: clients.LineText(c.Request().Context(), v.Kind, is), Count: counts[is]})
		}
	}
	slices.SortStableFunc(lines, func(a, b clients.Line) int { return trouble(a.Is) - trouble(b.Is) })
	v.Seen, v.Good, v.List = true, len(good), strings.Join(good, " ")
	v.Lines, v.More = lines[:min(len(lines), linesShown)], max(0, len(lines)-linesShown)
	return nil
}

// trouble puts lines first that somebody must look at.
func trouble(is string) int {
	switch is {
	case "ok":
		return 2
	case "already", "twice":
		return 1
	}
	return 0
}

func lineIs(kind bulk.Kind, one registry.Client, known bool) string {
	switch attached := one.Delegation != ""; {
	case kind == bulk.Detach && attached:
		return "ok"
	case kind == bulk.Detach && known:
		return "already"
	case !known, kind == bulk.Attach && len(one.Relations) == 0 && !attached:
		return "unknown"
	case attached:
		return "already"
	case len(one.Lacks) > 0:
		return "lacks"
	}
	return "ok"
}
