package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models/registry"
)

type keys struct {
	Rotate keyRotate `cmd:"" help:"Keep national ids under a new key from now on. The service may run meanwhile."`
}

type keyRotate struct{}

// Run puts a new key first into the key file, unless one that is not in use yet
// stands there, makes it the one in use, and moves every national id to it. Cut
// short, it goes on when it is run again; programs that run read the file anew
// when the database names a key that they do not know.
func (keyRotate) Run(ctx context.Context, c console, s *node.Settings) error {
	st, err := s.Storage()
	if err != nil {
		return &settingsError{err}
	}
	return node.WithRegistry(ctx, st, *s, func(r *registry.Registry) error {
		added, err := r.AddKey(ctx, node.Operator)
		if err != nil {
			return err
		}
		moved, err := r.Reseal(ctx, node.Operator)
		if err != nil {
			return err
		}
		if !added && moved == 0 { // nothing was left from a run that was cut short
			if err := putFirst(st.KeyFile, node.NewKey()); err != nil {
				return err
			}
			if _, err := r.AddKey(ctx, node.Operator); err != nil {
				return err
			}
			if moved, err = r.Reseal(ctx, node.Operator); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(c.out, "national ids moved to the newest key: %d\n", moved)
		if err == nil && st.KeyFile != "" {
			_, err = fmt.Fprintf(c.out, "older keys in %s are for older backups alone; take them out when those are gone\n", st.KeyFile)
		}
		return err
	})
}

// putFirst puts a key before the others in the file, behind a link if path is
// one. The old file stays whole until the new one is on the disk, with the same
// owner and mode. Others who do the same at the same time wait, so that no key
// is lost under which numbers may lie already.
func putFirst(path, key string) error {
	if path == "" {
		return errors.New("the keys stand in STAFETT_KEY: put a new one first there, with a space after it, start the programs again, and run this again")
	}
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // which lets the next one go on
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", dir.Name(), err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(dir.Name(), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(next.Name()) }()
	_, err = next.WriteString(key + "\n" + string(old))
	err = errors.Join(err, next.Chmod(info.Mode().Perm()))
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		err = errors.Join(err, next.Chown(int(owner.Uid), int(owner.Gid)))
	}
	if err = errors.Join(err, next.Sync(), next.Close()); err != nil {
		return err
	}
	if err := os.Rename(next.Name(), path); err != nil {
		return err
	}
	return dir.Sync() // before anything lies under the key
}
