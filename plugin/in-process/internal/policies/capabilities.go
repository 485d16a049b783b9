package policies

import (
	"fmt"
	"slices"
	"strings"
)

// Capabilities are all that Kubewarden has, as `<namespace>/<operation>`.
var Capabilities = []string{
	"oci/v1/verify", "oci/v1/manifest_digest", "oci/v1/oci_manifest", "oci/v1/oci_manifest_config", "oci/v2/verify",
	"net/v1/dns_lookup_host", "crypto/v1/is_certificate_trusted",
	"kubernetes/list_resources_by_namespace", "kubernetes/list_resources_all", "kubernetes/get_resource", "kubernetes/can_i",
}

// Grants says whether any of the patterns covers the capability.
func Grants(patterns []string, capability string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		prefix, isWildcard := strings.CutSuffix(pattern, "*")
		return pattern == capability || isWildcard && (prefix == "" || strings.HasSuffix(prefix, "/") && strings.HasPrefix(capability, prefix))
	})
}

// describePattern says what is wrong with a pattern: a capability's path, or one that ends in a segment * for all below.
func describePattern(pattern string) string {
	switch prefix, isWildcard := strings.CutSuffix(pattern, "*"); {
	case pattern == "":
		return "is empty"
	case strings.Contains(prefix, "*"), isWildcard && prefix != "" && !strings.HasSuffix(prefix, "/"):
		return "has a * that is not the whole last segment"
	case isWildcard && !slices.ContainsFunc(Capabilities, func(known string) bool { return strings.HasPrefix(known, prefix) }):
		return "covers none of " + strings.Join(Capabilities, ", ")
	case !isWildcard && !slices.Contains(Capabilities, pattern):
		return fmt.Sprintf("is none of %s", strings.Join(Capabilities, ", "))
	default:
		return ""
	}
}
