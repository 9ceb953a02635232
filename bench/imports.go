package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// sharedData is where the public test data lies, beside the checkout.
const sharedData = "../shared/data"

// imported are the files of the public test data, in the order in which they go
// in.
var imported = [][2]string{
	{"access-packages", "access-packages.json"},
	{"roles", "roles.json"},
	{"role-packages", "role-packages.csv"},
	{"resources", "resources.json"},
	{"organisations", "synthetic-organisations.csv"},
	{"people", "synthetic-end-users.csv"},
	{"relations", "made-up-relations.csv"},
}

// imports measures how long the program takes to import all of the public test
// data into an empty database, and then again in full; there are no figures
// where the data is not to be had. The starts of the program count.
func imports(ctx context.Context, binary string) ([]figure, error) {
	if _, err := os.Stat(sharedData); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var first, again []float64
	for range 5 {
		dir, err := os.MkdirTemp("", "stafett-bench-")
		if err != nil {
			return nil, err
		}
		a, b, err := importTwice(ctx, binary, dir)
		if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
			return nil, err
		}
		first, again = append(first, a), append(again, b)
		fmt.Printf("imports: %.2f s, again %.2f s\n", a, b)
	}
	slices.Sort(first)
	slices.Sort(again)
	return []figure{
		{Name: "import.first", Unit: "s", Value: first[len(first)/2], about: "all of the public test data into an empty database, seven files; aim < 5"},
		{Name: "import.again", Unit: "s", Value: again[len(again)/2], about: "the same in full a second time, nothing changes"},
	}, nil
}

func importTwice(ctx context.Context, binary, dir string) (first, again float64, err error) {
	env := append(os.Environ(), "STAFETT_DATABASE_URL=sqlite:"+filepath.Join(dir, "bench.db"))
	stafett := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, binary, args...)
		cmd.Env, cmd.Stderr = env, os.Stderr
		out, err := cmd.Output()
		return string(out), err
	}
	if _, err := stafett("migrate", "up"); err != nil {
		return 0, 0, err
	}
	round := func(must string, more ...string) (float64, error) {
		start := time.Now()
		for _, file := range imported {
			args := append([]string{"import", file[0], filepath.Join(sharedData, file[1]), "--source", "bench"}, more...)
			out, err := stafett(args...)
			if err != nil {
				return 0, fmt.Errorf("import %s: %w", file[0], err)
			}
			if !strings.Contains(out, must) || !strings.Contains(out, " 0 refused") {
				return 0, fmt.Errorf("import %s: %s", file[0], out)
			}
		}
		return time.Since(start).Seconds(), nil
	}
	if first, err = round(" 0 changed, 0 same,"); err != nil {
		return 0, 0, err
	}
	again, err = round(" 0 new, 0 changed, ", "--full")
	return first, again, err
}

// renew puts figures in the place of those of the same name in what was written
// before, and leaves the others as they were measured.
func renew(figures []figure, now time.Time) error {
	content, err := os.ReadFile("bench/results.json")
	if err != nil {
		return err
	}
	var all []figure
	if err := json.Unmarshal(content, &all); err != nil {
		return err
	}
	page, err := os.ReadFile("docs/performance.md")
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(page), "\n"), "\n")
	for _, f := range figures {
		f.stamp(now)
		all = slices.DeleteFunc(all, func(old figure) bool { return old.Name == f.Name })
		lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "| "+f.Name+" |") })
		all, lines = append(all, f), append(lines, f.row())
	}
	return save(all, strings.Join(lines, "\n")+"\n")
}
