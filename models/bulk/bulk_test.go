package bulk_test

import (
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
)

var now = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

func TestAJobIsDoneWithItsLastRow(t *testing.T) {
	t.Parallel()
	j := bulk.Job{Status: bulk.Running, Total: 3}
	if j = j.Count(1, 1, now); j.Status != bulk.Running || j.Waiting() != 1 || !j.EndedAt.IsZero() {
		t.Errorf("with a row left: %+v", j)
	}
	if j = j.Count(0, 1, now); j.Status != bulk.Done || j.Waiting() != 0 || j.Done != 1 || j.Failed != 2 || !j.EndedAt.Equal(now) {
		t.Errorf("with the last row: %+v", j)
	}
}

func TestCancelling(t *testing.T) {
	t.Parallel()
	later := now.Add(time.Hour)
	j, err := bulk.Job{Status: bulk.Running, Total: 5, Done: 2, Failed: 1}.Cancel(now)
	if err != nil || j.Status != bulk.Cancelled || j.Done != 2 || j.Failed != 1 || j.Cancelled != 2 || j.Waiting() != 0 || !j.EndedAt.Equal(now) {
		t.Errorf("%+v, %v", j, err)
	}
	again, err := j.Cancel(later)
	if err != nil || again.Cancelled != 2 || !again.EndedAt.Equal(now) {
		t.Errorf("again: %+v, %v", again, err)
	}
	done := bulk.Job{Status: bulk.Running, Total: 1}.Count(1, 0, now)
	if got, err := done.Cancel(later); models.CodeOf(err) != models.CodeJobEnded || got.Status != bulk.Done {
		t.Errorf("done: %+v, %v", got, err)
	}
}

func TestARowKeepsNoBodyOnceItHasEnded(t *testing.T) {
	t.Parallel()
	for answer, want := range map[int]bulk.RowStatus{200: bulk.RowDone, 201: bulk.RowDone, 400: bulk.RowFailed, 404: bulk.RowFailed} {
		r := bulk.Row{Position: 7, Body: []byte("{}"), Status: bulk.RowWaiting}.Ended(bulk.Result{Answer: answer})
		if r.Status != want || r.Body != nil || r.Position != 7 || r.Answer != answer {
			t.Errorf("%d: %+v", answer, r)
		}
	}
}
