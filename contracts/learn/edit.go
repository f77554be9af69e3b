package learn

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// document is the text of a contract and where its nodes stand in it.
type document struct {
	lines []string // without line ends
	from  []int    // which line of the first text each is; -1: a new one
	crlf  bool
	root  *yaml.Node
	edits []edit
}

// edit replaces some lines by others. from and to count from 0; where they are
// equal it only puts in.
type edit struct {
	from, to int
	with     []string
	order    int // of those at one place
}

var errPlace = errors.New("its place in the text was not found")

// parse reads a text. from says where its lines came from; nil: it is the first.
func parse(text []byte, from []int) (*document, error) {
	var root yaml.Node
	if err := yaml.Load(text, &root); err != nil {
		return nil, err
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) != 1 {
		return nil, errors.New("the document is empty")
	}
	d := &document{root: root.Content[0], crlf: bytes.Contains(text, []byte("\r\n"))}
	d.lines, d.from = split(text), from
	if from == nil {
		d.from = make([]int, len(d.lines))
		for i := range d.from {
			d.from[i] = i
		}
	}
	return d, nil
}

// split makes lines of a text, without their ends.
func split(text []byte) []string {
	return strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
}

// text is the document with all edits made, and where its lines came from.
func (d *document) text() ([]byte, []int) {
	edits := slices.Clone(d.edits)
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.order, b.order)) })
	var out []string
	var from []int
	at := 0
	for _, e := range edits {
		if e.from < at {
			continue // something was put in its place already
		}
		out = append(out, d.lines[at:e.from]...)
		out, from = append(out, e.with...), append(from, d.from[at:e.from]...)
		for range e.with {
			from = append(from, -1)
		}
		at = e.to
	}
	out, from = append(out, d.lines[at:]...), append(from, d.from[at:]...)
	end := "\n"
	if d.crlf {
		end = "\r\n"
	}
	return []byte(strings.Join(out, end)), from
}

// find is the key and the value that a JSON pointer leads to; the key is nil in
// a list.
func (d *document) find(pointer string) (key, value *yaml.Node) {
	value = d.root
	for _, token := range jsonpointer.Tokens(pointer) {
		key, value = jsonpointer.Node(value, token)
		if value == nil {
			return nil, nil
		}
	}
	if value.Kind == yaml.AliasNode { // what is said there is said here
		value = value.Alias
	}
	return key, value
}

// resolve follows references from a pointer.
func (d *document) resolve(pointer string) string {
	for range 16 {
		_, n := d.find(pointer)
		if n == nil || n.Kind != yaml.MappingNode {
			return pointer
		}
		_, ref := jsonpointer.Node(n, "$ref")
		if ref == nil || !strings.HasPrefix(ref.Value, "#/") {
			return pointer
		}
		pointer = ref.Value
	}
	return pointer
}

// flow reports whether a node is written in brackets.
func flow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }

// end is the line behind a node whose key begins at a column: the next one that
// is not deeper, without blank lines and comments before that.
func (d *document) end(n *yaml.Node, column int) int {
	last := lastLine(n)
	at := last
	for at < len(d.lines) {
		line := d.lines[at]
		if trimmed := strings.TrimLeft(line, " "); trimmed != "" && len(line)-len(trimmed) < column {
			break
		}
		at++
	}
	for at > last {
		if t := strings.TrimSpace(d.lines[at-1]); t != "" && !strings.HasPrefix(t, "#") {
			break
		}
		at--
	}
	return at
}

// lastLine is the number, from 1, of the last line on which a part of n begins.
func lastLine(n *yaml.Node) int {
	last := n.Line
	if n.Kind != yaml.AliasNode {
		for _, c := range n.Content {
			last = max(last, lastLine(c))
		}
	}
	return last
}

// member puts a key with its lines at the end of a mapping.
func (d *document) member(pointer, name string, lines []string) error {
	_, n := d.find(pointer)
	if n == nil || n.Kind != yaml.MappingNode || flow(n) || len(n.Content) == 0 {
		return d.inFlow(n, name, lines)
	}
	key, value := n.Content[len(n.Content)-2], n.Content[len(n.Content)-1]
	if key.Column < 1 {
		return errPlace
	}
	at := d.end(value, key.Column)
	d.put(at, at, block(key.Column-1, name, lines))
	return nil
}

// block is a key with what stands under it, indented.
func block(column int, name string, lines []string) []string {
	margin := strings.Repeat(" ", column)
	if len(lines) == 1 && !strings.HasSuffix(lines[0], ":") && strings.HasPrefix(lines[0], "= ") {
		return []string{margin + word(name) + ": " + strings.TrimPrefix(lines[0], "= ")}
	}
	out := []string{margin + word(name) + ":"}
	for _, l := range lines {
		out = append(out, margin+"  "+l)
	}
	return out
}

