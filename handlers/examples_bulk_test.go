package handlers_test

import (
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// bulkScenes are those of bulk jobs.
var bulkScenes = map[string]scene{
	"startBulk": supplied, "bulkJobs": started, "bulkJob": started, "bulkRows": started, "cancelBulk": started,
}

// started is a scene in which the supplier's job runs.
func started(t *testing.T, s *kit.Site) (*kit.Client, []string) {
	t.Helper()
	c, _ := supplying(t, s)
	r := c.PostJSON("/api/v1/bulk", `{"kind":"requests","rows":[{},{}]}`).Want(202)
	return c, []string{"5b0a2a0c-6d0e-4a6f-8f0f-0d6a2b1c3d4e", r.JSON()["id"].(string)}
}
