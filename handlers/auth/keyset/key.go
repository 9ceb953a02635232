package keyset

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes of the PS algorithms
	_ "crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// RSA keys below 2048 bits are too weak (RFC 7518 section 3.3); above 8192
// bits one verification costs more than a caller should be able to make us
// spend.
const (
	minRSABits  = 2048
	maxRSABits  = 8192
	minExponent = 65537
)

// rsaAlgorithms lists the signature algorithms for RSA keys (RFC 7518 section
// 3.1). By prefix one would let in RSA-OAEP, which encrypts.
var rsaAlgorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}

// Key is a public key that may verify signatures.
type Key struct {
	ID        string // kid; empty when the set gives none
	Algorithm string // the one algorithm that the set allows; empty for any that fits
	public    crypto.PublicKey
}

// Fits reports whether the key may verify signatures of the algorithm: the
// key's own alg, its type and its curve must all agree with it.
func (k Key) Fits(alg string) bool {
	if k.Algorithm != "" && k.Algorithm != alg {
		return false
	}
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		return slices.Contains(rsaAlgorithms, alg)
	case *ecdsa.PublicKey:
		return alg == curveAlgorithm(public.Curve)
	case ed25519.PublicKey:
		return alg == "EdDSA"
	}
	return false
}

// curveAlgorithm returns the one algorithm for keys on the curve (RFC 7518
// section 3.4).
func curveAlgorithm(c elliptic.Curve) string {
	switch c {
	case elliptic.P256():
		return "ES256"
	case elliptic.P384():
		return "ES384"
	case elliptic.P521():
		return "ES512"
	}
	return ""
}

// Verify checks the signature of the compact JWS under the algorithm, which
// the caller took from the header and found in the issuer's list.
func (k Key) Verify(compact, alg string) error {
	if !k.Fits(alg) {
		return errors.New("the key is not for this algorithm")
	}
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		return fmt.Errorf("parse signature: %w", err)
	}
	if _, err := jws.Verify(k.public); err != nil {
		return fmt.Errorf("verify signature: %w", err)
	}
	if strings.HasPrefix(alg, "PS") {
		return k.verifySalt(compact, alg)
	}
	return nil
}

// verifySalt demands a salt as long as the hash (RFC 7518 section 3.5), which
// go-jose leaves to the signer.
func (k Key) verifySalt(compact, alg string) error {
	hash := map[string]crypto.Hash{"PS256": crypto.SHA256, "PS384": crypto.SHA384, "PS512": crypto.SHA512}[alg]
	public, ok := k.public.(*rsa.PublicKey)
	if !ok || hash == 0 {
		return errors.New("the key is not for this algorithm")
	}
	dot := strings.LastIndexByte(compact, '.')
	signature, err := base64.RawURLEncoding.DecodeString(compact[dot+1:])
	if err != nil {
		return fmt.Errorf("read signature: %w", err)
	}
	h := hash.New()
	h.Write([]byte(compact[:dot]))
	return rsa.VerifyPSS(public, hash, h.Sum(nil), signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
}

// checkRSA refuses moduli and exponents that do not protect.
func checkRSA(k *rsa.PublicKey) error {
	switch bits := k.N.BitLen(); {
	case bits < minRSABits:
		return errors.New("RSA modulus is too short")
	case bits > maxRSABits:
		return errors.New("RSA modulus is too long")
	case k.N.Bit(0) == 0:
		return errors.New("RSA modulus is even")
	case k.E < minExponent || k.E%2 == 0:
		return errors.New("RSA exponent is small or even")
	case vulnerableToROCA(k.N):
		return errors.New("RSA key was made by a faulty generator")
	}
	return nil
}
