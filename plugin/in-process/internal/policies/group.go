package policies

import (
	"fmt"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Group is a policy that puts its question to several modules.
type Group struct {
	Expression *Expression
	// Members in the order of the file; a member's ID is `<group>/<member>`, and Names are the members' own.
	Members []*Guest
	Names   []string
}

// memberShape is how members are written where a group stands.
type memberShape struct {
	// strict refuses unknown fields, as Kubewarden does in policies.yml and nowhere else.
	strict       bool
	capabilities []string
}

var memberName = regexp.MustCompile(`^[_a-zA-Z][_a-zA-Z0-9]*$`)

// Reserved words of CEL, which no function can be called.
var reserved = []string{
	"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
	"package", "namespace", "return", "var", "void", "while",
}

func (f *fields) readGroup(policy *Policy, shape memberShape) *Group {
	source := f.required("expression")
	policy.Message = f.required("message")
	for _, name := range []string{"module", "settings", "timeoutEvalSeconds", "hostCapabilities", "contextAwareResources"} {
		if node := f.get(name); node != nil && node.Value != "" || node != nil && len(node.Content) > 0 {
			f.refuse(name, "belongs to a member of a group: write it in policies.<member>")
		}
	}
	if f.boolean("allowedToMutate") || f.boolean("mutating") || f.has("reinvocationPolicy") || f.has("mutates") {
		f.refuse("", "is a group, which never mutates: leave away allowedToMutate, mutating, reinvocationPolicy and mutates")
	}
	group := &Group{}
	members := f.get("policies")
	if members == nil || members.Kind != yaml.MappingNode || len(members.Content) == 0 {
		f.refuse("policies", "must be a map from member name to member, with one at least")
		return nil
	}
	for index := 0; index+1 < len(members.Content); index += 2 {
		f.readMember(group, policy.ID, members.Content[index], members.Content[index+1], shape)
	}
	f.checkMemberTimeouts(policy, group)
	if f.failed {
		return nil
	}
	expression, err := CompileExpression(source, group.Names)
	if err != nil {
		f.refuse("expression", err.Error())
		return nil
	}
	group.Expression = expression
	return group
}

func (f *fields) readMember(group *Group, id string, key, value *yaml.Node, shape memberShape) {
	name := key.Value
	path := joinPath(f.path, "policies."+name)
	if !memberName.MatchString(name) || slices.Contains(reserved, name) {
		f.refuseAt(key, "policies."+name, "policy group member name is invalid: it must be letters, digits and _, not start with a digit, and be no reserved word of CEL")
	}
	member := f.document.fieldsOf(value, path)
	if member.failed {
		f.failed = true
		return
	}
	capabilities := shape.capabilities
	if capabilities == nil {
		capabilities = member.readCapabilities()
	}
	guest := member.readGuest(id+"/"+name, capabilities)
	member.finish(shape.strict)
	f.failed = f.failed || member.failed
	group.Members, group.Names = append(group.Members, guest), append(group.Names, name)
}

// Members that are asked one after the other may take longer than the API server waits for the group.
func (f *fields) checkMemberTimeouts(policy *Policy, group *Group) {
	limit := float64(30)
	if policy.Registration != nil {
		limit = float64(policy.Registration.seconds())
	}
	sum := float64(0)
	for _, member := range group.Members {
		sum += member.Timeout.Seconds()
	}
	if sum > limit {
		f.refuse("policies", fmt.Sprintf("has members whose timeoutEvalSeconds add up to %v, longer than the API server waits (%v s)", sum, limit))
	}
}
