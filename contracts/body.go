package contracts

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/switchhook/switchhook/emulator/sms"
)

// maxDepth bounds how deep a body may nest.
const maxDepth = 64

func (r *report) requestBody(o *Operation, q Request) {
	if o.body == nil {
		if len(q.Body) > 0 {
			r.add(r.strange, "body", "", o.pointer, "there is a body; the contract names none here")
		}
		return
	}
	if len(q.Body) == 0 && !o.inQuery {
		if o.body.required {
			r.add(sms.FoundMissing, "body", "", o.body.pointer, "the body is missing; the contract requires it")
		}
		return
	}
	r.content(o.body, q.Header, q.Body, q.extra(o))
}

// extra are the fields of a form that stand in the query; the body's win.
func (q Request) extra(o *Operation) []pair {
	if !o.inQuery {
		return nil
	}
	_, raw, _ := strings.Cut(q.URL, "?")
	raw, _, _ = strings.Cut(raw, "#")
	pairs, _ := parsePairs(raw) // what cannot be read was told of the query
	for i := range o.parameters {
		if p := &o.parameters[i]; p.in == "query" {
			pairs = without(pairs, p.takes)
		}
	}
	return pairs
}

// content checks a body against the schema of its media type.
func (r *report) content(all *content, header http.Header, body []byte, extra []pair) {
	given := givenType(header, body, extra)
	m, kind, options, ok := all.find(given)
	if !ok {
		said := "Content-Type is " + quote(given)
		if given == "" {
			said = "there is no Content-Type"
		}
		r.add(sms.FoundContentType, "header", "Content-Type", all.pointer, said+"; the contract says "+all.names())
		return
	}
	value, err := decode(kind, options, body, m.schema, extra)
	if errors.Is(err, errOpaque) {
		return
	} else if err != nil {
		r.add(sms.FoundMalformed, "body", "", m.pointer, "the body "+err.Error())
		return
	}
	r.value(m, value)
}

// value checks what was read of a body.
func (r *report) value(m media, value any) {
	s := m.schema.compiled()
	if s == nil || m.schema.quick().passes(value) {
		return
	}
	if err := s.Validate(value); err != nil {
		r.broken(err, "body", "", m.pointer+"/schema")
	}
	r.unread(s, value)
}

// find is the entry for a Content-Type.
func (all *content) find(contentType string) (m media, kind string, options map[string]string, ok bool) {
	for _, m := range all.media { // the usual case, without work
		if m.name == contentType {
			return m, m.name, nil, true
		}
	}
	kind, options, err := mime.ParseMediaType(contentType)
	if err != nil && kind == "" {
		return media{}, "", nil, false
	}
	for _, m := range all.media {
		if name, _, _ := strings.Cut(m.name, ";"); fits(strings.TrimSpace(name), kind) {
			return m, kind, options, true
		}
	}
	return media{}, kind, options, false
}

func fits(name, kind string) bool {
	prefix, wild := strings.CutSuffix(name, "*")
	return name == kind || name == "*/*" || wild && strings.HasPrefix(kind, prefix)
}

func (all *content) names() string {
	names := make([]string, 0, len(all.media))
	for i := len(all.media) - 1; i >= 0; i-- {
		names = append(names, all.media[i].name)
	}
	return strings.Join(names, ", ")
}

// errOpaque says that a body is of a kind that no schema can be held against.
var errOpaque = errors.New("is opaque")

const formType = "application/x-www-form-urlencoded"

// decode reads a body into plain values, in the shape that its schema has.
func decode(kind string, options map[string]string, body []byte, s *schema, extra []pair) (any, error) {
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		return decodeJSON(body)
	case kind == formType:
		return decodeForm(body, s, extra)
	case kind == "multipart/form-data":
		return decodeMultipart(body, options["boundary"], s, extra)
	case kind == "application/xml" || kind == "text/xml" || strings.HasSuffix(kind, "+xml"):
		return decodeXML(body, s)
	case strings.HasPrefix(kind, "text/"):
		if !utf8.Valid(body) {
			return nil, errors.New("is not valid UTF-8")
		}
		return string(body), nil
	}
	return nil, errOpaque
}

// decodeJSON reads one JSON text about which no two readers disagree.
func decodeJSON(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("is not valid UTF-8")
	}
	names, deep := scan(body)
	if deep > maxDepth {
		return nil, errors.New("is nested more than " + strconv.Itoa(maxDepth) + " levels deep")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, errors.New("is not valid JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("has something behind its JSON text")
	}
	found, ok := members(value)
	if !ok {
		return nil, errors.New("has a number that is out of range")
	}
	if found != names {
		return nil, errors.New("has a name twice in one object; readers of JSON disagree about which counts")
	}
	return value, nil
}

// scan counts the names in a JSON text, repeated ones too, and its levels.
func scan(body []byte) (names, deep int) {
	level, inText := 0, false
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case inText && b == '\\':
			i++
		case b == '"':
			inText = !inText
		case inText:
		case b == ':':
			names++
		case b == '{' || b == '[':
			level++
			deep = max(deep, level)
		case b == '}' || b == ']':
			level--
		}
	}
	return names, deep
}

// members counts the members of all objects; false if a number is one that
// could not be worked with.
func members(v any) (int, bool) {
	total := 0
	switch v := v.(type) {
	case map[string]any:
		total = len(v)
		for _, inner := range v {
			n, ok := members(inner)
			if !ok {
				return 0, false
			}
			total += n
		}
	case []any:
		for _, inner := range v {
			n, ok := members(inner)
			if !ok {
				return 0, false
			}
			total += n
		}
	case json.Number:
		return 0, workable(string(v))
	}
	return total, true
}

// workable reports whether exact arithmetic on a number stays cheap.
func workable(number string) bool {
	if len(number) > 400 {
		return false
	}
	i := strings.IndexAny(number, "eE")
	if i < 0 {
		return true
	}
	exponent, err := strconv.Atoi(number[i+1:])
	return err == nil && -400 < exponent && exponent < 400
}

// plainNumber is a number of a document or form, if it is one that JSON has.
func plainNumber(text string) (json.Number, bool) {
	if !workable(text) || !json.Valid([]byte(text)) || text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return "", false
	}
	return json.Number(text), true
}
