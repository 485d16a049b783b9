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
	output, err := validate(input, func(_ string, hosts []string) { traced = append(traced, hosts...) })
	if err != nil {
		return "error: " + err.Error()
	}
	var response struct {
		Accepted bool
		Message  string
	}
	if err := json.Unmarshal([]byte(output), &response); err != nil {
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
		`{"rules":[{"host":"a.org"},{}],"tls":[{"hosts":["a.org"]}]}`:                                "hosts without TLS: *",
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
	kind := `"kind":{"group":"networking.k8s.io","kind":"Ingress"}`
	for input, want := range map[string]string{
		request("CREATE", `{"spec":{"rules":"none"}}`):                           "error: cannot read the Ingress: spec.rules: a string where an array should be",
		request("CREATE", `{"spec":{"rules":["a.org"]}}`):                        "error: cannot read the Ingress: spec.rules: a string where an object should be",
		request("CREATE", `{"spec":{"rules":[{"host":1}]}}`):                     "error: cannot read the Ingress: spec.rules.host: a number where a string should be",
		request("CREATE", `{"spec":{"tls":{"hosts":["a.org"]}}}`):                "error: cannot read the Ingress: spec.tls: an object where an array should be",
		request("CREATE", `{"spec":{"tls":[{"hosts":"a.org"}]}}`):                "error: cannot read the Ingress: spec.tls.hosts: a string where an array should be",
		request("CREATE", `{"spec":{"tls":[{"hosts":[true]}]}}`):                 "error: cannot read the Ingress: spec.tls.hosts: a boolean where a string should be",
		request("CREATE", `{"spec":{"defaultBackend":"web"}}`):                   "error: cannot read the Ingress: spec.defaultBackend: a string where an object should be",
		request("CREATE", `{"spec":[]}`):                                         "error: cannot read the Ingress: spec: an array where an object should be",
		request("CREATE", `{"metadata":"web"}`):                                  "error: cannot read the Ingress: metadata: a string where an object should be",
		request("CREATE", `{"metadata":{"deletionTimestamp":1}}`):                "error: cannot read the Ingress: metadata.deletionTimestamp: a number where a string should be",
		request("CREATE", `{"metadata":{"deletionTimestamp":"soon"}}`):           `error: cannot read the Ingress: metadata.deletionTimestamp: parsing time "soon"`,
		request("CREATE", `[]`):                                                  "error: cannot read the Ingress: an array where an object should be",
		`{` + kind + `,"operation":"CREATE"}`:                                    "error: cannot read the Ingress: ",
		`{` + kind + `,"operation":["CREATE"]}`:                                  "error: cannot read the request: request.operation: an array where a string should be",
		`{` + kind + `,"operation":"CREATE","subResource":{}}`:                   "error: cannot read the request: request.subResource: an object where a string should be",
		`{"kind":"Ingress","operation":"CREATE"}`:                                "error: cannot read the request: request.kind: a string where an object should be",
		`{"kind":{"group":[],"kind":"Ingress"}}`:                                 "error: cannot read the request: request.kind.group: an array where a string should be",
		`{"kind":{"group":"","version":"v1","kind":"Pod"},"operation":"CREATE"}`: "error: only Ingresses can be judged, not Pod",
		request("CREATE", `{"status":{"loadBalancer":}}`):                        "error: cannot read the request: request.object: '}' where a value should be",
		`[]`:            "error: cannot read the request: ",
		`null`:          "error: only Ingresses can be judged",
		`{"kind":{}}]}`: "error: cannot read the request: ",
	} {
		if got := verdict(t, input, `{}`); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", input, got)
		}
	}
	for settings, want := range map[string]string{
		`{"allowed_domain":[]}`:       `json: unknown field "allowed_domain"`,
		`{"allowed_domains":"a.org"}`: "allowed_domains: a string where an array should be",
		`{"plain_hosts":[7]}`:         "plain_hosts: a number where a string should be",
		`"none"`:                      "a string where an object should be",
	} {
		if got := verdict(t, ingress(`{}`), settings); got != "error: cannot read the settings: "+want {
			t.Errorf("%s: %s", settings, got)
		}
	}
	for input, want := range map[string]string{
		`{"settings":{},"request":` + ingress(`{}`) + `} {}`: "cannot read the request: '{' where the end should be",
		`{"request":` + ingress(`{}`) + `}`:                  "cannot read the settings: the end where an object should be",
		`[]`:                                                 "cannot read the request: an array where an object should be",
		``:                                                   "cannot read the request: the end where an object should be",
	} {
		if answer, err := answer("validate", input); err == nil || err.Error() != want {
			t.Errorf("%s: %s %v", input, answer, err)
		}
	}
}

