package apiserver

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"k8s.io/component-base/featuregate"
	"k8s.io/kubernetes/pkg/kubeapiserver/options"

	"gatehouse.internal/in-process/internal/wasmpolicy"
)

func TestTheGateIsAlphaAndOff(t *testing.T) {
	gates := featuregate.NewFeatureGate()
	addFeatureGate(gates)
	if gates.Enabled(WasmPolicies) || gates.GetAll()[WasmPolicies].PreRelease != featuregate.Alpha {
		t.Errorf("%+v", gates.GetAll()[WasmPolicies])
	}
}

func TestWithTheGateOffPluginsAreUpstreams(t *testing.T) {
	admission := options.NewAdmissionOptions().GenericAdmission
	if slices.Contains(admission.Plugins.Registered(), wasmpolicy.PluginName) || !slices.Equal(admission.RecommendedPluginOrder, options.AllOrderedPlugins) {
		t.Error(admission.RecommendedPluginOrder)
	}
}

func TestThePluginComesAfterAllThatMutateAndBeforeAllThatValidateByPolicyOrWebhook(t *testing.T) {
	admission := options.NewAdmissionOptions().GenericAdmission
	addPlugin(admission)
	if errs := admission.Validate(); len(errs) > 0 {
		t.Error(errs)
	}
	place := slices.Index(admission.RecommendedPluginOrder, wasmpolicy.PluginName)
	neighbours := strings.Join(admission.RecommendedPluginOrder[place-2:place+5], " ")
	if want := "MutatingAdmissionPolicy MutatingAdmissionWebhook WasmPolicy ValidatingAdmissionPolicy ValidatingAdmissionWebhook ResourceQuota AlwaysDeny"; neighbours != want {
		t.Error(neighbours)
	}
	if admission.DefaultOffPlugins.Has(wasmpolicy.PluginName) {
		t.Error("the plugin is off")
	}
	if slices.Contains(options.AllOrderedPlugins, wasmpolicy.PluginName) {
		t.Error("upstream's own list was changed")
	}
}

func TestTheCommandHasUpstreamsFlagsAndTheGate(t *testing.T) {
	command := NewCommand()
	flag := command.Flags().Lookup("feature-gates")
	if flag == nil || !strings.Contains(flag.Usage, "WasmPolicies=true|false (ALPHA - default=false)") {
		t.Error(flag)
	}
	if command.Flags().Lookup("admission-control-config-file") == nil {
		t.Error("the command lacks upstream's flags")
	}
}

// What `follow-kubernetes` writes: a staging module of another release would be a mixture that nobody has tested.
func TestEveryStagingModuleIsOfTheReleaseThatIsBuilt(t *testing.T) {
	listed, err := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Version}}{{with .Replace}} {{.Version}}{{end}}", "all").Output()
	if err != nil {
		t.Fatal(err)
	}
	release := regexp.MustCompile(`(?m)^k8s\.io/kubernetes v1\.(\S+)$`).FindStringSubmatch(string(listed))
	if release == nil {
		t.Fatalf("no k8s.io/kubernetes among\n%s", listed)
	}
	for _, replaced := range regexp.MustCompile(`(?m)^(k8s\.io/\S+) \S+ (\S+)$`).FindAllStringSubmatch(string(listed), -1) {
		if replaced[2] != "v0."+release[1] {
			t.Errorf("%s is %s, beside Kubernetes v1.%s", replaced[1], replaced[2], release[1])
		}
	}
}
