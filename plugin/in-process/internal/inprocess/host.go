package inprocess

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/klog/v2"

	"gatehouse.internal/in-process/internal/guest"
	"gatehouse.internal/in-process/internal/policies"
)

// A policy that explains itself needs a few lines; one that logs in a loop must not fill the disk.
const (
	maxLines        = 100
	maxMessageBytes = 4096
	maxEventBytes   = 16 << 10
)

// host is what one evaluation's guest may use: the API server's log, and nothing else. It belongs to one goroutine.
type host struct {
	guest *policies.Guest
	lines int
}

// Call refuses host capabilities by their names: nothing of the cluster, a registry or the network can be asked in process.
func (h *host) Call(binding, namespace, operation string, payload []byte) ([]byte, error) {
	if binding != "kubewarden" {
		return nil, fmt.Errorf("unknown binding: %s", binding)
	}
	if namespace == "tracing" {
		if operation != "log" {
			return nil, fmt.Errorf("unknown operation: %s", operation)
		}
		h.logEvent(payload)
		return nil, nil
	}
	capability := namespace + "/" + operation
	if !slices.Contains(policies.Capabilities, capability) {
		known := slices.ContainsFunc(policies.Capabilities, func(one string) bool { return strings.HasPrefix(one, namespace+"/") })
		if !known && namespace != "oci" && namespace != "net" && namespace != "crypto" {
			return nil, fmt.Errorf("unknown namespace: %s", namespace)
		}
		return nil, fmt.Errorf("unknown operation: %s", operation)
	}
	if !policies.Grants(h.guest.HostCapabilities, capability) {
		h.write(klog.Warning, fmt.Sprintf("policy asked for the host capability %s, which it was not granted", capability))
		return nil, &guest.Failure{Message: fmt.Sprintf("Policy has not been granted access to the '%s' host capability. The violation has been reported.", capability)}
	}
	return nil, fmt.Errorf("the host capability '%s' is not there in process; run the policy in the shim", capability)
}

// Log takes a line of the guest's console.
func (h *host) Log(line string) { h.write(klog.Info, line) }

func (h *host) write(log func(args ...any), message string) {
	h.lines++
	if h.lines <= maxLines {
		log(fmt.Sprintf("policy %s: %s", h.guest.ID, message[:min(len(message), maxMessageBytes)]))
	}
}

// close says how many lines were dropped, if any were.
func (h *host) close() {
	if dropped := h.lines - maxLines; dropped > 0 {
		klog.Warningf("policy %s: logged %d lines more, which were dropped", h.guest.ID, dropped)
	}
}

// logEvent is `tracing/log`. To the guest it always succeeds.
func (h *host) logEvent(payload []byte) {
	level, message, err := readEvent(payload)
	if err != nil {
		h.write(klog.Error, fmt.Sprintf("cannot log event: %v: %.1024s", err, payload))
		return
	}
	switch level {
	case "TRACE", "DEBUG":
		// what a policy says to itself is for whoever looks closely
		if klog.V(4).Enabled() {
			h.write(klog.Info, message)
		}
	case "INFO":
		h.write(klog.Info, message)
	case "WARNING":
		h.write(klog.Warning, message)
	case "ERROR":
		h.write(klog.Error, message)
	}
}

func readEvent(payload []byte) (level, message string, err error) {
	if len(payload) > maxEventBytes {
		return "", "", fmt.Errorf("is %d bytes long, where %d are taken", len(payload), maxEventBytes)
	}
	var event map[string]any
	if err := json.Unmarshal(payload, &event); err != nil {
		return "", "", errors.New("is not a JSON object")
	}
	level, _ = event["level"].(string)
	level = strings.ToUpper(level)
	if !slices.Contains([]string{"TRACE", "DEBUG", "INFO", "WARNING", "ERROR"}, level) {
		return "", "", errors.New("level must be one of TRACE, DEBUG, INFO, WARNING, ERROR")
	}
	message, _ = event["message"].(string)
	delete(event, "level")
	delete(event, "message")
	if len(event) > 0 {
		data, err := json.Marshal(event)
		if err != nil {
			return "", "", err
		}
		message += " " + string(data)
	}
	return level, message, nil
}
