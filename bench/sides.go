package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// side is one of the two servers that are measured.
type side struct {
	addr  string
	token string
	cmd   *exec.Cmd
}

// startRegistry starts the program as it is shipped.
func startRegistry(ctx context.Context, binary, dir string, s scene) (*side, error) {
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	admin, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "stafett.log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, binary, "serve")
	cmd.Env = append(os.Environ(), "STAFETT_LISTEN="+addr, "STAFETT_ADMIN_LISTEN="+admin, "STAFETT_PUBLIC_URL=http://"+addr,
		"STAFETT_DATABASE_URL="+s.databaseURL, "STAFETT_ISSUERS="+s.issuers,
		"STAFETT_SUPPLIER_QUOTA=0", "STAFETT_CUSTOMER_QUOTA=0", "STAFETT_CALL_QUOTA=0",
		"STAFETT_KEY="+strings.Repeat("ab", 32)) // no personal data is in the database
	cmd.Stdout, cmd.Stderr = log, os.Stderr
	return begin(ctx, &side{addr: addr, token: s.token, cmd: cmd}, "/health/ready")
}

// startBare starts this program again as the bare handler, in a process of its
// own so that its CPU can be told apart.
func startBare(ctx context.Context, dir, token string, body []byte) (*side, error) {
	path := filepath.Join(dir, "body.json")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-bare", path)
	cmd.Env = append(os.Environ(), "BENCH_LISTEN="+addr)
	cmd.Stderr = os.Stderr
	return begin(ctx, &side{addr: addr, token: token, cmd: cmd}, "/")
}

// serveBare answers everything with the same bytes, by net/http alone.
func serveBare(ctx context.Context, path string) error {
	body, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	length := strconv.Itoa(len(body))
	srv := &http.Server{Addr: os.Getenv("BENCH_LISTEN"), ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", length)
		_, _ = w.Write(body)
	})}
	go func() {
		<-ctx.Done()
		_ = srv.Close()
	}()
	if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// begin starts the process and waits until it answers.
func begin(ctx context.Context, s *side, path string) (*side, error) {
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for range 200 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+path, nil)
		if err != nil {
			return nil, err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return s, nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.stop()
	return nil, errors.New("it does not answer")
}

// stop ends the process that this run started.
func (s *side) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// request is the bytes of one request, made beforehand.
func (s *side) request(q question) []byte {
	return fmt.Appendf(nil, "POST /v1/enrich HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		s.addr, s.token, len(q.body), q.body)
}

// once asks one question on a connection of its own and returns the body.
func (s *side) once(q question) ([]byte, error) {
	c, err := net.Dial("tcp", s.addr) //nolint:noctx // loopback
	if err != nil {
		return nil, err
	}
	defer c.Close() //nolint:errcheck // nothing is lost
	if _, err := c.Write(s.request(q)); err != nil {
		return nil, err
	}
	var buf []byte
	body, err := readAnswer(bufio.NewReader(c), &buf)
	return bytes.Clone(body), err
}

// readAnswer reads one response of status 200 with a Content-Length.
func readAnswer(r *bufio.Reader, buf *[]byte) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	ok := bytes.HasPrefix(line, []byte("HTTP/1.1 200 "))
	status := string(line)
	length := -1
	for {
		if line, err = r.ReadSlice('\n'); err != nil {
			return nil, err
		}
		if len(line) <= 2 {
			break
		}
		if n, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(n))); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 {
		return nil, fmt.Errorf("%sno content length", status)
	}
	if cap(*buf) < length {
		*buf = make([]byte, length)
	}
	body := (*buf)[:length]
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s%s", status, body)
	}
	return body, nil
}

// processTime is the CPU time that the process has used.
func (s *side) processTime() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go runs on
	return time.Duration(user+system) * tick, errors.Join(err1, err2)
}

// memory is the resident set now and at its peak, in MiB.
func (s *side) memory() (now, peak float64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		var kib float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kib); err == nil {
			now = kib / 1024
		}
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kib); err == nil {
			peak = kib / 1024
		}
	}
	return now, peak, nil
}
