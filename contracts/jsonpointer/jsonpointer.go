package jsonpointer

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

var (
	escape   = strings.NewReplacer("~", "~0", "/", "~1").Replace
	unescape = strings.NewReplacer("~1", "/", "~0", "~").Replace
)

// Join puts tokens behind a pointer.
func Join(pointer string, tokens ...string) string {
	for _, token := range tokens {
		pointer += "/" + escape(token)
	}
	return pointer
}

// Tokens are the unescaped parts of a pointer.
func Tokens(pointer string) []string {
	_, pointer, found := strings.Cut(pointer, "/")
	if !found {
		return nil
	}
	parts := strings.Split(pointer, "/")
	for i := range parts {
		parts[i] = unescape(parts[i])
	}
	return parts
}

// Step is the value under one token, if v has it.
func Step(v any, token string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		next, ok := v[token]
		return next, ok
	case []any:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
}

// At is the value that a pointer leads to.
func At(v any, pointer string) (any, bool) {
	for _, token := range Tokens(pointer) {
		next, ok := Step(v, token)
		if !ok {
			return nil, false
		}
		v = next
	}
	return v, true
}

// Text is the text that a pointer leads to; "" if it leads to none.
func Text(v any, pointer string) string {
	found, _ := At(v, pointer)
	text, _ := found.(string)
	return text
}

// Node is the node under one token, with its key if n is a mapping; both are
// nil if n has none. What an alias says is followed.
func Node(n *yaml.Node, token string) (key, value *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == token {
				return n.Content[i], n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(n.Content) {
			return nil, n.Content[i]
		}
	}
	return nil, nil
}
