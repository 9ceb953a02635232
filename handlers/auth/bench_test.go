package auth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// The cost of a token that was seen before, and of a new one.
func BenchmarkCaller(b *testing.B) {
	k := newKit(b)
	remembered := httptest.NewRequest(http.MethodPost, "/v1/enrich", http.NoBody)
	remembered.Header.Set("Authorization", "Bearer "+rs256(mpClaims()))
	b.Run("remembered", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := k.door.Caller(b.Context(), remembered); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			b.StopTimer()
			n++
			r := httptest.NewRequest(http.MethodPost, "/v1/enrich", http.NoBody)
			r.Header.Set("Authorization", "Bearer "+rs256(but(mpClaims(), object{"jti": n})))
			b.StartTimer()
			if _, err := k.door.Caller(b.Context(), r); err != nil {
				b.Fatal(err)
			}
		}
	})
}
