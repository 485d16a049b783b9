// Command kube-apiserver is the upstream API server with one admission plugin more: WasmPolicy, which asks WebAssembly policies
// inside this process. With the feature gate WasmPolicies off, which it is by default, it is the upstream API server.
package main

import (
	"os"
	_ "time/tzdata" // time zones of CronJobs, as upstream's main has them

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"          // --logging-format=json
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // client-go's metrics
	_ "k8s.io/component-base/metrics/prometheus/version"  // the build's version as a metric

	"gatehouse.internal/in-process/internal/apiserver"
)

func main() {
	os.Exit(cli.Run(apiserver.NewCommand()))
}
