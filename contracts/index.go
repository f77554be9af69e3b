package contracts

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// index makes the tables that checks look things up in. It goes through plain
// values, for the typed document takes longer to make than all of this.
func (c *Contract) index() error {
	for _, path := range c.node("#/paths").names() {
		if err := c.indexItem(path, c.node(jsonpointer.Join("#/paths", path)), false); err != nil {
			return err
		}
	}
	for _, name := range c.node("#/webhooks").names() {
		if err := c.indexItem(name, c.node(jsonpointer.Join("#/webhooks", name)), true); err != nil {
			return err
		}
	}
	sortOperations(c.operations)
	sortOperations(c.webhooks)
	c.prefixes = c.serverPaths()
	return nil
}

// node is an object of the document, references followed.
type node struct {
	contract *Contract
	pointer  string
	object   map[string]any
}

func (c *Contract) node(pointer string) node {
	pointer = c.resolve(pointer)
	found, _ := jsonpointer.At(c.raw, pointer)
	object, _ := found.(map[string]any)
	return node{c, pointer, object}
}

// under goes down from n; a reference on the way is followed at its end.
func (n node) under(tokens ...string) node {
	var v any = n.object
	for _, token := range tokens {
		v, _ = jsonpointer.Step(v, token)
	}
	pointer := jsonpointer.Join(n.pointer, tokens...)
	object, _ := v.(map[string]any)
	if _, ok := object["$ref"]; ok {
		return n.contract.node(pointer)
	}
	return node{n.contract, pointer, object}
}

func (n node) names() []string     { return slices.Sorted(maps.Keys(n.object)) }
func (n node) has(key string) bool { _, ok := n.object[key]; return ok }
func (n node) yes(key string) bool { return n.object[key] == true }

func (n node) text(key string) string {
	text, _ := n.object[key].(string)
	return text
}

func (n node) list(key string) []any {
	list, _ := n.object[key].([]any)
	return list
}

// schema is that of a parameter, header or media type; nil if it has none.
func (n node) schema() *schema {
	if !n.has("schema") {
		return nil
	}
	return n.contract.compiler.schema(jsonpointer.Join(n.pointer, "schema"))
}

// resolve follows the references that stand at a pointer.
func (c *Contract) resolve(pointer string) string {
	for range 16 {
		found, _ := jsonpointer.At(c.raw, pointer)
		object, _ := found.(map[string]any)
		ref, ok := object["$ref"].(string)
		if !ok || !strings.HasPrefix(ref, "#/") {
			return pointer
		}
		pointer = ref
		if plain, err := url.PathUnescape(ref); err == nil {
			pointer = plain
		}
	}
	return pointer
}

var methods = []string{
	http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPatch, http.MethodPost, http.MethodPut, http.MethodTrace,
}

func (c *Contract) indexItem(path string, item node, webhook bool) error {
	if item.has("$ref") {
		return &pointed{item.pointer, errors.New("it refers to itself")}
	}
	also, err := item.spellings()
	if err != nil {
		return err
	}
	shared := item.parameters(nil)
	for _, method := range methods {
		n := item.under(strings.ToLower(method))
		if n.object == nil {
			continue
		}
		o := &Operation{
			Method: method, Path: path, Also: also, Summary: n.text("summary"), Basis: c.basis(n.pointer),
			contract: c, pointer: n.pointer, webhook: webhook, inQuery: n.yes("x-form-in-query"),
			parameters: n.parameters(shared), security: n.security(), answers: n.answers(),
		}
		if body := n.under("requestBody"); body.object != nil {
			o.body = body.content()
		}
		if webhook {
			c.webhooks = append(c.webhooks, o)
		} else {
			c.operations = append(c.operations, o)
		}
	}
	return nil
}

// spellings reads the other paths that a path item is served under.
func (n node) spellings() ([]string, error) {
	var also []string
	for _, v := range n.list("x-also") {
		path, ok := v.(string)
		if !ok {
			return nil, &pointed{jsonpointer.Join(n.pointer, "x-also"), errors.New("it must be a list of paths")}
		}
		also = append(also, path)
	}
	return also, nil
}

