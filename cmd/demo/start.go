package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/store"
)

// demo is one running demo.
type demo struct {
	running running
	stop    context.CancelFunc
	ended   <-chan error
}

// start builds a demo in the folder, seeds it and begins to serve. The port is
// taken first, so that a second demo fails before it touches anything.
func start(ctx context.Context, s serve, logger *slog.Logger) (_ *demo, err error) {
	var lc net.ListenConfig
	public, err := lc.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return nil, fmt.Errorf("%w; is a demo running already? Another port is --listen 127.0.0.1:8081", err)
	}
	admin, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, public.Close())
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreClosed(public.Close()), ignoreClosed(admin.Close()))
		}
	}()
	url := s.PublicURL
	if url == "" {
		_, port, err := net.SplitHostPort(public.Addr().String())
		if err != nil {
			return nil, err
		}
		url = "http://localhost:" + port
	}
	k, err := openKeys(s.Data)
	if err != nil {
		return nil, err
	}
	o, err := newOutside(url, k, logger)
	if err != nil {
		return nil, err
	}
	if err := o.write(s.Data); err != nil {
		return nil, err
	}
	n, err := newNode(ctx, s.Data, url, logger)
	if err != nil {
		return nil, err
	}
	n.Handler = o.around(n.Handler)
	r, err := announce(s.Data, url, o, k)
	if err != nil {
		return nil, errors.Join(err, n.Close(ctx))
	}
	serving, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- n.ServeOn(serving, public, admin) }()
	return &demo{running: r, stop: stop, ended: ended}, nil
}

// newNode builds the registry on SQLite in the folder, by the settings that an
// operator would write, with the demo's data in it.
func newNode(ctx context.Context, dir, publicURL string, logger *slog.Logger) (*node.Node, error) {
	settings := node.Settings{
		Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", PublicURL: publicURL,
		DatabaseURL: "sqlite:" + filepath.Join(dir, database),
		Issuers:     filepath.Join(dir, "issuers.json"), Login: filepath.Join(dir, "login.json"),
		MinLevel: 3, MaxAge: 15, RequestDays: 28, Contact: "demo@stafett.example",
	}
	serving, err := settings.Serving()
	if err != nil {
		return nil, err
	}
	if err := ready(ctx, serving, filepath.Join(dir, database)); err != nil {
		return nil, err
	}
	return node.New(ctx, serving, logger)
}

// database is the file of the registry in the demo's folder.
const database = "demo.db"

// ready migrates and furnishes the database. A new one is furnished beside the
// place where it belongs and moved there whole: of a first start that is killed
// the next finds nothing, or what it throws away.
func ready(ctx context.Context, s node.Serving, db string) error {
	at := db
	_, err := os.Stat(db)
	if errors.Is(err, fs.ErrNotExist) {
		at = unfinished(db)
		err = discard(at)
	}
	if err != nil {
		return err
	}
	s.URL = "sqlite:" + at
	if _, err := store.Migrate(ctx, s.URL); err != nil {
		return err
	}
	if err := furnish(ctx, s, time.Now()); err != nil || at == db {
		return err
	}
	return os.Rename(at, db)
}

// unfinished is where a new database is furnished.
func unfinished(db string) string { return db + ".unfinished" }

// discard deletes what there is of a database.
func discard(db string) error {
	var errs []error
	for _, file := range []string{db, db + "-wal", db + "-shm"} {
		if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// furnish plants the data, and tells the story where it has not been told: its
// people have been there for a while.
func furnish(ctx context.Context, s node.Serving, now time.Time) (err error) {
	clock := now
	st, err := store.Open(ctx, store.Config{URL: s.URL, Keys: s.Keys, Now: func() time.Time { return clock }})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	r := registry.New(registry.Config{
		Store: st, Now: func() time.Time { return clock }, Issuers: []string{s.Issuers.Default()},
		MinLevel: s.MinLevel, RequestLife: time.Duration(s.RequestDays) * 24 * time.Hour,
	})
	fresh, err := untold(ctx, r)
	if err != nil || !fresh {
		return errors.Join(err, plant(ctx, r))
	}
	clock = now.AddDate(0, 0, -60)
	if err := plant(ctx, r); err != nil {
		return err
	}
	return story{Registry: r, ledger: st, clock: &clock, began: now}.tell(ctx)
}

// plant imports the demo's data as "stafett import" would. What is there
// already stays the same. A refused row is a fault of the data.
func plant(ctx context.Context, r *registry.Registry) error {
	for _, f := range seed.Files() {
		b, err := seed.Read(f)
		if err != nil {
			return err
		}
		kind := exchange.Kind(f.Kind)
		rows, err := exchange.Read(kind, bytes.NewReader(b), r.Numbers)
		if err != nil {
			return fmt.Errorf("seed %s: %w", f.Name, err)
		}
		var report registry.Report
		if report, err = r.Import(ctx, node.Operator, kind, "demo", rows); err != nil {
			return fmt.Errorf("seed %s: %w", f.Name, err)
		}
		if len(report.Refused) > 0 {
			return fmt.Errorf("seed %s: %s: %s", f.Name, report.Refused[0].Place, report.Refused[0].Reason)
		}
	}
	return nil
}

// wait waits until the demo has ended.
func (d *demo) wait() error {
	defer d.stop()
	return <-d.ended
}

// close ends the demo and waits for it.
func (d *demo) close() error {
	d.stop()
	return <-d.ended
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
