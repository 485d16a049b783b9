package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/kubewarden/policy-sdk-go"
)

type settings struct {
	// Domains within which hosts must lie; none: hosts may lie anywhere.
	AllowedDomains []string `json:"allowed_domains"`
	// Hosts that may be served without TLS; the first label may be a `*`.
	PlainHosts []string `json:"plain_hosts"`
}

// readSettings refuses what it does not know: a misspelt setting is one that does not protect.
func readSettings(input []byte) (settings, error) {
	var found settings
	decoder := json.NewDecoder(bytes.NewReader(input))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&found); err != nil {
		return settings{}, fmt.Errorf("cannot read the settings: %w", err)
	}
	return found, nil
}

func validateSettings(input []byte) ([]byte, error) {
	found, err := readSettings(input)
	if err != nil {
		return sdk.RejectSettings(sdk.Message(err.Error()))
	}
	var faults []string
	for _, domain := range found.AllowedDomains {
		if !isName(domain) {
			faults = append(faults, fmt.Sprintf("allowed_domains: %q is not a domain", domain))
		}
	}
	for _, host := range found.PlainHosts {
		if !isName(strings.TrimPrefix(host, "*.")) {
			faults = append(faults, fmt.Sprintf("plain_hosts: %q is not a host", host))
		}
	}
	if len(faults) > 0 {
		return sdk.RejectSettings(sdk.Message(strings.Join(faults, "; ")))
	}
	return sdk.AcceptSettings()
}

func (s settings) exempts(host string) bool {
	return slices.ContainsFunc(s.PlainHosts, func(pattern string) bool { return covers(pattern, host) })
}

func (s settings) allows(host string) bool {
	if len(s.AllowedDomains) == 0 {
		return true
	}
	name := strings.ToLower(strings.TrimPrefix(host, "*."))
	return slices.ContainsFunc(s.AllowedDomains, func(domain string) bool {
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
