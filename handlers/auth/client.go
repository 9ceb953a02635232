package auth

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// What a provider or an issuer may cost us in one call.
const (
	callLimit = 5 * time.Second
	bodyLimit = 256 << 10
)

// NewClient returns the client for calls to issuers and providers: five
// seconds, 256 KiB of body, no redirects, no proxy from the environment, and
// no connection to link-local, multicast or unspecified addresses, where cloud
// machines keep their credentials. Addresses come from configuration and from
// the metadata of configured providers only, so loopback and private networks
// stay open to those who run their issuer there.
func NewClient() *http.Client {
	dialer := &net.Dialer{Timeout: callLimit, Control: refuseSpecial}
	return bounded(&http.Client{Transport: &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    callLimit,
		ResponseHeaderTimeout:  callLimit,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        time.Minute,
		ForceAttemptHTTP2:      true,
	}})
}

// bounded returns a copy of the client with the limits on time, body and
// redirects, whatever it had.
func bounded(client *http.Client) *http.Client {
	next := client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	return &http.Client{
		Timeout:       callLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     boundedBody{next: next},
	}
}

// refuseSpecial looks at the address after the name was resolved, so that a
// name cannot hide it.
func refuseSpecial(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return errors.New("address is not for issuers and providers")
	}
	return nil
}

// boundedBody cuts an answer that is longer than bodyLimit, with an error.
type boundedBody struct{ next http.RoundTripper }

// RoundTrip asks next and bounds the body of its answer.
func (b boundedBody) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &boundedReader{ReadCloser: res.Body, left: bodyLimit}
	return res, nil
}

type boundedReader struct {
	io.ReadCloser
	left int
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errors.New("answer is too large")
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= n
	if b.left < 0 {
		return 0, errors.New("answer is too large")
	}
	return n, err
}