// inFlow replaces an empty mapping, as in "properties: {}", by a block. One with
// something in it keeps its brackets and its line.
func (d *document) inFlow(n *yaml.Node, name string, lines []string) error {
	if n == nil || n.Kind != yaml.MappingNode || !flow(n) || n.Line < 1 || lastLine(n) != n.Line {
		return errPlace
	}
	line := d.lines[n.Line-1]
	column := column(line, n.Column)
	closing := matching(line, column)
	if closing < 0 || column >= len(line) {
		return errPlace
	}
	if len(n.Content) == 0 {
		margin := len(line) - len(strings.TrimLeft(line, " -")) + 2
		d.put(n.Line-1, n.Line, append([]string{strings.TrimRight(line[:column], " ")}, block(margin, name, lines)...))
		return nil
	}
	inner, err := flowText(append([]string{word(name) + ":"}, indent(lines)...))
	if err != nil {
		return err
	}
	d.put(n.Line-1, n.Line, []string{strings.TrimRight(line[:closing], " ") + ", " + inner + line[closing:]})
	return nil
}

// column is the byte at which a column of runes begins.
func column(line string, runes int) int {
	return len(string([]rune(line)[:min(max(runes-1, 0), len([]rune(line)))]))
}

// flowText writes block YAML of one key in brackets.
func flowText(lines []string) (string, error) {
	var root yaml.Node
	if err := yaml.Load([]byte(strings.Join(lines, "\n")), &root); err != nil {
		return "", err
	}
	var b strings.Builder
	writeFlow(&b, root.Content[0])
	text := b.String()
	return text[1 : len(text)-1], nil
}

func writeFlow(b *strings.Builder, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteString(", ")
			}
			writeFlow(b, n.Content[i])
			b.WriteString(": ")
			writeFlow(b, n.Content[i+1])
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				b.WriteString(", ")
			}
			writeFlow(b, item)
		}
		b.WriteByte(']')
	default:
		if n.Style&yaml.DoubleQuotedStyle != 0 || strings.ContainsAny(n.Value, ",[]{}#:&*!|>'\"%@`") {
			b.WriteString(strconv.QuoteToASCII(n.Value))
		} else {
			b.WriteString(n.Value)
		}
	}
}

// matching is where the bracket that opens at a column closes; -1: not on this line.
func matching(line string, column int) int {
	depth, quote := 0, byte(0)
	for i := column; i < len(line); i++ {
		switch c := line[i]; {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// item puts lines at the end of a list, behind a dash.
func (d *document) item(pointer string, lines []string) error {
	_, n := d.find(pointer)
	if n == nil || n.Kind != yaml.SequenceNode || len(n.Content) == 0 || len(lines) == 0 {
		return errPlace
	}
	if flow(n) {
		line := d.lines[n.Line-1]
		closing := matching(line, column(line, n.Column))
		if lastLine(n) != n.Line || closing < 0 {
			return d.longFlow(n, lines)
		}
		text := lines[0]
		if len(lines) > 1 || strings.Contains(text, ": ") {
			inner, err := flowText(lines)
			if err != nil {
				return err
			}
			text = "{" + inner + "}"
		}
		d.put(n.Line-1, n.Line, []string{line[:closing] + ", " + text + line[closing:]})
		return nil
	}
	last := n.Content[len(n.Content)-1]
	at := d.end(last, n.Column+1)
	margin := strings.Repeat(" ", n.Column-1)
	out := []string{margin + "- " + lines[0]}
	for _, l := range lines[1:] {
		out = append(out, margin+"  "+l)
	}
	d.put(at, at, out)
	return nil
}

// longFlow puts a scalar into a list in brackets that goes over several lines:
// behind its last item.
func (d *document) longFlow(n *yaml.Node, lines []string) error {
	last := n.Content[len(n.Content)-1]
	if len(lines) != 1 || last.Kind != yaml.ScalarNode {
		return errPlace
	}
	line := d.lines[last.Line-1]
	start := column(line, last.Column)
	stop := start + strings.IndexAny(line[start:]+"]", ",]")
	if strings.HasPrefix(line[start:], `"`) {
		stop = start + 1 + strings.IndexByte(line[start+1:], '"') + 1
	}
	d.put(last.Line-1, last.Line, []string{strings.TrimRight(line[:stop], " ") + ", " + lines[0] + line[stop:]})
	return nil
}

// swap replaces a key with all that is under it.
func (d *document) swap(pointer string, lines []string) error {
	key, value := d.find(pointer)
	if key == nil || value == nil || key.Line < 1 {
		return errPlace
	}
	line := d.lines[key.Line-1]
	start := column(line, key.Column)
	lead := line[:start]
	if strings.Trim(lead, " -") != "" {
		return errPlace // inside brackets
	}
	rest := strings.Repeat(" ", len(lead))
	var out []string
	for i, l := range lines {
		if i == 0 {
			out = append(out, lead+l)
		} else {
			out = append(out, rest+l)
		}
	}
	if len(lines) == 0 && strings.Contains(lead, "-") {
		return errPlace
	}
	d.put(key.Line-1, d.end(value, key.Column+1), out)
	return nil
}

func (d *document) put(from, to int, with []string) {
	d.edits = append(d.edits, edit{from, to, with, len(d.edits)})
}
