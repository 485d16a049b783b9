// Denies Ingresses that serve a host without TLS, or outside of the domains that are allowed.
package main

import (
	"bytes"
	"log"
	"os"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
)

// A WASI command: the question is its argument, the input and the answer are JSON. What it writes to standard error
// before it fails is what users read.
func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("one argument is wanted: validate or validate-settings")
	}
	var input bytes.Buffer
	// room for most requests: they are read at once
	input.Grow(16 << 10)
	if _, err := input.ReadFrom(os.Stdin); err != nil {
		log.Fatalf("cannot read the request: %v", err)
	}
	answer, err := answer(os.Args[1], input.String())
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.WriteString(answer); err != nil {
		log.Fatalf("cannot write the answer: %v", err)
	}
}

// trace writes a line to the log of the policy server.
func trace(message string, hosts []string) {
	line := `{"level":"INFO","message":` + quote(message) + `,"hosts":` + quoteAll(hosts) + `}`
	host := capabilities.NewHost()
	if _, err := host.Client.HostCall("kubewarden", "tracing", "log", []byte(line)); err != nil {
		log.Printf("cannot log: %v", err)
	}
}
