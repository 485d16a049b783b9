package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	networkingv1 "github.com/kubewarden/k8s-objects/api/networking/v1"
	sdk "github.com/kubewarden/policy-sdk-go"
	"github.com/kubewarden/policy-sdk-go/protocol"
)

func answer(question string, input []byte) ([]byte, error) {
	switch question {
	case "validate":
		return validate(input, trace)
	case "validate-settings":
		return validateSettings(input)
	default:
		return nil, fmt.Errorf("%q is not a question: validate or validate-settings is", question)
	}
}

func validate(input []byte, trace func(message string, hosts []string)) ([]byte, error) {
	var request protocol.ValidationRequest
	if err := json.Unmarshal(input, &request); err != nil {
		return nil, fmt.Errorf("cannot read the request: %w", err)
	}
	settings, err := readSettings(request.Settings)
	if err != nil {
		return nil, err
	}
	ingress, err := judgedIngress(request.Request)
	if err != nil {
		return nil, err
	}
	if ingress == nil {
		return sdk.AcceptRequest()
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
		return sdk.AcceptRequest()
	}
	return sdk.RejectRequest(sdk.Message(strings.Join(faults, "; ")), sdk.NoCode)
}

// judgedIngress is nil for what passes: deletions, subresources, and the last updates of what is being deleted.
func judgedIngress(request protocol.KubernetesAdmissionRequest) (*networkingv1.Ingress, error) {
	if request.Kind.Group != "networking.k8s.io" || request.Kind.Kind != "Ingress" {
		return nil, fmt.Errorf("only Ingresses can be judged, not %s", request.Kind.Kind)
	}
	writes := request.Operation == "CREATE" || request.Operation == "UPDATE"
	if !writes || request.SubResource != "" {
		return nil, nil
	}
	ingress := new(networkingv1.Ingress)
	if err := json.Unmarshal(request.Object, ingress); err != nil {
		return nil, fmt.Errorf("cannot read the Ingress: %w", err)
	}
	isDeleted := ingress.Metadata != nil && ingress.Metadata.DeletionTimestamp != nil
	if isDeleted || ingress.Spec == nil {
		return nil, nil
	}
	return ingress, nil
}

// Stands for every host that no rule names.
const anyHost = "*"

// hostsOf lists what an Ingress serves, each once.
func hostsOf(ingress *networkingv1.Ingress) []string {
	var hosts []string
	if ingress.Spec.DefaultBackend != nil {
		hosts = append(hosts, anyHost)
	}
	for _, rule := range ingress.Spec.Rules {
		host := rule.Host
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
func plainHosts(ingress *networkingv1.Ingress) []string {
	var covered []string
	for _, tls := range ingress.Spec.TLS {
		if len(tls.Hosts) == 0 {
			covered = append(covered, anyHost)
		}
		covered = append(covered, tls.Hosts...)
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
