package policies

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// Truth is what an expression, or a member, comes to.
type Truth int

// A member that failed, or tried to mutate, counts as false, as in Kubewarden, but its opposite does not count as true: what makes
// a policy fail must not let a request pass `!member()`.
const (
	False Truth = iota
	True
	Undecided
)

func truthOf(value bool) Truth {
	if value {
		return True
	}
	return False
}

// Expression says when a group accepts a request: the part of CEL that Kubewarden's controller admits, in which every value is a
// bool and every member a function without arguments.
type Expression struct{ root ast.Expr }

const allowedInExpressions = "only calls of members, &&, ||, !, ==, !=, parentheses, true and false may stand here"

// CompileExpression reads an expression, or says all that is wrong with it.
func CompileExpression(source string, members []string) (*Expression, error) {
	env, err := cel.NewEnv(cel.ClearMacros())
	if err != nil {
		return nil, err
	}
	parsed, issues := env.Parse(source)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	root := parsed.NativeRep().Expr()
	if problems := findProblems(root, members); len(problems) > 0 {
		return nil, errors.New(strings.Join(problems, "; "))
	}
	return &Expression{root}, nil
}

var expressionOperators = []string{
	operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Equals, operators.NotEquals,
}

func findProblems(expr ast.Expr, members []string) []string {
	switch expr.Kind() {
	case ast.LiteralKind:
		if _, ok := expr.AsLiteral().Value().(bool); ok {
			return nil
		}
	case ast.IdentKind:
		if slices.Contains(members, expr.AsIdent()) {
			return []string{fmt.Sprintf("%[1]s is a member, which has to be called: %[1]s()", expr.AsIdent())}
		}
		return []string{fmt.Sprintf("undeclared reference to %s; the members are %s", expr.AsIdent(), strings.Join(members, ", "))}
	case ast.CallKind:
		return findCallProblems(expr.AsCall(), members)
	}
	return []string{allowedInExpressions}
}

func findCallProblems(call ast.CallExpr, members []string) []string {
	switch name := call.FunctionName(); {
	case call.IsMemberFunction():
		return []string{allowedInExpressions}
	case slices.Contains(expressionOperators, name):
		var problems []string
		for _, operand := range call.Args() {
			problems = append(problems, findProblems(operand, members)...)
		}
		return problems
	case !memberName.MatchString(name):
		return []string{allowedInExpressions}
	case !slices.Contains(members, name):
		return []string{fmt.Sprintf("undeclared reference to %s; the members are %s", name, strings.Join(members, ", "))}
	case len(call.Args()) > 0:
		return []string{fmt.Sprintf("%[1]s is a member, and takes no arguments: %[1]s()", name)}
	default:
		return nil
	}
}

// Ask asks a member.
type Ask func(ctx context.Context, member string) (Truth, error)

// Evaluate goes from left to right, and asks a member only when its answer still matters.
func (e *Expression) Evaluate(ctx context.Context, ask Ask) (Truth, error) {
	return evaluate(ctx, e.root, ask)
}

func evaluate(ctx context.Context, expr ast.Expr, ask Ask) (Truth, error) {
	if expr.Kind() == ast.LiteralKind {
		value, _ := expr.AsLiteral().Value().(bool)
		return truthOf(value), nil
	}
	call := expr.AsCall()
	switch call.FunctionName() {
	case operators.LogicalAnd:
		return evaluateUntil(ctx, call.Args(), ask, True)
	case operators.LogicalOr:
		return evaluateUntil(ctx, call.Args(), ask, False)
	case operators.LogicalNot:
		truth, err := evaluate(ctx, call.Args()[0], ask)
		if err != nil || truth == Undecided {
			return Undecided, err
		}
		return truthOf(truth == False), nil
	case operators.Equals, operators.NotEquals:
		return evaluateComparison(ctx, call, ask)
	default:
		return ask(ctx, call.FunctionName())
	}
}

// evaluateUntil is `&&` if true goes on, and `||` if false does. What is undecided ends the one, and is remembered in the other.
func evaluateUntil(ctx context.Context, operands []ast.Expr, ask Ask, goesOn Truth) (Truth, error) {
	result := goesOn
	for _, operand := range operands {
		truth, err := evaluate(ctx, operand, ask)
		if err != nil {
			return Undecided, err
		}
		switch {
		case truth == Undecided && goesOn == False:
			result = Undecided
		case truth != goesOn:
			return truth, nil
		}
	}
	return result, nil
}

func evaluateComparison(ctx context.Context, call ast.CallExpr, ask Ask) (Truth, error) {
	left, err := evaluate(ctx, call.Args()[0], ask)
	if err != nil {
		return Undecided, err
	}
	right, err := evaluate(ctx, call.Args()[1], ask)
	if err != nil || left == Undecided || right == Undecided {
		return Undecided, err
	}
	return truthOf((left == right) == (call.FunctionName() == operators.Equals)), nil
}
