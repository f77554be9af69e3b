package contracts

import (
	"bytes"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// What a document may be at most: a hostile one must not cost memory.
const (
	maxDocument = 8 << 20 // bytes
	maxValues   = 1 << 20 // after aliases are written out
	maxNesting  = 128     // levels, aliases included
)

// readYAML reads one YAML document as JSON would be read: maps by text,
// json.Number for numbers, text for everything that YAML has types of its own for.
func readYAML(text []byte) (any, *yaml.Node, error) {
	if len(text) > maxDocument {
		return nil, nil, fmt.Errorf("the document has %d bytes; at most %d are read", len(text), maxDocument)
	}
	var root yaml.Node
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil, errors.New("the document is empty")
	}
	if err := yaml.Load(text, &root); err != nil {
		wrong := &yaml.LoadError{}
		if errors.As(err, &wrong) {
			return nil, nil, fmt.Errorf("line %d: it is not valid YAML: %s", wrong.Mark.Line, wrong.Message)
		}
		return nil, nil, fmt.Errorf("it is not valid YAML: %w", err)
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) != 1 {
		return nil, nil, errors.New("the document is empty")
	}
	b := builder{left: maxValues}
	value, err := b.value(root.Content[0], 0)
	return value, root.Content[0], err
}

// builder makes plain values of YAML nodes. left bounds how many.
type builder struct{ left int }

func (b *builder) value(n *yaml.Node, depth int) (any, error) {
	if b.left--; b.left < 0 {
		return nil, fmt.Errorf("line %d: the document has more than %d values once its aliases are written out", n.Line, maxValues)
	}
	if depth > maxNesting {
		return nil, fmt.Errorf("line %d: the document is nested more than %d levels deep", n.Line, maxNesting)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return b.value(n.Alias, depth+1)
	case yaml.MappingNode:
		return b.mapping(n, depth)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			v, err := b.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	return scalar(n)
}

func (b *builder) mapping(n *yaml.Node, depth int) (any, error) {
	object := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
			return nil, fmt.Errorf("line %d: a key must be plain text; merge keys are not read", key.Line)
		}
		if _, twice := object[key.Value]; twice {
			return nil, fmt.Errorf("line %d: the key %q is given twice", key.Line, key.Value)
		}
		v, err := b.value(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		object[key.Value] = v
	}
	return object, nil
}

// scalar reads what is not null, a boolean or a number in JSON's sense as text.
func scalar(n *yaml.Node) (any, error) {
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		var v bool
		err := n.Decode(&v)
		return v, err
	case "!!int", "!!float":
		if number, ok := plainNumber(n.Value); ok {
			return number, nil
		}
	}
	return n.Value, nil
}

// nodeAt is the node that a JSON pointer ("#/paths/…") leads to, or the last
// one on the way to it.
func nodeAt(n *yaml.Node, pointer string) *yaml.Node {
	for _, token := range jsonpointer.Tokens(pointer) {
		_, next := jsonpointer.Node(n, token)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}
