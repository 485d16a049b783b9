// Denies Ingresses that serve a host without TLS, or outside of the domains that are allowed.
package main

import (
	"encoding/json"
	"io"
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
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatalf("cannot read the request: %v", err)
	}
	answer, err := answer(os.Args[1], input)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(answer); err != nil {
		log.Fatalf("cannot write the answer: %v", err)
	}
}

// trace writes a line to the log of the policy server.
func trace(message string, hosts []string) {
	line, err := json.Marshal(map[string]any{"level": "INFO", "message": message, "hosts": hosts})
	if err == nil {
		host := capabilities.NewHost()
		_, err = host.Client.HostCall("kubewarden", "tracing", "log", line)
	}
	if err != nil {
		log.Printf("cannot log: %v", err)
	}
}
