package main

import (
	"fmt"
	"slices"
	"strings"
)

func answer(question, input string) (string, error) {
	switch question {
	case "validate":
		return validate(input, trace)
	case "validate-settings":
		return validateSettings(input), nil
	default:
		return "", fmt.Errorf("%q is not a question: validate or validate-settings is", question)
	}
}

func validate(input string, trace func(message string, hosts []string)) (string, error) {
	request, rawSettings, err := readInput(input)
	if err != nil {
		return "", err
	}
	settings, err := readSettings(rawSettings)
	if err != nil {
		return "", err
	}
	ingress, err := judgedIngress(request)
	if err != nil {
		return "", err
	}
	plain := plainHosts(ingress)
	exempt := keep(plain, settings.exempts)
	if len(exempt) > 0 {
		trace("hosts may be served without TLS", exempt)
	}
	var faults []string
	if exposed := keep(plain, func(host string) bool { return !settings.exempts(host) }); len(exposed) > 0 {
		faults = append(faults, "hosts without TLS: "+strings.Join(exposed, ", "))
	}
	if foreign := keep(hostsOf(ingress), func(host string) bool { return !settings.allows(host) }); len(foreign) > 0 {
		faults = append(faults, "hosts outside of the allowed domains: "+strings.Join(foreign, ", "))
	}
	if len(faults) == 0 {
		return accepted, nil
	}
	return rejected(strings.Join(faults, "; ")), nil
}

// judgedIngress has no hosts for what passes: deletions, subresources, and the last updates of what is being deleted.
func judgedIngress(request admissionRequest) (ingressHosts, error) {
	if request.group != "networking.k8s.io" || request.kind != "Ingress" {
		return ingressHosts{}, fmt.Errorf("only Ingresses can be judged, not %s", request.kind)
	}
	writes := request.operation == "CREATE" || request.operation == "UPDATE"
	if !writes || request.subResource != "" {
		return ingressHosts{}, nil
	}
	found, err := readIngress(request.object)
	if err != nil || found.deletionTimestamp != "" {
		return ingressHosts{}, err
	}
	return found, nil
}

// Stands for every host that no rule names.
const anyHost = "*"

// hostsOf lists what an Ingress serves, each once.
func hostsOf(ingress ingressHosts) []string {
	var hosts []string
	if ingress.hasDefaultBackend {
		hosts = append(hosts, anyHost)
	}
	for _, host := range ingress.rules {
		if host == "" {
			host = anyHost
		}
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// plainHosts lists the hosts that no TLS section covers. One without hosts covers what rules without a host serve.
func plainHosts(ingress ingressHosts) []string {
	var covered []string
	for _, hosts := range ingress.tls {
		if len(hosts) == 0 {
			covered = append(covered, anyHost)
		}
		covered = append(covered, hosts...)
	}
	return keep(hostsOf(ingress), func(host string) bool {
		return !slices.ContainsFunc(covered, func(pattern string) bool { return covers(pattern, host) })
	})
}

// covers tells whether a name is meant by a pattern, whose first label may be a `*` for any one label.
func covers(pattern, host string) bool {
	if strings.EqualFold(pattern, host) {
		return true
	}
	parent, isWildcard := strings.CutPrefix(pattern, "*.")
	_, rest, _ := strings.Cut(host, ".")
	return isWildcard && strings.EqualFold(parent, rest)
}

func keep(hosts []string, wanted func(host string) bool) []string {
	return slices.DeleteFunc(slices.Clone(hosts), func(host string) bool { return !wanted(host) })
}
