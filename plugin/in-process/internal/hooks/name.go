package hooks

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

const (
	plainSuffix   = ".policy.gatehouse.internal"
	encodedSuffix = ".encoded.gatehouse.internal"
)

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// NameOf is the fully qualified name of a policy, the same as that of its webhook entry where a shim answers for it: users read it
// when they are denied, and audit annotations begin with it. An id that DNS allows stands in it as it is; any other becomes a
// readable rest plus a hash, under a suffix of its own, so that two ids never share a name.
func NameOf(id string) string {
	if plain := id + plainSuffix; len(validation.IsDNS1123Subdomain(id)) == 0 && len(plain) <= validation.DNS1123SubdomainMaxLength {
		return plain
	}
	sum := sha256.Sum256([]byte(id))
	rest := notInNames.ReplaceAllString(strings.ToLower(id), "-")
	rest = strings.Trim(rest[:min(len(rest), 60)], "-")
	if rest != "" {
		rest += "-"
	}
	return rest + hex.EncodeToString(sum[:])[:32] + encodedSuffix
}
