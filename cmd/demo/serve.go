package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/views/paths"
)

type serve struct {
	Listen    string `help:"Address to listen on." default:"127.0.0.1:8080"`
	PublicURL string `name:"public-url" help:"Address by which the demo is reached; http://localhost and the port unless set." placeholder:"URL"`
	Data      string `help:"Folder for the database and the keys. Delete it to begin anew." default:"${folder}" type:"path"`
	Once      bool   `help:"Play the loop once in a folder of its own, print the token and the decisions as JSON, and stop."`
}

// Run serves the demo until the context ends, or plays it once.
func (s serve) Run(ctx context.Context, c console) error {
	if s.Once {
		return s.once(ctx, c)
	}
	if err := makeFolder(s.Data); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(s.Data, "demo.log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // a log that is cut short harms nothing
	d, err := start(ctx, s, node.JSONLogger(log))
	if err != nil {
		return err
	}
	s.instruct(c, d.running.Registry, log.Name())
	err = d.wait()
	_ = os.Remove(runningPath(s.Data))
	return err
}

// instruct tells what a new user can do, step by step.
func (s serve) instruct(c console, url, log string) {
	command, own := c.self+" token --customer "+seed.Customer, c.self+" token --raw"
	if s.Data != folder() {
		command, own = command+" --data "+s.Data, own+" --data "+s.Data
	}
	p := printer{c.out}
	p.line("Stafett's demo runs at %s", url)
	p.line("")
	p.line("There is something to look at already, once you have logged in at %s/login:", url)
	p.line(" - %s, managing director of %s: a request from %s to answer,", seed.Approver, orgName(seed.Customer), orgName(seed.OtherSupplier))
	p.line("   a change of the rights of a system user that has been used for a month, and programs to choose among.")
	p.line(" - %s, access manager there: the same, but he may give only a part of what is asked for.", seed.PartialManager)
	p.line(" - %s, employee there: she may look, and send it on to one who can answer.", seed.Employee)
	p.line(" - %s, managing director of the accountants %s: a request to act for their clients.", seed.AccountantManager, orgName(seed.Accountant))
	p.line(" - %s, client administrator there: a system user with some clients, and more to add.", seed.ClientAdministrator)
	p.line(" - Terje Havnås, managing director of the supplier %s: what it has asked for, and its customers.", orgName(seed.OtherSupplier))
	p.line("")
	p.line("Try the whole loop:")
	p.line(" 1. Log in at %s/login as %s, developer at the supplier %s.", url, seed.Developer, orgName(seed.Supplier))
	p.line("    Register a system at %s%s:", url, paths.SupplierNewSystem())
	p.line("    give it a name and a description in each language, and a short id; search for")
	p.line("    %q, add it and say why; the OAuth client id is %s.", "merverdiavgift", supplierClient)
	p.line(" 2. On the system's page, send a request to the customer %s (%s). Log out.", seed.Customer, orgName(seed.Customer))
	p.line(" 3. Log in as %s, managing director there. The request is on the first page: open and approve it.", seed.Approver)
	p.line(" 4. Fetch a token as the supplier's program would:")
	p.line("")
	p.line("      %s", command)
	p.line("")
	p.line("    It says which system user it stands for.")
	p.line(" 5. As %s, open the system access and withdraw it. The same command is now refused.", seed.Approver)
	p.line("")
	p.line("Or do the supplier's part by the API, as his program: docs/from-altinn.md has each call.")
	p.line("This lists %s's systems; the token lives for two minutes:", orgName(seed.Supplier))
	p.line("")
	p.line("      curl -H \"Authorization: Bearer $(%s)\" %s/authentication/api/v1/systemregister/vendor", own, url)
	p.line("")
	p.line("Who you can log in as (there is no password):")
	for _, l := range logins {
		p.line("")
		p.line("%s: %s", l.name.EN, l.about)
		people, err := l.people()
		if err != nil {
			p.line("%v", err)
		}
		for _, person := range people {
			p.line("  %-18s %s", person.Name, person.AboutEN)
		}
	}
	p.line("")
	p.line("Ways to try:")
	p.line(" - %s invites %s under People and roles; %s opens the link and logs in at Jobbkonto.", seed.Approver, seed.NewEmployee, seed.NewEmployee)
	p.line(" - %s logs in at BankID, logs out, and logs in at Jobbkonto with the same e-mail address.", seed.Employee)
	p.line(" - %s logs in at Jobbkonto with a password only, and has to show more before she may grant.", seed.Administrator)
	p.line(" - \"Log me out everywhere\" at %s%s%s/account, and at the others.", url, providerPath, seed.BankID)
	p.line("")
	p.line("Log: %s. Stop with Ctrl-C; what was done is kept in %s.", log, s.Data)
}

// printer writes lines; that nobody reads them is no fault of the demo.
type printer struct{ w io.Writer }

func (p printer) line(format string, args ...any) {
	_, _ = fmt.Fprintln(p.w, strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

// quiet logs what went wrong and nothing else.
func quiet(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelError}))
}
