package handlers

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Whose address counts: the peer's, unless the operator has named it as a proxy.
func TestClientAddress(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, peer, forwarded, want string
		proxies                     []string
	}{
		{"no proxies", "203.0.113.9:1", "198.51.100.7", "203.0.113.9", nil},
		{"no proxies, on this machine", "127.0.0.1:1", "198.51.100.7", "127.0.0.1", nil},
		{"no proxies, on a private network", "10.0.0.1:1", "198.51.100.7", "10.0.0.1", nil},
		{"the proxy", "10.0.0.1:1", "198.51.100.7", "198.51.100.7", []string{"10.0.0.1"}},
		{"a proxy of the network", "10.0.0.200:1", "198.51.100.7", "198.51.100.7", []string{"10.0.0.0/24"}},
		{"not the proxy", "10.0.1.1:1", "198.51.100.7", "10.0.1.1", []string{"10.0.0.0/24"}},
		{"this machine is not the proxy", "127.0.0.1:1", "198.51.100.7", "127.0.0.1", []string{"10.0.0.1"}},
		{"a client that makes addresses up", "10.0.0.1:1", "192.0.2.66, 198.51.100.7", "198.51.100.7", []string{"10.0.0.1"}},
		{"two proxies", "10.0.0.1:1", "198.51.100.7, 10.0.0.2", "198.51.100.7", []string{"10.0.0.1", "10.0.0.2"}},
		{"a proxy of IPv6", "[2001:db8::1]:1", "2001:db8::7", "2001:db8::7", []string{"2001:db8::1"}},
		{"what is no address", "10.0.0.1:1", "evil", "10.0.0.1", []string{"10.0.0.1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			extract, err := clientAddress(tc.proxies)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			r.RemoteAddr = tc.peer
			r.Header.Set("X-Forwarded-For", tc.forwarded)
			r.Header.Set("X-Real-Ip", "192.0.2.66")
			if got := extract(r); got != tc.want {
				t.Errorf("address %q, want %q", got, tc.want)
			}
		})
	}
	for _, bad := range []string{"", "localhost", "10.0.0", "10.0.0.0/33", "10.0.0.1/x"} {
		if _, err := clientAddress([]string{bad}); err == nil {
			t.Errorf("%q is taken for a network", bad)
		}
	}
}

func TestNamesOfQueries(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"": "", "A=B": "a=B", "A=B&c=D": "a=B&c=D", "A": "a", "A=&B": "a=&b", "=X": "=X", "A=b=C": "a=b=C", "&&": "&&", "%41=X": "%41=X",
	} {
		if got := lowerNames(query); got != want {
			t.Errorf("%q became %q, want %q", query, got, want)
		}
	}
}
