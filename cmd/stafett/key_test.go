package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// No key that was put into the file is ever lost: national ids may lie under it
// already when another run begins.
func TestKeysArePutFirstTogether(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want, done := []string{"old"}, make(chan error)
	for i := range 16 {
		key := "key" + strconv.Itoa(i)
		want = append(want, key)
		go func() { done <- putFirst(path, key) }()
	}
	for range 16 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	got, err := os.ReadFile(path)
	lines := strings.Fields(string(got))
	if err != nil || lines[len(lines)-1] != "old" {
		t.Errorf("%q, %v", lines, err)
	}
	slices.Sort(lines)
	slices.Sort(want)
	if !slices.Equal(lines, want) {
		t.Errorf("the file has %q, want %q", lines, want)
	}
}

// A link to the file stays one: a program that reads the file by its own name
// finds the new key too.
func TestALinkToTheKeysStaysOne(t *testing.T) {
	t.Parallel()
	there, here := filepath.Join(t.TempDir(), "keys"), filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(there, []byte("old\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(there, here); err != nil {
		t.Fatal(err)
	}
	if err := putFirst(here, "new"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{there, here} {
		if got, err := os.ReadFile(path); err != nil || string(got) != "new\nold\n" {
			t.Errorf("%s has %q, %v", path, got, err)
		}
	}
	if info, err := os.Lstat(there); err != nil || info.Mode() != 0o640 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
}
