package learn

import (
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/exchange"
	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/contracts/recording"
)

// status promises one more.
func (e *editor) status(w *wish) error {
	lines := append([]string{"description: " + word(or(http.StatusText(w.x.Answer.Status), "Recorded")+".")}, e.evidence...)
	var declared []string
	for _, name := range slices.Sorted(maps.Keys(w.x.Answer.Header)) {
		if exchange.Matters(name) {
			declared = append(declared, indent(block(0, name, headerSchema(w.x.Answer.Header.Get(name))))...)
		}
	}
	if len(declared) > 0 {
		lines = append(append(lines, "headers:"), declared...)
	}
	lines = append(lines, content(w.x.Answer.Header, w.x.Answer.Body)...)
	return e.do(func(d *document) error { return d.member(d.resolve(w.rule), w.name, lines) })
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// content describes a body by what it is.
func content(h http.Header, body []byte) []string {
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	if media = strings.ToLower(strings.TrimSpace(media)); len(body) == 0 || media == "" {
		return nil
	}
	return append([]string{"content:"}, indent(block(0, media, bodySchema(media, body)))...)
}

func bodySchema(media string, body []byte) []string {
	if v, err := contracts.ReadBody(media, body); err == nil {
		return append([]string{"schema:"}, indent(infer([]any{v}).lines())...)
	}
	return []string{"schema:", "  description: Not looked into."}
}

// media names one more content type.
func (e *editor) media(w *wish) error {
	body := w.x.Answer.Body
	if w.of != exchange.OfAnswer {
		body = w.x.Request.Body
	}
	lines := append(e.evidence, bodySchema(w.name, body)...)
	return e.under(w.rule, "content", w.name, lines)
}

func headerSchema(value string) []string {
	kind := "string"
	if _, err := strconv.ParseInt(value, 10, 64); err == nil {
		kind = "integer"
	}
	return []string{"schema:", "  type: " + kind}
}

// headers looks for those that matter and are not named.
func (l *lesson) headers(x exchange.Exchange, text []byte) {
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(x.Answer.Header)) {
		if exchange.Matters(name) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return
	}
	if l.read == nil {
		l.read, _ = parse(text, nil)
	}
	if l.read == nil {
		return
	}
	at := l.read.response(x)
	if at == "" {
		return // a new status brings its headers along
	}
	_, declared := l.read.find(at + "/headers")
	for _, name := range missing {
		if !names(declared, name) {
			l.want(wish{kind: "header", rule: at, name: name, x: x, of: exchange.OfAnswer, what: fmt.Sprintf("%s: new header %s", x.Operation, name)}, x.Answer.Header.Get(name), true)
		}
	}
}

// response is where the answer of an exchange is promised; "" if it is not.
func (d *document) response(x exchange.Exchange) string {
	status := strconv.Itoa(x.Answer.Status)
	for _, key := range []string{status, status[:1] + "XX", status[:1] + "xx", "default"} {
		at := jsonpointer.Join(x.Operation.Pointer(), "responses", key)
		if _, n := d.find(at); n != nil {
			return d.resolve(at)
		}
	}
	return ""
}

func names(declared *yaml.Node, name string) bool {
	if declared == nil {
		return false
	}
	for i := 0; i < len(declared.Content); i += 2 {
		if textproto.CanonicalMIMEHeaderKey(declared.Content[i].Value) == name {
			return true
		}
	}
	return false
}

func (e *editor) header(w *wish) error {
	kind := headerSchema("0")
	for _, v := range w.values {
		text, _ := v.(string)
		if other := headerSchema(text); other[1] != kind[1] {
			kind = other
		}
	}
	return e.under(w.rule, "headers", w.name, append(slices.Clone(e.evidence), kind...))
}

// webhook adds a type, with the headers that all others have.
func (e *editor) webhook(w *wish) error {
	d, err := parse(e.text, e.from)
	if err != nil {
		return err
	}
	method := strings.ToLower(or(w.x.Request.Method, "POST"))
	lines := []string{method + ":", "  summary: Recorded", "  operationId: " + identifier("on", w.name)}
	lines = append(lines, indent(e.evidence)...)
	lines = append(lines, "  security: []")
	if shared := d.sharedParameters(); len(shared) > 0 {
		lines = append(lines, "  parameters:")
		for _, ref := range shared {
			lines = append(lines, "    - $ref: "+strconv.Quote(ref))
		}
	}
	body := content(w.x.Request.Header, w.x.Request.Body)
	if len(body) > 0 {
		lines = append(lines, "  requestBody:", "    required: true")
		lines = append(lines, indent(indent(body))...)
	}
	lines = append(lines, "  responses:", `    "2XX":`, "      description: Taken.")
	return e.do(func(d *document) error { return d.member("#/webhooks", w.name, lines) })
}

