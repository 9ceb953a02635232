package auth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stafett/stafett/handlers/auth"
)

// Where cloud machines keep their credentials, however the address is spelt.
func TestClientDoesNotCallSpecialAddresses(t *testing.T) {
	client := auth.NewClient()
	for _, host := range []string{"169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]", "0.0.0.0", "[::]", "224.0.0.1", "[ff02::1]", "[::ffff:0.0.0.0]"} {
		req := must(http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+":1/", http.NoBody))
		res, err := client.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "not for issuers and providers") {
			t.Errorf("%s: %v", host, err)
		}
	}
}
