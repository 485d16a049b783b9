// Package guest runs policies in WebAssembly by wazero: waPC guests, WASI commands, and modules that OPA compiled. A module is
// compiled once; each question is put to a fresh instance, which is dropped afterwards.
package guest

import (
	"context"

	admissionv1 "k8s.io/api/admission/v1"
)

// Limits of what is taken from a guest.
const (
	maxResponseBytes = 16 << 20
	maxErrorBytes    = 64 << 10
	maxNameBytes     = 256
	maxLogBytes      = 4096
)

// Host is what a guest may use of the world beside its own memory. Each question has one.
type Host interface {
	// Call answers a host call; the error's text is for the guest.
	Call(binding, namespace, operation string, payload []byte) ([]byte, error)
	// Log takes a line that the guest wrote to its console or its standard error.
	Log(line string)
}

// Question is a request about which a policy is to decide.
type Question struct {
	UID string
	// Request is the AdmissionRequest in JSON.
	Request []byte
	// Object is the request's object in JSON, what a patch is made against; nil if it has none.
	Object []byte
	// Settings are the policy's, a JSON object.
	Settings []byte
	Host     Host
}

// SettingsVerdict says whether a policy accepts its settings.
type SettingsVerdict struct {
	Valid   bool
	Message string
}

// Failure is why a guest gave no answer: it trapped, was late, reported an error, or broke its contract.
type Failure struct {
	Message string
	// Late says that it was ended because its time was up.
	Late bool
	// Plain says that the message is the guest's own account, for which no words of ours are needed.
	Plain bool
	cause error
}

func (f *Failure) Error() string { return f.Message }

func (f *Failure) Unwrap() error { return f.cause }

func failure(message string) *Failure { return &Failure{Message: message} }

// kind is one way in which modules expect to be called.
type kind interface {
	// problems says what is wrong with a module's exports and imports, as rests of a sentence.
	problems(module *Module) []string
	// prepare asks the module for what has to be known before the first request.
	prepare(ctx context.Context, module *Module) error
	validate(ctx context.Context, module *Module, question Question) (*admissionv1.AdmissionResponse, error)
	validateSettings(ctx context.Context, module *Module, question Question) (SettingsVerdict, error)
}
