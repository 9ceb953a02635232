package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"time"
)

// Parameters of a run; flags change them for a quick look.
type parameters struct {
	rounds   int // of each side, in turn
	requests int // in a round
	conns    int
	users    int // system users in the database
}

func main() {
	var p parameters
	bare := flag.String("bare", "", "serve the bare handler with the body in this file (for the run itself)")
	binary := flag.String("stafett", "bin/stafett", "the program to measure")
	flag.IntVar(&p.rounds, "rounds", 31, "rounds of each side; many short ones, since a shared machine changes its speed")
	flag.IntVar(&p.requests, "requests", 20_000, "requests in a round")
	flag.IntVar(&p.conns, "conns", 16, "connections")
	justAPI := flag.Bool("api", false, "measure the suppliers' API alone, and leave the other figures as they are")
	justImports := flag.Bool("imports", false, "measure the imports alone, and leave the other figures as they are")
	demo := flag.String("demo", "bin/demo", "the demo, whose pages are measured")
	justPages := flag.Bool("pages", false, "measure the approval page alone, and leave the other figures as they are")
	flag.IntVar(&p.users, "users", 100_000, "system users in the database")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case *bare != "":
		err = serveBare(ctx, *bare)
	case *justImports:
		err = runSome(func() ([]figure, error) { return imports(ctx, *binary) })
	case *justPages:
		err = runSome(func() ([]figure, error) {
			return inFolder(func(dir string) ([]figure, error) { return pages(ctx, *demo, dir) })
		})
	case *justAPI:
		err = runSome(func() ([]figure, error) {
			return inFolder(func(dir string) ([]figure, error) { return api(ctx, *binary, dir) })
		})
	default:
		err = run(ctx, *binary, *demo, p)
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run sets the scene, measures in turn, and writes the results.
func run(ctx context.Context, binary, demo string, p parameters) error {
	dir, err := os.MkdirTemp("", "stafett-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	fmt.Printf("filling a database with %d system users …\n", p.users)
	scene, err := fill(ctx, dir, p.users)
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	registry, err := startRegistry(ctx, binary, dir, scene)
	if err != nil {
		return fmt.Errorf("start the registry: %w", err)
	}
	defer registry.stop()
	first, err := registry.once(scene.questions[0])
	if err != nil {
		return fmt.Errorf("first answer: %w", err)
	}
	plain, err := startBare(ctx, dir, scene.token, first)
	if err != nil {
		return fmt.Errorf("start the bare handler: %w", err)
	}
	defer plain.stop()

	var bareRounds, ourRounds []round
	for i := range p.rounds + 1 {
		b, err := measure(ctx, plain, scene.questions, p, func(question) []byte { return first })
		if err != nil {
			return fmt.Errorf("bare round %d: %w", i, err)
		}
		o, err := measure(ctx, registry, scene.questions, p, question.expected)
		if err != nil {
			return fmt.Errorf("registry round %d: %w", i, err)
		}
		if i == 0 {
			continue // warm-up
		}
		fmt.Printf("round %d: bare %6.0f/s %5.1f µs CPU   registry %6.0f/s %5.1f µs CPU   ratio %.2f\n",
			i, b.rate(), b.cpu(), o.rate(), o.cpu(), o.rate()/b.rate())
		bareRounds, ourRounds = append(bareRounds, b), append(ourRounds, o)
	}
	idle, peak, err := registry.memory()
	if err != nil {
		return err
	}
	more, err := imports(ctx, binary)
	if err != nil {
		return err
	}
	calls, err := api(ctx, binary, dir)
	if err != nil {
		return err
	}
	look, err := inFolder(func(dir string) ([]figure, error) { return pages(ctx, demo, dir) })
	if err != nil {
		return err
	}
	return write(slices.Concat(figuresOf(p, bareRounds, ourRounds, idle, peak), more, calls, look), time.Now())
}

// runSome measures some figures alone.
func runSome(measured func() ([]figure, error)) error {
	figures, err := measured()
	if err != nil {
		return err
	}
	return renew(figures, time.Now())
}

// inFolder runs f with a folder that is gone afterwards.
func inFolder(f func(dir string) ([]figure, error)) ([]figure, error) {
	dir, err := os.MkdirTemp("", "stafett-bench-")
	if err != nil {
		return nil, err
	}
	figures, err := f(dir)
	return figures, errors.Join(err, os.RemoveAll(dir))
}

// median of a figure of rounds.
func median(rounds []round, of func(round) float64) float64 {
	values := make([]float64, len(rounds))
	for i, r := range rounds {
		values[i] = of(r)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
