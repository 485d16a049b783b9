package framed_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse.internal/in-process/internal/framed"
	"gatehouse.internal/in-process/internal/shimtest"
)

const host = "admission.gatehouse.internal"

// BenchmarkWays asks one shim by three ways in turn: in frames; by HTTP on its Unix socket; and as a stock API server does, by HTTP in TLS
// in a tunnel. It reports each way's median, and that of frames as a part of the other two.
//
//	go test ./internal/framed -run '^$' -bench Ways -benchtime 5000x
func BenchmarkWays(b *testing.B) {
	shim := shimtest.Start(b, shimtest.Policies{"allow": {"module": "scripted", "settings": json.RawMessage(`{"rules":[]}`)}})
	client := framed.NewClient(shim.Framed)
	b.Cleanup(client.Close)
	plain := httpClient(b, func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", shim.Socket)
	})
	tunnelled := httpClient(b, func(context.Context) (net.Conn, error) { return tunnel(shim.Socket) })
	for name, bytes := range map[string]int{"small": 0, "100KiB": 100 << 10} {
		body := reviewOf(bytes)
		b.Run(name, func(b *testing.B) {
			compare(b, []way{
				{"frames", func() error {
					parts, err := client.Ask(b.Context(), framed.Request{Kind: framed.Policies, Names: []string{"allow"}, Body: body})
					if err == nil && parts[0].Status != http.StatusOK {
						return fmt.Errorf("%d %s", parts[0].Status, parts[0].Body)
					}
					return err
				}},
				{"http", func() error { return post(plain, body) }},
				{"tls", func() error { return post(tunnelled, body) }},
			})
		})
	}
}

type way struct {
	name string
	ask  func() error
}

func compare(b *testing.B, ways []way) {
	times := make([][]time.Duration, len(ways))
	for i := 0; b.Loop(); i++ {
		for j := range ways {
			which := (i + j) % len(ways) // nobody always follows the same one
			start := time.Now()
			if err := ways[which].ask(); err != nil {
				b.Fatal(ways[which].name, err)
			}
			times[which] = append(times[which], time.Since(start))
		}
	}
	medians := make([]float64, len(ways))
	for i, way := range ways {
		slices.Sort(times[i])
		medians[i] = float64(times[i][len(times[i])/2].Microseconds())
		b.ReportMetric(medians[i], "p50-"+way.name+"-µs")
		if i > 0 {
			b.ReportMetric(medians[0]/medians[i], "frames/"+way.name)
		}
	}
	b.ReportMetric(0, "ns/op") // of all ways together: says nothing
}

func httpClient(b *testing.B, dial func(context.Context) (net.Conn, error)) *http.Client {
	transport := &http.Transport{
		DialContext:    func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
		DialTLSContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
	}
	b.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// tunnel dials as the API server's egress selector does.
func tunnel(socket string) (net.Conn, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(conn, "CONNECT %s:443 HTTP/1.1\r\nHost: %s:443\r\n\r\n", host, host)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("no tunnel: %v %v", response, err)
	}
	authority, err := os.ReadFile(filepath.Join(filepath.Dir(socket), "pki/ca.crt"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	return tls.Client(conn, &tls.Config{RootCAs: roots, ServerName: host}), nil
}

func post(client *http.Client, body []byte) error {
	response, err := client.Post("http://"+host+"/validate/allow?timeout=10s", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		return fmt.Errorf("%d %s", response.StatusCode, answer)
	}
	return err
}

func reviewOf(bytes int) []byte {
	return fmt.Appendf(nil, `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u1",
		"kind":{"group":"","version":"v1","kind":"ConfigMap"},"resource":{"group":"","version":"v1","resource":"configmaps"},
		"name":"c","namespace":"default","operation":"CREATE","userInfo":{"username":"alice"},
		"object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"text":%q}}}}`, strings.Repeat("x", bytes))
}
