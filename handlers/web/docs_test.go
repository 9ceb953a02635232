package web_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/handlers/openapi"
)

// Every operation of the description stands on a page that the first page leads
// to, with its path and a command to copy; so do the codes of problems.
func TestTheDescriptionCanBeReadByPeople(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.Anonymous(t)
	index := c.Get("/docs").Want(http.StatusOK).Body
	pages := map[string]string{}
	for _, m := range regexp.MustCompile(`href="(/docs/[^"#]+)"`).FindAllStringSubmatch(index, -1) {
		if _, read := pages[m[1]]; !read {
			pages[m[1]] = c.Get(m[1]).Want(http.StatusOK).Body
		}
	}
	var all strings.Builder
	for _, page := range pages {
		all.WriteString(page)
	}
	var d struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal(operationsOnly(t), &d); err != nil {
		t.Fatal(err)
	}
	for path, item := range d.Paths {
		for _, op := range item {
			if !strings.Contains(index, "#"+op.OperationID+`"`) || !strings.Contains(all.String(), `id="`+op.OperationID+`"`) || !strings.Contains(all.String(), path) {
				t.Errorf("%s (%s) is not told of", op.OperationID, path)
			}
		}
	}
	if len(d.Paths) < 7 || !strings.Contains(all.String(), "curl -X POST &#39;"+kit.PublicURL+"/v1/enrich&#39;") {
		t.Errorf("%d paths, or no command", len(d.Paths))
	}
	for _, code := range []string{"AUTH-00010", "STD-00000", "too_many"} {
		if !strings.Contains(index, "<code>"+code+"</code>") {
			t.Errorf("%s is not told of", code)
		}
	}
	for _, link := range regexp.MustCompile(`href="/docs#([^"]+)"`).FindAllStringSubmatch(all.String(), -1) {
		if !strings.Contains(index, `id="`+link[1]+`"`) {
			t.Errorf("the link to %s leads nowhere", link[1])
		}
	}
	c.Get("/docs/nothing").Want(http.StatusNotFound)
	if r := s.As(t, kit.ApproverP).Get("/docs").Want(http.StatusOK); !strings.Contains(r.Body, "Fjordbris Seilmakeri AS") {
		t.Error("who is signed in is not told for whom he acts")
	}
}

// operationsOnly is the description without the parameters beside operations.
func operationsOnly(t *testing.T) []byte {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(openapi.JSON(), &d); err != nil {
		t.Fatal(err)
	}
	for _, item := range d["paths"].(map[string]any) {
		delete(item.(map[string]any), "parameters")
	}
	out, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
