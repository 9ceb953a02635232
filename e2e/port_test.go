package e2e

import (
	"errors"
	"math/rand/v2"
	"net"
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

func init() { portsTried.Store(rand.Int64N(portCount)) } // other runs on this machine begin elsewhere

// freePort returns a port of the loopback address that nobody listens on. No
// port is returned twice.
func freePort() (string, error) {
	for range portCount {
		port := strconv.FormatInt(firstPort+portsTried.Add(1)%portCount, 10)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
		if err == nil {
			return port, l.Close()
		}
	}
	return "", errors.New("no port is free")
}
