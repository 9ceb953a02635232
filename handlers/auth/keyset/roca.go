package keyset

import "math/big"

// rocaPrimes are the small primes whose residues give away a modulus made by
// the faulty generator of CVE-2017-15361 (Nemec and others, "The Return of
// Coppersmith's Attack", 2017, section 2.3): each prime factor is a power of
// 65537 modulo all of them, and hence the modulus is too.
var rocaPrimes = []int64{
	3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
	101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
}

// vulnerableToROCA reports whether the modulus carries that mark. A sound
// modulus does so with a chance of about 2^-28.
func vulnerableToROCA(n *big.Int) bool {
	for _, p := range rocaPrimes {
		residue := new(big.Int).Mod(n, big.NewInt(p)).Int64()
		if !powerOfGenerator(residue, p) {
			return false
		}
	}
	return true
}

func powerOfGenerator(residue, prime int64) bool {
	x := int64(1)
	for range prime {
		if x == residue {
			return true
		}
		x = x * 65537 % prime
	}
	return false
}
