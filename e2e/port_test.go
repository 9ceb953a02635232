package e2e

import (
	"errors"
	"net"
	"os"
	"strconv"
	"sync/atomic"
)

// The ports that programs of these tests are told to listen on lie below those
// that a system gives to whoever asks for any (32768 and up on Linux): between
// the moment when one is found free and the one when the program listens, no
// server of another test can be given it.
const (
	firstPort = 20000
	portCount = 12000
)

var portsTried atomic.Int64

// freePort returns a port of the loopback address that nobody listens on. No
// port is returned twice.
func freePort() (string, error) {
	begin := int64(os.Getpid()) * 100 // other runs on this machine begin elsewhere
	for range portCount {
		port := strconv.FormatInt(firstPort+(begin+portsTried.Add(1))%portCount, 10)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
		if err == nil {
			return port, l.Close()
		}
	}
	return "", errors.New("no port is free")
}