// parameters adds to those of a path item; one of the same name replaces it.
func (n node) parameters(shared []parameter) []parameter {
	all := slices.Clone(shared)
	for i := range n.list("parameters") {
		at := n.under("parameters", strconv.Itoa(i))
		p := at.parameter(at.text("name"), at.text("in"))
		all = slices.DeleteFunc(all, func(old parameter) bool { return old.in == p.in && old.name == p.name })
		all = append(all, p)
	}
	return all
}

func (n node) parameter(name, in string) parameter {
	p := parameter{name: name, in: in, required: n.yes("required"), pointer: n.pointer, schema: n.schema()}
	p.joined = in != "query" || n.object["explode"] == false
	if in == "header" {
		p.name = textproto.CanonicalMIMEHeaderKey(name)
	}
	return p
}

func (n node) content() *content {
	all := &content{pointer: n.pointer, required: n.yes("required")}
	for _, name := range n.under("content").names() {
		m := n.under("content", name)
		all.media = append(all.media, media{name: strings.ToLower(name), pointer: m.pointer, schema: m.schema()})
	}
	// The most particular name first: "*" sorts before letters.
	slices.SortFunc(all.media, func(a, b media) int { return cmp.Compare(b.name, a.name) })
	return all
}

func (n node) answers() map[string]answer {
	all := map[string]answer{}
	for _, status := range n.under("responses").names() {
		all[strings.ToUpper(status)] = n.under("responses", status).answer()
	}
	return all
}

// answer is made once for all operations that share it.
func (n node) answer() answer {
	if known, ok := n.contract.answers[n.pointer]; ok {
		return known
	}
	a := answer{pointer: n.pointer}
	for _, name := range n.under("headers").names() {
		a.headers = append(a.headers, n.under("headers", name).parameter(name, "header"))
	}
	if n.has("content") {
		a.body = n.content()
	}
	n.contract.answers[n.pointer] = a
	return a
}

// security lists what must be there, per alternative; nil if nothing need be.
func (n node) security() [][]credential {
	if !n.has("security") {
		n = n.contract.node("#")
	}
	var all [][]credential
	for _, requirement := range n.list("security") {
		schemes, _ := requirement.(map[string]any)
		if len(schemes) == 0 {
			return nil // nothing is one of the ways
		}
		var needed []credential
		for _, name := range slices.Sorted(maps.Keys(schemes)) {
			needed = append(needed, n.contract.credential(name))
		}
		all = append(all, needed)
	}
	return all
}

func (c *Contract) credential(name string) credential {
	n := c.node(jsonpointer.Join("#/components/securitySchemes", name))
	k := credential{name: "Authorization", in: "header", pointer: n.pointer}
	switch n.text("type") {
	case "http":
		k.scheme = strings.ToLower(n.text("scheme")) + " "
	case "apiKey":
		k.name, k.in = n.text("name"), n.text("in")
		if k.in == "header" {
			k.name = textproto.CanonicalMIMEHeaderKey(k.name)
		}
	}
	return k
}

// serverPaths are the paths of the servers, the longest first.
func (c *Contract) serverPaths() []string {
	root := c.node("#")
	var all []string
	for i := range root.list("servers") {
		u, err := url.Parse(root.under("servers", strconv.Itoa(i)).text("url"))
		if err != nil {
			continue
		}
		if path := strings.TrimRight(u.Path, "/"); path != "" {
			all = append(all, path)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	return slices.Compact(all)
}

// schemas lists every schema that a check can use, once.
func (c *Contract) schemas() []*schema {
	var all []*schema
	add := func(parameters []parameter, body *content) {
		for _, p := range parameters {
			all = append(all, p.schema)
		}
		if body != nil {
			for _, m := range body.media {
				all = append(all, m.schema)
			}
		}
	}
	for _, o := range slices.Concat(c.operations, c.webhooks) {
		add(o.parameters, o.body)
		for _, a := range o.answers {
			add(a.headers, a.body)
		}
	}
	all = slices.DeleteFunc(all, func(s *schema) bool { return s == nil })
	slices.SortFunc(all, func(a, b *schema) int { return cmp.Compare(a.pointer, b.pointer) })
	return slices.Compact(all)
}
