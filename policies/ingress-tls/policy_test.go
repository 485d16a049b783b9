package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// verdict asks about a request with these settings and gives the message of a denial; hosts that were traced come after `~`.
func verdict(t *testing.T, request, settings string) string {
	t.Helper()
	input := fmt.Sprintf(`{"request":%s,"settings":%s}`, request, settings)
	var traced []string
	output, err := validate([]byte(input), func(_ string, hosts []string) { traced = append(traced, hosts...) })
	if err != nil {
		return "error: " + err.Error()
	}
	var response struct {
		Accepted bool
		Message  string
	}
	if err := json.Unmarshal(output, &response); err != nil {
		t.Fatal(err)
	}
	if response.Accepted != (response.Message == "") {
		t.Fatalf("accepted with a message, or denied without: %s", output)
	}
	if len(traced) > 0 {
		return response.Message + "~" + strings.Join(traced, ",")
	}
	return response.Message
}

func request(operation, object string) string {
	kind := `{"group":"networking.k8s.io","version":"v1","kind":"Ingress"}`
	return fmt.Sprintf(`{"uid":"1","kind":%s,"operation":"%s","object":%s}`, kind, operation, object)
}

func ingress(spec string) string {
	return request("CREATE", `{"metadata":{"name":"web"},"spec":`+spec+`}`)
}

func TestEveryHostMustBeCovered(t *testing.T) {
	for spec, want := range map[string]string{
		`{"rules":[{"host":"a.org"}],"tls":[{"hosts":["a.org"]}]}`:                                   "",
		`{"rules":[{"host":"a.org"},{"host":"b.org"},{"host":"b.org"}],"tls":[{"hosts":["a.org"]}]}`: "hosts without TLS: b.org",
		`{"rules":[{"host":"a.org"},{"host":"b.org"}]}`:                                              "hosts without TLS: a.org, b.org",
		`{"rules":[{"host":"w.a.org"}],"tls":[{"hosts":["*.a.org"]}]}`:                               "",
		`{"rules":[{"host":"A.org"}],"tls":[{"hosts":["a.ORG"]}]}`:                                   "",
		`{"rules":[{"host":"*.a.org"}],"tls":[{"hosts":["*.a.org"]}]}`:                               "",
		`{"rules":[{"host":"v.w.a.org"}],"tls":[{"hosts":["*.a.org"]}]}`:                             "hosts without TLS: v.w.a.org",
		`{"rules":[{"host":"a.org"}],"tls":[{"hosts":["*.a.org"]}]}`:                                 "hosts without TLS: a.org",
		`{"rules":[{}]}`: "hosts without TLS: *",
		`{"defaultBackend":{"service":{"name":"web"}}}`:                                         "hosts without TLS: *",
		`{"defaultBackend":{"service":{"name":"web"}},"rules":[{}],"tls":[{"secretName":"s"}]}`: "",
		`{"rules":[{"host":"a.org"}],"tls":[{"secretName":"s"}]}`:                               "hosts without TLS: a.org",
		`{}`: "",
	} {
		if got := verdict(t, ingress(spec), `{}`); got != want {
			t.Errorf("%s: %q, not %q", spec, got, want)
		}
	}
}

func TestHostsMayBeExemptAndThatIsTraced(t *testing.T) {
	spec := `{"rules":[{"host":"a.org"},{"host":"acme.b.org"},{"host":"c.org"}]}`
	settings := `{"plain_hosts":["a.org","*.b.org"]}`
	if got := verdict(t, ingress(spec), settings); got != "hosts without TLS: c.org~a.org,acme.b.org" {
		t.Error(got)
	}
}

