package guest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
)

// metadataSection is where `kwctl annotate` writes what a policy's author says of it.
const metadataSection = "io.kubewarden.metadata"

// Mode is how a module expects to be called, by Kubewarden's names.
type Mode string

// The modes that run here.
const (
	WaPC       Mode = "kubewarden-wapc"
	WASI       Mode = "wasi"
	OPA        Mode = "opa"
	Gatekeeper Mode = "gatekeeper"
)

// Metadata is the part of a module's metadata that decides about how it is run.
type Metadata struct {
	ProtocolVersion string `json:"protocolVersion"`
	ExecutionMode   Mode   `json:"executionMode"`
	PolicyType      string `json:"policyType"`
	Mutating        *bool  `json:"mutating"`
}

// readMetadata refuses what Kubewarden's policy server refuses at load.
func readMetadata(compiled wazero.CompiledModule) (Metadata, error) {
	var metadata Metadata
	var found [][]byte
	for _, section := range compiled.CustomSections() {
		if section.Name() == metadataSection {
			found = append(found, section.Data())
		}
	}
	switch len(found) {
	case 0:
		return metadata, errors.New("carries no Kubewarden metadata; annotate it with `gatehouse annotate`")
	case 1:
	default:
		return metadata, fmt.Errorf("carries metadata %d times; annotate it again, that leaves one", len(found))
	}
	if err := json.NewDecoder(bytes.NewReader(found[0])).Decode(&metadata); err != nil {
		return metadata, fmt.Errorf("has a section %s that cannot be read: %w", metadataSection, err)
	}
	return metadata, metadata.check()
}

func (m *Metadata) check() error {
	if m.ExecutionMode == "" {
		m.ExecutionMode = WaPC
	}
	if m.Mutating == nil {
		return errors.New("has metadata without the field mutating")
	}
	if m.PolicyType == "raw" {
		return errors.New("is a raw policy, which judges no AdmissionRequests")
	}
	if m.ExecutionMode != WaPC {
		return nil
	}
	switch m.ProtocolVersion {
	case "v1":
		return nil
	case "":
		return failure("Policy is missing protocol version, which is required for KubewardenWapc execution mode")
	default:
		return failure(fmt.Sprintf("Policy uses protocol version %s but only V1 is supported", m.ProtocolVersion))
	}
}
