package apiserver

import (
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/component-base/featuregate"
)

// WasmPolicies is the gate of everything here: alpha, and off unless --feature-gates says otherwise.
const WasmPolicies featuregate.Feature = "WasmPolicies"

func addFeatureGate(gates featuregate.MutableVersionedFeatureGate) {
	utilruntime.Must(gates.AddVersioned(map[featuregate.Feature]featuregate.VersionedSpecs{
		// known to every version that --emulated-version may name
		WasmPolicies: {{Version: version.MajorMinor(1, 31), Default: false, PreRelease: featuregate.Alpha}},
	}))
}
