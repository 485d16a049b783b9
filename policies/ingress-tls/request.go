package main

import (
	"fmt"
	"time"

	"gatehouse.example/policies/ingress-tls/jsonread"
)

// What the policy looks at of a request; all else is skipped.
type admissionRequest struct {
	group, kind, operation, subResource string
	// As it stands there: it is read once its kind is known.
	object string
}

type ingressHosts struct {
	deletionTimestamp string
	hasDefaultBackend bool
	// Of each; one without a host has "".
	rules []string
	// Of each section.
	tls [][]string
}

// readInput gives the request, and the settings as they stand beside it.
func readInput(input string) (found admissionRequest, settings string, err error) {
	reader := jsonread.New(input)
	for name := range reader.Object() {
		switch name {
		case "request":
			found = readRequest(reader)
		case "settings":
			settings = reader.Raw()
		}
	}
	if err := reader.End(); err != nil {
		return admissionRequest{}, "", fmt.Errorf("cannot read the request: %w", err)
	}
	return found, settings, nil
}

func readRequest(reader *jsonread.Reader) (found admissionRequest) {
	for name := range reader.Object() {
		switch name {
		case "kind":
			found.group, found.kind = readKind(reader)
		case "operation":
			found.operation = reader.Text()
		case "subResource":
			found.subResource = reader.Text()
		case "object":
			found.object = reader.Raw()
		}
	}
	return found
}

func readKind(reader *jsonread.Reader) (group, kind string) {
	for name := range reader.Object() {
		switch name {
		case "group":
			group = reader.Text()
		case "kind":
			kind = reader.Text()
		}
	}
	return group, kind
}

func readIngress(object string) (ingressHosts, error) {
	var found ingressHosts
	reader := jsonread.New(object)
	for name := range reader.Object() {
		switch name {
		case "metadata":
			found.deletionTimestamp = readDeletionTimestamp(reader)
		case "spec":
			found.hasDefaultBackend, found.rules, found.tls = readSpec(reader)
		}
	}
	if err := reader.End(); err != nil {
		return ingressHosts{}, fmt.Errorf("cannot read the Ingress: %w", err)
	}
	if found.deletionTimestamp != "" {
		if _, err := time.Parse(time.RFC3339, found.deletionTimestamp); err != nil {
			return ingressHosts{}, fmt.Errorf("cannot read the Ingress: metadata.deletionTimestamp: %w", err)
		}
	}
	return found, nil
}

func readDeletionTimestamp(reader *jsonread.Reader) (timestamp string) {
	for name := range reader.Object() {
		if name == "deletionTimestamp" {
			timestamp = reader.Text()
		}
	}
	return timestamp
}

func readSpec(reader *jsonread.Reader) (hasDefaultBackend bool, rules []string, tls [][]string) {
	for name := range reader.Object() {
		switch name {
		case "defaultBackend":
			hasDefaultBackend = !reader.IsNull()
			for range reader.Object() {
			}
		case "rules":
			rules = readRules(reader)
		case "tls":
			tls = readTLS(reader)
		}
	}
	return hasDefaultBackend, rules, tls
}

func readRules(reader *jsonread.Reader) (hosts []string) {
	for range reader.Array() {
		var host string
		for name := range reader.Object() {
			if name == "host" {
				host = reader.Text()
			}
		}
		hosts = append(hosts, host)
	}
	return hosts
}

func readTLS(reader *jsonread.Reader) (sections [][]string) {
	for range reader.Array() {
		var hosts []string
		for name := range reader.Object() {
			if name == "hosts" {
				hosts = reader.Texts()
			}
		}
		sections = append(sections, hosts)
	}
	return sections
}
