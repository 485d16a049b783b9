package policies

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestExpressionsAskFromLeftToRightAndOnlyWhatMatters(t *testing.T) {
	answers := map[string]Truth{"yes": True, "no": False, "failed": Undecided}
	for source, want := range map[string]struct {
		truth Truth
		asked string
	}{
		"yes()":                    {True, "yes"},
		"!yes()":                   {False, "yes"},
		"no() && yes()":            {False, "no"},
		"yes() || no()":            {True, "yes"},
		"no() || yes()":            {True, "no yes"},
		"failed() || yes()":        {True, "failed yes"},
		"failed() || no()":         {Undecided, "failed no"},
		"failed() && yes()":        {Undecided, "failed"},
		"!failed()":                {Undecided, "failed"},
		"yes() == no()":            {False, "yes no"},
		"no() != failed()":         {Undecided, "no failed"},
		"(no() || yes()) && !no()": {True, "no yes no"},
		"false || true":            {True, ""},
	} {
		expression, err := CompileExpression(source, []string{"yes", "no", "failed"})
		if err != nil {
			t.Fatal(err)
		}
		var asked []string
		truth, err := expression.Evaluate(t.Context(), func(_ context.Context, member string) (Truth, error) {
			asked = append(asked, member)
			return answers[member], nil
		})
		if err != nil || truth != want.truth || strings.Join(asked, " ") != want.asked {
			t.Errorf("%s: %v, asked %v, %v", source, truth, asked, err)
		}
	}
}

func TestAMemberThatCannotBeAskedEndsTheExpression(t *testing.T) {
	expression, err := CompileExpression("a() || !a()", []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	gone := errors.New("gone")
	if _, err := expression.Evaluate(t.Context(), func(context.Context, string) (Truth, error) { return True, gone }); !errors.Is(err, gone) {
		t.Error(err)
	}
}

func TestWhatIsNoExpressionOfAGroupIsRefused(t *testing.T) {
	for source, problem := range map[string]string{
		"a":          "a is a member, which has to be called: a()",
		"a(1)":       "takes no arguments",
		"b()":        "undeclared reference to b; the members are a",
		"request.x":  "only calls of members",
		"a() ? 1: 2": "only calls of members",
		"'text'":     "only calls of members",
		"a(":         "Syntax error",
	} {
		if _, err := CompileExpression(source, []string{"a"}); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func FuzzExpression(f *testing.F) {
	f.Add("a() && !(b() || true) == false")
	f.Fuzz(func(t *testing.T, source string) {
		if expression, err := CompileExpression(source, []string{"a", "b"}); err == nil {
			_, _ = expression.Evaluate(t.Context(), func(context.Context, string) (Truth, error) { return True, nil })
		}
	})
}