func TestHostsMustLieInTheAllowedDomains(t *testing.T) {
	for host, want := range map[string]string{
		"a.org":     "",
		"w.a.org":   "",
		"W.A.org":   "",
		"*.a.org":   "",
		"ba.org":    "hosts outside of the allowed domains: ba.org",
		"a.org.net": "hosts outside of the allowed domains: a.org.net",
	} {
		spec := fmt.Sprintf(`{"rules":[{"host":%q}],"tls":[{"hosts":[%q]}]}`, host, host)
		if got := verdict(t, ingress(spec), `{"allowed_domains":["b.net","a.org"]}`); got != want {
			t.Errorf("%s: %q, not %q", host, got, want)
		}
	}
	both := verdict(t, ingress(`{"rules":[{"host":"c.org"}]}`), `{"allowed_domains":["a.org"]}`)
	if both != "hosts without TLS: c.org; hosts outside of the allowed domains: c.org" {
		t.Error(both)
	}
}

func TestWhatPasses(t *testing.T) {
	bad := `{"spec":{"rules":[{"host":"a.org"}]}}`
	deleted := `{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"rules":[{"host":"a.org"}]}}`
	status := strings.Replace(request("UPDATE", bad), `{"uid"`, `{"subResource":"status","uid"`, 1)
	for _, passing := range []string{request("DELETE", "null"), request("UPDATE", deleted), status} {
		if got := verdict(t, passing, `{}`); got != "" {
			t.Errorf("%s: %s", passing, got)
		}
	}
	if got := verdict(t, request("UPDATE", bad), `{}`); got == "" {
		t.Error("an update passes")
	}
}

func TestWhatCannotBeReadIsAnErrorAndNotSkipped(t *testing.T) {
	for input, want := range map[string]string{
		request("CREATE", `{"spec":{"rules":"none"}}`):                           "error: cannot read the Ingress: ",
		`{"kind":{"group":"","version":"v1","kind":"Pod"},"operation":"CREATE"}`: "error: only Ingresses can be judged, not Pod",
		`[]`: "error: cannot read the request: ",
	} {
		if got := verdict(t, input, `{}`); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", input, got)
		}
	}
	if got := verdict(t, ingress(`{}`), `{"allowed_domain":[]}`); !strings.HasPrefix(got, "error: cannot read the settings: ") {
		t.Error(got)
	}
}

func TestSettings(t *testing.T) {
	for input, want := range map[string]string{
		`{}`: `{"valid":true}`,
		`{"allowed_domains":["a.org"],"plain_hosts":["*.a.org","b.org"]}`: `{"valid":true}`,
		`{"allowed_domains":["*.a.org"]}`:                                 `{"valid":false,"message":"allowed_domains: \"*.a.org\" is not a domain"}`,
		`{"plain_hosts":["*"],"allowed_domains":["A.org"]}`:               `{"valid":false,"message":"allowed_domains: \"A.org\" is not a domain; plain_hosts: \"*\" is not a host"}`,
		`{"allowed_domains":["a-b.0rg","-a.org","a-.org","a..org",""]}`: `{"valid":false,"message":"` +
			`allowed_domains: \"-a.org\" is not a domain; allowed_domains: \"a-.org\" is not a domain; ` +
			`allowed_domains: \"a..org\" is not a domain; allowed_domains: \"\" is not a domain"}`,
		`{"plainhosts":[]}`: `{"valid":false,"message":"cannot read the settings: json: unknown field \"plainhosts\""}`,
	} {
		got, err := answer("validate-settings", []byte(input))
		if err != nil || string(got) != want {
			t.Errorf("%s: %s %v, not %s", input, got, err, want)
		}
	}
}

func TestFixtures(t *testing.T) {
	for name, want := range map[string]string{
		"plain-ingress":   "hosts without TLS: shop.example.org",
		"covered-ingress": "",
		"foreign-ingress": "hosts outside of the allowed domains: shop.example.net",
	} {
		bytes, err := os.ReadFile("fixtures/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var review struct{ Request json.RawMessage }
		if err := json.Unmarshal(bytes, &review); err != nil {
			t.Fatal(err)
		}
		settings := `{"allowed_domains":["example.org"],"plain_hosts":["status.example.org"]}`
		if got := strings.TrimSuffix(verdict(t, string(review.Request), settings), "~status.example.org"); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
}

func TestAnUnknownQuestionIsAnError(t *testing.T) {
	if answer, err := answer("mutate", []byte(`{}`)); err == nil {
		t.Error(string(answer))
	}
}
