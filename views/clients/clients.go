package clients

import (
	"net/url"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/views/ui"
)

// State is how a client stands to the agent system user.
type State string

// The states.
const (
	Ready    State = "ready"
	Lacks    State = "lacks"
	Attached State = "attached"
	Lame     State = "lame"
)

// Agent is the system user that the pages are about.
type Agent struct {
	ID       models.ID
	Title    string
	Supplier string // legal name
}

// View is a list of clients: those that the agent serves, or in Add those of the
// facilitator with what each lacks.
type View struct {
	Agent
	Add    bool
	Needs  []models.Text // the packages that it needs of each client
	Text   string        // what was searched for
	State  State         // filtered by; empty for all
	Kind   string        // URN of the relation filtered by; empty for all
	States []Chip
	Kinds  []Chip
	Orders []Chip
	Sizes  []Chip
	Query  url.Values // of the filter, for forms and files
	Rows   []Row
	Found  int // that match
	Doable int // of these, how many can be added, or removed
	All    int // without a filter
	Pages  ui.Pages
	How    []Lack // what clients of the list lack, and how they can give it
	Own    Own
	Rules  []Rule
	Jobs   []Job
	Can    bool     // the reader may add clients
	Need   ui.Need  // what he must do before; empty for nothing
	Admins []string // who may add clients, where the reader never may
	Faults []models.FieldError
}

// Chip is a choice of a filter.
type Chip struct {
	Text  string // translated or of the catalogue
	Count int
	Href  string
	At    bool // it is chosen
}

// Row is one client.
type Row struct {
	No    string
	Name  string
	Kinds []models.Text // how it is a client
	Since time.Time     // when it was attached
	By    string        // by whom; empty when not known
	State State
	Lacks []models.Text
}

// Lack is a package that clients lack.
type Lack struct {
	Package models.Text
	Given   bool          // the client can give it
	Roles   []models.Text // or it follows from these relations
}

// Own is the facilitator as its own client.
type Own struct {
	Name   string
	Since  time.Time // zero when it is not attached
	On     bool
	Can    bool // the reader may change it
	CanAdd bool // and every package can be given
}

// Rule is a rule for new clients of a kind, or that there is none.
type Rule struct {
	URN   string
	Kind  models.Text
	On    bool
	By    string
	Since time.Time
	Rests bool // its person may not add clients now
}

// Job is a job over clients.
type Job struct {
	ID        models.ID
	Kind      bulk.Kind
	Status    bulk.Status
	Total     int
	Done      int
	Failed    int
	Cancelled int
	By        string
	Rule      bool
	At        time.Time
}

// Handled is how many of the job's clients have been seen to.
func (j Job) Handled() int { return j.Done + j.Failed + j.Cancelled }

// JobView is the page of a job.
type JobView struct {
	Agent
	Job    Job
	Chips  []Chip
	Rows   []Outcome
	Pages  ui.Pages
	Can    bool // the reader may try again what failed
	Cancel bool // and cancel it
}

// Outcome is what became of a client.
type Outcome struct {
	No     string
	Name   string // empty for one that we do not know
	Status bulk.RowStatus
	Code   string // why it failed
	Before bool   // there was nothing to do
	Lacks  []models.Text
}

// ConfirmView asks before many are added or removed.
type ConfirmView struct {
	Agent
	Kind  bulk.Kind
	Count int        // how many it is about
	Left  int        // how many of the list are left as they are
	Query url.Values // of the filter
	Words []string   // what the list was narrowed by
}

// FileView takes a list of numbers, and shows what is in it.
type FileView struct {
	Agent
	Kind   bulk.Kind
	Text   string // as pasted
	Faults []models.FieldError
	Seen   bool // a list has been read
	Lines  []Line
	More   int    // lines that are not shown
	Counts []Chip // how many there are of each kind
	Good   int
	List   string // numbers of those that can be done, to be sent back
	Can    bool
	Need   ui.Need
}

// Line is one line of a list.
type Line struct {
	N     int // in the list, from 1
	Text  string
	Name  string
	Is    string // "ok", "already", "unknown", "lacks", "number", "twice"
	Lacks []models.Text
}

// OverView is the organisation's clients, and which agents serve each.
type OverView struct {
	Text   string
	Agents []Agent
	Rows   []OverRow
	All    int
	Pages  ui.Pages
}

// OverRow is a client in it.
type OverRow struct {
	Row
	Agents []Agent
}
