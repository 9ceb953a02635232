package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set when a release is built.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args, os.Stdout, os.Stderr))
}

// cli is the command line.
type cli struct {
	Serve   serve            `cmd:"" default:"withargs" help:"Run the demo until it is interrupted; --once plays the loop by itself and stops."`
	Token   tokenCmd         `cmd:"" help:"Fetch a token from a running demo and print it decoded."`
	Version kong.VersionFlag `help:"Say which version this is."`
}

// console is where a command writes, and how it was called.
type console struct {
	self     string // the program as it was called, for the commands that it suggests
	out, err io.Writer
}

// run carries out the command of args, the first of which is the program. It
// returns 0 when it was done, 1 when it failed, and 2 when the command line is
// wrong.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("demo"), kong.Writers(out, errs), kong.UsageOnError(),
		kong.Description("Stafett with a login provider and a token issuer, to try everything on one machine."),
		kong.Exit(func(code int) { exited = code }), kong.Vars{"version": version, "folder": folder()},
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(console{args[0], out, errs}))
	if err != nil {
		_, _ = fmt.Fprintln(errs, "demo:", err)
		return 2
	}
	k, err := parser.Parse(args[1:])
	if exited >= 0 { // --help or --version has been answered
		return exited
	}
	if err != nil {
		_, _ = fmt.Fprintln(errs, "demo:", err)
		return 2
	}
	if err := k.Run(); err != nil {
		_, _ = fmt.Fprintln(errs, "demo:", err)
		return 1
	}
	return 0
}

// folder is where the demo keeps its data unless it is told another place: in
// the user's folder for what may be thrown away.
func folder() string {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	return filepath.Join(base, "stafett-demo")
}
