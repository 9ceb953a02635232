package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// certifiedFolder has the provider that somebody else wrote.
const certifiedFolder = "oidc-provider"

// hasCertified reports whether the provider can be started; in CI it must.
func hasCertified() (bool, error) {
	_, err := os.Stat(filepath.Join(certifiedFolder, "node_modules", "oidc-provider"))
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "" {
		return false, fmt.Errorf("run npm ci in e2e/%s: CI must test against it", certifiedFolder)
	}
	return err == nil, nil
}

// certifiedKey finds a script's provider.
type certifiedKey struct{}

// certified is the process of the provider. It ends when its input does, also
// when the tests are killed.
type certified struct {
	command *exec.Cmd
	hold    func() error
	errs    bytes.Buffer
	port    string // the same after a stop
}

// certify start SETTINGS starts the certified provider with the settings, and
// sets OP to its address; stop ends it, and rotate gives it another signing key.
func certify(ts *testscript.TestScript, neg bool, args []string) {
	c, _ := ts.Value(certifiedKey{}).(*certified)
	switch {
	case neg || len(args) == 0:
	case args[0] == "start" && len(args) == 2:
		address, err := c.start(ts.MkAbs(args[1]))
		ts.Check(err)
		ts.Defer(func() { _ = c.stop() })
		ts.Setenv("OP", address)
		return
	case args[0] == "stop":
		ts.Check(c.stop())
		return
	case args[0] == "rotate":
		resp, err := client.Post(ts.Getenv("OP")+"/test/rotate", "", nil)
		ts.Check(err)
		ts.Check(resp.Body.Close())
		if resp.StatusCode != http.StatusNoContent {
			ts.Fatalf("rotate: %s", resp.Status)
		}
		return
	}
	ts.Fatalf("usage: certified start SETTINGS|stop|rotate")
}

func (c *certified) start(settings string) (string, error) {
	script, err := filepath.Abs(filepath.Join(certifiedFolder, "provider.mjs"))
	if err != nil {
		return "", err
	}
	args := []string{script, settings}
	if c.port != "" {
		args = append(args, c.port)
	}
	c.command = exec.Command("node", args...)
	c.command.Stderr = &c.errs
	in, err := c.command.StdinPipe()
	if err != nil {
		return "", err
	}
	c.hold = in.Close
	out, err := c.command.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := c.command.Start(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address := strings.TrimSpace(line)
	u, err2 := url.Parse(address)
	if err = errors.Join(err, err2); err != nil {
		return "", fmt.Errorf("the provider does not start: %w\n%s", errors.Join(err, c.stop()), &c.errs)
	}
	c.port = u.Port()
	return address, nil
}

// stop ends the provider as a crash would, and waits for its end.
func (c *certified) stop() error {
	if c.command == nil {
		return nil
	}
	err := errors.Join(c.command.Process.Kill(), c.hold())
	_ = c.command.Wait() // killed
	c.command = nil
	return err
}
