package bundle

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/switchhook/switchhook/contracts/recording"
)

// hidden stands in place of a secret.
const hidden = "REDACTED"

// guarded are the parts of sut.yaml that may hold credentials. The others are
// what the application promises, and have to stay as they are to judge by.
var guarded = []string{"env", "start", "ready", "webhooks", "send", "queue", "probe"}

// withoutSecrets is sut.yaml with REDACTED in place of what is secret in it; all
// else stays byte for byte. If it cannot be told what is secret, nothing stays.
func withoutSecrets(text string) string {
	found, err := secrets(text)
	text = without(text, found)
	left, again := secrets(text)
	if err != nil || again != nil || len(left) > 0 {
		return ""
	}
	return text
}

// secret is a value that must not be kept, and what may be.
type secret struct {
	node *yaml.Node
	safe string
}

func secrets(text string) (found []secret, err error) {
	var doc yaml.Node
	if err := yaml.Load([]byte(text), &doc); err != nil {
		return nil, err
	}
	for key, part := range pairs(doc.Content[0]) {
		if slices.Contains(guarded, key) {
			found = append(found, within(part, key)...)
		}
	}
	return found, nil
}

// pairs are the keys of a mapping and their values.
func pairs(n *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

// within finds the secrets of a part; name has all the keys that lead to it.
func within(n *yaml.Node, name string) (found []secret) {
	switch n.Kind {
	case yaml.AliasNode:
		if n.Alias.Kind == yaml.ScalarNode {
			return within(n.Alias, name)
		}
	case yaml.ScalarNode:
		if safe := safe(name, n.Value); safe != n.Value {
			return []secret{{n, safe}}
		}
	case yaml.MappingNode:
		for key, value := range pairs(n) {
			found = append(found, within(value, name+" "+key)...)
		}
	case yaml.SequenceNode:
		for i, value := range n.Content {
			found = append(found, within(value, name+flag(n.Content[:i], value))...)
		}
	}
	return found
}

// flag is the argument that names the one after it, as in "--api-key", "abc".
func flag(before []*yaml.Node, value *yaml.Node) string {
	if len(before) == 0 || strings.HasPrefix(value.Value, "--") {
		return ""
	}
	if last := before[len(before)-1].Value; strings.HasPrefix(last, "-") && !strings.ContainsAny(last, "= ") {
		return " " + last
	}
	return ""
}

var (
	placeholder = regexp.MustCompile(`\{\{[^{}]*\}\}`)
	scheme      = regexp.MustCompile(`(?i)^\s*(?:basic|bearer|digest|token)\s`)
	// authorization is the header within a text, bearer a token by itself.
	authorization = regexp.MustCompile(`(?i)(\bauthorization["']?\s*[:=]\s*["']?)([^"']+)`)
	bearer        = regexp.MustCompile(`(?i)(\bbearer\s+)[^\s"']+`)
)

// safe is what may be kept of a value.
func safe(name, value string) string {
	if recording.NamesSecret(name) && literal(value) {
		return hidden
	}
	var b strings.Builder
	for value != "" {
		at := append(placeholder.FindStringIndex(value), len(value), len(value))
		b.WriteString(unclaimed(value[:at[0]]) + value[at[0]:at[1]])
		value = value[at[1]:]
	}
	return b.String()
}

// literal reports whether a value says anything besides its placeholders.
func literal(value string) bool {
	value = scheme.ReplaceAllString(placeholder.ReplaceAllString(value, ""), "")
	return value != hidden && strings.ContainsFunc(value, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// unclaimed is a text without what looks like a credential.
func unclaimed(text string) string {
	text = authorization.ReplaceAllStringFunc(text, func(found string) string {
		if part := authorization.FindStringSubmatch(found); literal(part[2]) {
			return part[1] + hidden
		}
		return found
	})
	return recording.WithoutCredentials(bearer.ReplaceAllString(text, "${1}"+hidden))
}

// without puts what is safe in place of secrets, the last one first, so that the
// others stay where they are. What cannot be found in the text stays.
func without(text string, found []secret) string {
	slices.SortFunc(found, func(a, b secret) int {
		return cmp.Or(b.node.Line-a.node.Line, b.node.Column-a.node.Column)
	})
	found = slices.CompactFunc(found, func(a, b secret) bool { return a.node == b.node })
	for _, s := range found {
		at := position(text, s.node)
		if span := written(s.node).FindStringSubmatchIndex(text[at:]); span != nil {
			text = text[:at+span[2]] + strconv.Quote(s.safe) + text[at+span[3]:]
		}
	}
	return text
}

// position is where a node begins in the text, in bytes.
func position(text string, n *yaml.Node) int {
	at := 0
	for range n.Line - 1 {
		at += strings.IndexByte(text[at:], '\n') + 1
	}
	for range n.Column - 1 {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// written matches a value as it may be written, after its anchor and tag. The
// words of one that has no quotes stand there as they are, with other spaces.
func written(n *yaml.Node) *regexp.Regexp {
	words := strings.Fields(n.Value)
	for i := range words {
		words[i] = regexp.QuoteMeta(words[i])
	}
	value := strings.Join(words, `[\s\pZ\x{85}]+`)
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		value = `"(?:[^"\\]|\\.)*"`
	case n.Style&yaml.SingleQuotedStyle != 0:
		value = `'(?:[^']|'')*'`
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		value = `[|>][^\n]*\n\s*` + value
	}
	return regexp.MustCompile(`(?s)^(?:[&!]\S*\s+)*(` + value + `)`)
}
