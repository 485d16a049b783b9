package main

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse.example/policies/ingress-tls/jsonread"
)

type settings struct {
	// Domains within which hosts must lie; none: hosts may lie anywhere.
	allowedDomains []string
	// Hosts that may be served without TLS; the first label may be a `*`.
	plainHosts []string
}

// readSettings refuses what it does not know: a misspelt setting is one that does not protect.
func readSettings(input string) (settings, error) {
	var found settings
	reader := jsonread.New(input)
	for name := range reader.Object() {
		switch name {
		case "allowed_domains":
			found.allowedDomains = reader.Texts()
		case "plain_hosts":
			found.plainHosts = reader.Texts()
		default:
			return settings{}, fmt.Errorf("cannot read the settings: json: unknown field %q", name)
		}
	}
	if err := reader.End(); err != nil {
		return settings{}, fmt.Errorf("cannot read the settings: %w", err)
	}
	return found, nil
}

func validateSettings(input string) string {
	found, err := readSettings(input)
	if err != nil {
		return invalidSettings(err.Error())
	}
	var faults []string
	for _, domain := range found.allowedDomains {
		if !isName(domain) {
			faults = append(faults, fmt.Sprintf("allowed_domains: %q is not a domain", domain))
		}
	}
	for _, host := range found.plainHosts {
		if !isName(strings.TrimPrefix(host, "*.")) {
			faults = append(faults, fmt.Sprintf("plain_hosts: %q is not a host", host))
		}
	}
	if len(faults) > 0 {
		return invalidSettings(strings.Join(faults, "; "))
	}
	return validSettings
}

func (s settings) exempts(host string) bool {
	return slices.ContainsFunc(s.plainHosts, func(pattern string) bool { return covers(pattern, host) })
}

func (s settings) allows(host string) bool {
	if len(s.allowedDomains) == 0 {
		return true
	}
	name := strings.ToLower(strings.TrimPrefix(host, "*."))
	return slices.ContainsFunc(s.allowedDomains, func(domain string) bool {
		return name == domain || strings.HasSuffix(name, "."+domain)
	})
}

// isName tells a domain name in lower case: labels of letters, digits and, between them, hyphens.
func isName(text string) bool {
	for label := range strings.SplitSeq(text, ".") {
		isOutside := func(r rune) bool { return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }
		if label == "" || strings.ContainsFunc(label, isOutside) || label != strings.Trim(label, "-") {
			return false
		}
	}
	return true
}