// sharedParameters are the references that all webhooks have.
func (d *document) sharedParameters() []string {
	_, all := d.find("#/webhooks")
	if all == nil {
		return nil
	}
	count := map[string]int{}
	var order []string
	n := 0
	for i := 1; i < len(all.Content); i += 2 {
		for j := 1; j < len(all.Content[i].Content); j += 2 {
			_, list := jsonpointer.Node(all.Content[i].Content[j], "parameters")
			n++
			if list == nil {
				continue
			}
			for _, p := range list.Content {
				if _, ref := jsonpointer.Node(p, "$ref"); ref != nil {
					if count[ref.Value]++; count[ref.Value] == 1 {
						order = append(order, ref.Value)
					}
				}
			}
		}
	}
	return slices.DeleteFunc(order, func(ref string) bool { return count[ref] < n })
}

// identifier makes a name for an operation.
func identifier(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		for part := range strings.FieldsFuncSeq(w, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
		}) {
			if b.Len() == 0 {
				b.WriteString(strings.ToLower(part))
			} else {
				b.WriteString(strings.ToUpper(part[:1]) + part[1:])
			}
		}
	}
	return b.String()
}

// operation adds what nobody knew could be asked for.
func (e *editor) operation(w *wish) error {
	method, path, _ := strings.Cut(w.name, " ")
	x := w.x
	lines := []string{"summary: Recorded", "operationId: " + identifier("recorded", strings.ToLower(method), path)}
	lines = append(lines, e.evidence...)
	lines = append(lines, parameters(x, path)...)
	if body := content(x.Request.Header, x.Request.Body); len(body) > 0 {
		lines = append(append(lines, "requestBody:"), indent(body)...)
	}
	lines = append(lines, "responses:", fmt.Sprintf("  %q:", strconv.Itoa(max(x.Answer.Status, 100))), "    description: Recorded.")
	lines = append(lines, indent(indent(content(x.Answer.Header, x.Answer.Body)))...)
	return e.do(func(d *document) error {
		if _, n := d.find(jsonpointer.Join("#/paths", path)); n != nil {
			return d.member(jsonpointer.Join("#/paths", path), strings.ToLower(method), lines)
		}
		return d.member("#/paths", path, block(0, strings.ToLower(method), lines))
	})
}

// parameters are those of a path and its query.
func parameters(x exchange.Exchange, path string) []string {
	var out []string
	add := func(name, in string) {
		out = append(out, "  - name: "+word(name), "    in: "+in)
		if in == "path" {
			out = append(out, "    required: true")
		}
		out = append(out, "    schema:", "      type: string")
	}
	for _, found := range braces.FindAllStringSubmatch(path, -1) {
		add(found[1], "path")
	}
	for _, name := range slices.Sorted(maps.Keys(contracts.ReadQuery(x.Request.URL))) {
		add(name, "query")
	}
	if out == nil {
		return nil
	}
	return append([]string{"parameters:"}, out...)
}

var (
	braces = regexp.MustCompile(`\{([^}]+)\}`)
	idLike = regexp.MustCompile(`[0-9].*[0-9]|^[0-9]+$|^\+`)
)

// template is the path of a call with parameters in place of what looks like ids.
func template(x exchange.Exchange) string {
	path, _, _ := strings.Cut(x.Path(), "?")
	parts := strings.Split(path, "/")
	seen := map[string]bool{}
	for i, p := range parts {
		plain, err := url.PathUnescape(p)
		if err != nil || !idLike.MatchString(plain) && !recording.Redacted(plain) || regexp.MustCompile(`^v[0-9]`).MatchString(plain) {
			continue
		}
		name := "id"
		if i > 0 && seen[name] {
			name = "id" + strconv.Itoa(i)
		}
		seen[name] = true
		parts[i] = "{" + name + "}"
	}
	return strings.Join(parts, "/")
}

func headerOf(x exchange.Exchange, of exchange.Half) http.Header {
	if of == exchange.OfAnswer {
		return x.Answer.Header
	}
	return x.Request.Header
}
