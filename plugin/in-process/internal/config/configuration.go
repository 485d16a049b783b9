// Package config reads WasmPolicyConfiguration, the entry of plugin WasmPolicy in the API server's AdmissionConfiguration.
package config

// The only version of the configuration.
const (
	APIVersion = "gatehouse.dev/v1alpha1"
	Kind       = "WasmPolicyConfiguration"
)

// NoExclusions, as the value of exclusions, polices even what a cluster needs to start.
const NoExclusions = "none"

// Mode says where policies are asked.
type Mode string

const (
	// InProcess runs guests in the API server itself.
	InProcess Mode = "InProcess"
	// Shim hands reviews to the process beside the API server, over a Unix socket.
	Shim Mode = "Shim"
)

// Configuration is a WasmPolicyConfiguration that has been checked.
type Configuration struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Mode       Mode   `json:"mode"`
	// PoliciesFile is the path of policies.yml.
	PoliciesFile string `json:"policiesFile"`
	// Modules leads from a module as policies.yml writes it to a verified .wasm file on this disk. Nothing is pulled here.
	Modules map[string]string `json:"modules,omitempty"`
	// FramedSocket is the shim's Unix socket for mode Shim.
	FramedSocket string `json:"framedSocket,omitempty"`
	// CompilationCache is a folder where compiled modules outlive a restart. Optional.
	CompilationCache string `json:"compilationCache,omitempty"`
	// Exclusions are requests that no policy is asked about: default for what a cluster needs to start, or none.
	Exclusions string `json:"exclusions,omitempty"`
}
