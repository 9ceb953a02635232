package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/stafett/stafett/cmd/node"
)

// version is set when a release is built.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// cli is the command line. Settings stand before or after the command.
type cli struct {
	node.Settings `group:"Settings:"`

	ConfigFile kong.ConfigFlag `name:"config" help:"File of settings (JSON), under the names of the flags." placeholder:"FILE" env:"STAFETT_CONFIG"`

	Serve    serve      `cmd:"" help:"Serve the registry."`
	Migrate  migrate    `cmd:"" help:"Bring the database's schema up to date, or say where it stands."`
	Import   importFile `cmd:"" help:"Import a catalogue or parties from a file or an address; adds and changes, deletes nothing."`
	Register register   `cmd:"" help:"Take over what the business register says."`
	Config   config     `cmd:"" help:"Show the settings in force."`
	Audit    auditLog   `cmd:"" help:"Verify the audit log."`
	Key      keys       `cmd:"" help:"Change the key for personal data."`
	People   people     `cmd:"" help:"Remap, export or erase people."`
	Invite   invite     `cmd:"" help:"Invite somebody to an organisation, such as its first administrator."`
	Version  versionCmd `cmd:"" help:"Say which version this is."`
}

// console is where a command writes.
type console struct {
	out, err io.Writer
}

// run carries out the command of args. It returns 0 when it was done, 1 when it
// failed, and 2 when the command line or a setting is wrong.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("stafett"), kong.Writers(out, errs), kong.Configuration(kong.JSON),
		kong.Description("A self-hostable registry of system users."), kong.UsageOnError(),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(console{out, errs}))
	if err != nil {
		_, _ = fmt.Fprintln(errs, "stafett:", err)
		return 2
	}
	if slices.Equal(args, []string{"help"}) {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if exited >= 0 { // --help has been answered
		return exited
	}
	if err != nil {
		_, _ = fmt.Fprintln(errs, "stafett:", err)
		return 2
	}
	err = k.Run(&c.Settings)
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(errs, "stafett:", err)
	if _, ok := errors.AsType[*settingsError](err); ok {
		return 2
	}
	return 1
}

// settingsError is what is wrong with the settings, all of it.
type settingsError struct{ err error }

func (e *settingsError) Error() string { return "the settings do not hold:\n" + e.err.Error() }
