package policies

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is one of a YAML file's; JSON is YAML.
type document struct {
	file     string
	root     *yaml.Node
	problems *problems
	// What aliases may expand to: more than any honest file holds.
	budget int
}

const maxNodes = 1_000_000

func parseDocuments(file string, content []byte, problems *problems) []*document {
	var documents []*document
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return documents
		}
		if err != nil {
			problems.add(file, "", "is no YAML: "+strings.TrimPrefix(err.Error(), "yaml: "))
			return documents
		}
		if len(node.Content) == 0 || isNull(node.Content[0]) {
			continue
		}
		documents = append(documents, &document{file: file, root: node.Content[0], problems: problems, budget: maxNodes})
	}
}

func (d *document) refuse(node *yaml.Node, field, message string) {
	line := 0
	if node != nil {
		line = node.Line
	}
	d.problems.add(placeOf(d.file, line), field, message)
}

// resolve follows aliases.
func resolve(node *yaml.Node) *yaml.Node {
	for node != nil && node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool {
	node = resolve(node)
	return node == nil || node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

// toJSON writes a node with its numbers as they stand in the file: a policy gets 1.0 as 1.0.
func (d *document) toJSON(node *yaml.Node) (json.RawMessage, error) {
	var out bytes.Buffer
	if err := d.write(&out, node, 0); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (d *document) write(out *bytes.Buffer, node *yaml.Node, depth int) error {
	node = resolve(node)
	if d.budget--; d.budget < 0 || depth > 200 {
		return errors.New("is larger, or deeper, than what is read")
	}
	switch node.Kind {
	case yaml.MappingNode:
		return d.writeMap(out, node, depth)
	case yaml.SequenceNode:
		out.WriteByte('[')
		for index, item := range node.Content {
			if index > 0 {
				out.WriteByte(',')
			}
			if err := d.write(out, item, depth+1); err != nil {
				return err
			}
		}
		out.WriteByte(']')
		return nil
	default:
		return writeScalar(out, node)
	}
}

func (d *document) writeMap(out *bytes.Buffer, node *yaml.Node, depth int) error {
	seen := map[string]bool{}
	out.WriteByte('{')
	for index := 0; index+1 < len(node.Content); index += 2 {
		key, value := resolve(node.Content[index]), node.Content[index+1]
		if key.Kind != yaml.ScalarNode {
			return fmt.Errorf("has a key on line %d that is no text", key.Line)
		}
		if seen[key.Value] {
			return fmt.Errorf("has the key %s twice, again on line %d", key.Value, key.Line)
		}
		seen[key.Value] = true
		if index > 0 {
			out.WriteByte(',')
		}
		name, err := json.Marshal(key.Value)
		if err != nil {
			return err
		}
		out.Write(name)
		out.WriteByte(':')
		if err := d.write(out, value, depth+1); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}

var (
	jsonNumber = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$`)
	decimal    = regexp.MustCompile(`^[-+]?0*(\d+)$`)
)

func writeScalar(out *bytes.Buffer, node *yaml.Node) error {
	switch node.ShortTag() {
	case "!!null":
		out.WriteString("null")
		return nil
	case "!!int", "!!float":
		return writeNumber(out, node)
	case "!!bool":
		out.WriteString(strings.ToLower(node.Value))
		return nil
	default:
		text, err := json.Marshal(node.Value)
		out.Write(text)
		return err
	}
}

func writeNumber(out *bytes.Buffer, node *yaml.Node) error {
	if jsonNumber.MatchString(node.Value) {
		out.WriteString(node.Value)
		return nil
	}
	// as YAML 1.2 reads them: a zero in front means nothing
	if digits := decimal.FindStringSubmatch(node.Value); digits != nil {
		if node.Value[0] == '-' {
			out.WriteByte('-')
		}
		out.WriteString(digits[1])
		return nil
	}
	var value any
	if err := node.Decode(&value); err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("holds %s on line %d, which is no number of JSON", node.Value, node.Line)
	}
	out.Write(text)
	return nil
}
