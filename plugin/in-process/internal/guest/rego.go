package guest

import (
	"context"
	"encoding/json"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"

	"gatehouse.internal/in-process/internal/verdict"
)

// gatekeeperKind are policies written for Gatekeeper, compiled with `opa build -e policy/violation`.
// https://open-policy-agent.github.io/gatekeeper/website/docs/howto/#rego-rules
type gatekeeperKind struct{}

func (gatekeeperKind) problems(module *Module) []string { return opaProblems(module) }

func (gatekeeperKind) prepare(ctx context.Context, module *Module) error {
	return prepareOPA(ctx, module)
}

func (gatekeeperKind) validateSettings(context.Context, *Module, Question) (SettingsVerdict, error) {
	return SettingsVerdict{Valid: true}, nil
}

func (gatekeeperKind) validate(ctx context.Context, module *Module, question Question) (*admissionv1.AdmissionResponse, error) {
	input := join(`{"parameters":`, question.Settings, `,"review":`, question.Request, `}`)
	answer, err := module.evaluateOPA(ctx, question.Host, input, []byte("{}"))
	if err != nil {
		return nil, err
	}
	var results []struct {
		Result []struct {
			Message *string `json:"msg"`
		} `json:"result"`
	}
	if err := json.Unmarshal(answer, &results); err != nil || len(results) != 1 || results[0].Result == nil {
		return nil, failure("cannot interpret Gatekeeper policy result")
	}
	var messages []string
	for _, violation := range results[0].Result {
		// one without a message is a violation all the same
		if violation.Message != nil {
			messages = append(messages, *violation.Message)
		}
	}
	if len(results[0].Result) == 0 {
		return verdict.Allow(question.UID), nil
	}
	return verdict.Deny(question.UID, strings.Join(messages, ", "), 0), nil
}

// opaKind are policies written for OPA's own webhook, compiled with `opa build -e policy/main`. Their settings are `data`.
type opaKind struct{}

func (opaKind) problems(module *Module) []string { return opaProblems(module) }

func (opaKind) prepare(ctx context.Context, module *Module) error { return prepareOPA(ctx, module) }

func (opaKind) validateSettings(context.Context, *Module, Question) (SettingsVerdict, error) {
	return SettingsVerdict{Valid: true}, nil
}

func (opaKind) validate(ctx context.Context, module *Module, question Question) (*admissionv1.AdmissionResponse, error) {
	answer, err := module.evaluateOPA(ctx, question.Host, join(`{"request":`, question.Request, `}`), question.Settings)
	if err != nil {
		return nil, err
	}
	var results []struct {
		Result struct {
			Response json.RawMessage `json:"response"`
		} `json:"result"`
	}
	if err := json.Unmarshal(answer, &results); err != nil || len(results) != 1 {
		return nil, failure("cannot interpret OPA policy result")
	}
	response, err := verdict.FromAdmissionResponse(results[0].Result.Response, question.UID)
	if err != nil {
		return nil, failure("cannot interpret OPA policy result: " + err.Error())
	}
	return response, nil
}

func (m *Module) evaluateOPA(ctx context.Context, host Host, input, data []byte) (answer []byte, err error) {
	err = m.withOPA(ctx, host, func(i *opaInstance) error {
		answer = i.evaluate(input, data)
		return nil
	})
	return answer, err
}

func join(before string, first []byte, rest ...any) []byte {
	joined := append([]byte(before), first...)
	for _, piece := range rest {
		switch piece := piece.(type) {
		case string:
			joined = append(joined, piece...)
		case []byte:
			joined = append(joined, piece...)
		}
	}
	return joined
}