func TestWhatIsNotJudgedIsSkipped(t *testing.T) {
	object := `{"metadata":{"name":7,"labels":[]},"spec":{"ingressClassName":{},"rules":[{"host":"a.org","http":"none"}]},"status":[]}`
	skipping := strings.Replace(request("CREATE", object), `"uid":"1"`, `"uid":1,"dryRun":"no","userInfo":[{"spec":{}}]`, 1)
	if got := verdict(t, skipping, `{}`); got != "hosts without TLS: a.org" {
		t.Error(got)
	}
}

func TestNullIsAsGoodAsNothing(t *testing.T) {
	for object, want := range map[string]string{
		`null`:                          "",
		`{"metadata":null,"spec":null}`: "",
		`{"metadata":{"deletionTimestamp":null},"spec":{"rules":[{"host":null}]}}`: "hosts without TLS: *",
		`{"spec":{"defaultBackend":null,"rules":null,"tls":[{"hosts":null}]}}`:     "",
		`{"spec":{"rules":[null]}}`: "hosts without TLS: *",
	} {
		if got := verdict(t, request("UPDATE", object), `null`); got != want {
			t.Errorf("%s: %q, not %q", object, got, want)
		}
	}
}

// As in encoding/json, but that the last one is not mixed with those before.
func TestOfDuplicatesTheLastCounts(t *testing.T) {
	for object, want := range map[string]string{
		`{"spec":{"rules":[{"host":"a.org"}],"rules":[{"host":"b.org"}]}}`:                              "hosts without TLS: b.org",
		`{"spec":{"rules":[{"host":"a.org"}]},"spec":{"tls":[]}}`:                                       "",
		`{"spec":{"rules":[{"host":"a.org","host":"b.org"}],"tls":[{"hosts":["a.org"],"hosts":[]}]}}`:   "hosts without TLS: b.org",
		`{"spec":{"defaultBackend":{},"defaultBackend":null}}`:                                          "",
		`{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"metadata":{},"spec":{"rules":[{}]}}`: "hosts without TLS: *",
	} {
		if got := verdict(t, request("CREATE", object), `{}`); got != want {
			t.Errorf("%s: %q, not %q", object, got, want)
		}
	}
	twice := strings.Replace(ingress(`{"rules":[{}]}`), `{"uid"`, `{"operation":"DELETE","kind":{"group":"apps"},"uid"`, 1)
	if got := verdict(t, twice, `{"plain_hosts":["*"],"plain_hosts":[]}`); got != "hosts without TLS: *" {
		t.Error(got)
	}
}

func TestNamesDifferByCaseAsInKubernetes(t *testing.T) {
	if got := verdict(t, ingress(`{"Rules":[{"host":"a.org"}],"rules":[{"host":"b.org","HOST":"c.org"}]}`), `{}`); got != "hosts without TLS: b.org" {
		t.Error(got)
	}
	want := `error: cannot read the settings: json: unknown field "Plain_Hosts"`
	if got := verdict(t, ingress(`{}`), `{"Plain_Hosts":[]}`); got != want {
		t.Error(got)
	}
}

func TestTextsAreThoseThatAreMeant(t *testing.T) {
	spec := `{"\u0072ules":[{"host":"a\u002eorg"},{"host":"\"\\\u0007\u007f é\ud83d\ude00\u2028"}],"tls":[{"hosts":["a.org"]}]}`
	if got := verdict(t, ingress(spec), `{}`); got != "hosts without TLS: \"\\\a\x7f é😀\u2028" {
		t.Errorf("%q", got)
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
		`{"plainhosts":[]}`:    `{"valid":false,"message":"cannot read the settings: json: unknown field \"plainhosts\""}`,
		`{"plain_hosts":{}}`:   `{"valid":false,"message":"cannot read the settings: plain_hosts: an object where an array should be"}`,
		`{} {}`:                `{"valid":false,"message":"cannot read the settings: '{' where the end should be"}`,
		`{"plain_hosts":[],x}`: `{"valid":false,"message":"cannot read the settings: 'x' where a name should be"}`,
		`null`:                 `{"valid":true}`,
	} {
		got, err := answer("validate-settings", input)
		if err != nil || got != want {
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
	if answer, err := answer("mutate", `{}`); err == nil {
		t.Error(answer)
	}
}
