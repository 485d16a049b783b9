// Package metrics counts on the API server's own /metrics.
package metrics

import (
	"context"
	"sync"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/component-base/metrics"
	"k8s.io/component-base/metrics/legacyregistry"
)

// Verdict is what became of an evaluation.
type Verdict string

// Allowed and Denied are the policy's own words, whatever its mode. A policy that failed is Failed; one that gave no answer at all,
// Unanswered.
const (
	Allowed    Verdict = "allowed"
	Mutated    Verdict = "mutated"
	Denied     Verdict = "denied"
	Failed     Verdict = "failed"
	Unanswered Verdict = "unanswered"
)

// VerdictOf says what a policy's own response is.
func VerdictOf(response *admissionv1.AdmissionResponse) Verdict {
	switch {
	case !response.Allowed && response.Result != nil && response.Result.Code == 500:
		return Failed
	case !response.Allowed:
		return Denied
	case response.Patch != nil:
		return Mutated
	default:
		return Allowed
	}
}

// EvaluationSeconds are durations by policy and verdict.
type EvaluationSeconds struct{ histogram *metrics.HistogramVec }

// Observe adds one evaluation.
func (e EvaluationSeconds) Observe(ctx context.Context, policy string, verdict Verdict, took time.Duration) {
	e.histogram.WithContext(ctx).WithLabelValues(policy, string(verdict)).Observe(took.Seconds())
}

// Reasons for which a request was rejected.
const (
	ByPolicy = "policy"
	// ByFailure: there was no answer, and failurePolicy is Fail.
	ByFailure = "no_answer"
)

// Counts are requests by policy and something more.
type Counts struct{ counter *metrics.CounterVec }

// Add counts one.
func (c Counts) Add(ctx context.Context, labels ...string) {
	c.counter.WithContext(ctx).WithLabelValues(labels...).Inc()
}

const subsystem = "gatehouse_wasm_policy"

// The metrics. An evaluation takes some hundred microseconds, for which the API server's usual buckets are too wide.
var (
	Evaluations = EvaluationSeconds{metrics.NewHistogramVec(&metrics.HistogramOpts{
		Subsystem: subsystem, Name: "evaluation_seconds", StabilityLevel: metrics.ALPHA,
		Help:    "How long guests in this process took, by policy and by their own verdict.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"policy", "verdict"})}
	Rejections = Counts{metrics.NewCounterVec(&metrics.CounterOpts{
		Subsystem: subsystem, Name: "rejections_total", StabilityLevel: metrics.ALPHA,
		Help: "Requests that were rejected, by policy, phase (admit, validate), and reason: policy, or no_answer.",
	}, []string{"policy", "phase", "reason"})}
	FailedOpen = Counts{metrics.NewCounterVec(&metrics.CounterOpts{
		Subsystem: subsystem, Name: "failed_open_total", StabilityLevel: metrics.ALPHA,
		Help: "Requests that passed without an answer, by policy and phase: failurePolicy is Ignore.",
	}, []string{"policy", "phase"})}
)

var once sync.Once

// Register puts the metrics on /metrics.
func Register() {
	once.Do(func() {
		legacyregistry.MustRegister(Evaluations.histogram, Rejections.counter, FailedOpen.counter)
	})
}
