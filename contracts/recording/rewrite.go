package recording

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLevels is how deep a body is followed by its fields; nothing deeper is kept.
const maxLevels = 128

// body is a body without what must not be kept; false says that it cannot be
// read and must go.
func (r *Redactor) body(mimeType string, body []byte, m *message) ([]byte, bool) {
	if len(body) == 0 {
		return body, true
	}
	media := essence(mimeType)
	if strings.HasPrefix(media, "multipart/") {
		if out, ok := r.multipart(mimeType, body, m); ok {
			return out, true
		}
	}
	if !readable(body) {
		return nil, false
	}
	first, _ := utf8.DecodeRune(bytes.TrimLeft(body, " \t\r\n\ufeff"))
	switch {
	case media == formType:
		body = []byte(r.form(string(body), m, "body"))
	case first == '<' && !strings.HasSuffix(media, "html"):
		body = r.xml(body, m)
	case first == '{' || first == '[' || first == '"':
		body = r.json(body, m)
	default:
		return []byte(r.said(string(body))), true
	}
	return []byte(r.forget(string(body))), true
}

// json replaces values in place, so that the body stays as it was written.
// Where it is no JSON any more, as in half a body, no word stays.
func (r *Redactor) json(body []byte, m *message) []byte {
	j := jsonWriter{r: r, m: m, in: body}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err == io.EOF {
			j.out.Write(body[j.at:])
			return j.out.Bytes()
		}
		if err != nil || len(j.open) > maxLevels {
			j.out.WriteString(r.wiped(string(body[j.at:])))
			return j.out.Bytes()
		}
		j.token(token, int(d.InputOffset()))
	}
}

// jsonWriter follows the tokens of a body. open holds, per level, '{' with the
// field that stands there, or '['.
type jsonWriter struct {
	r    *Redactor
	m    *message
	in   []byte
	at   int // up to where in is written
	out  bytes.Buffer
	open []level
}

type level struct {
	object  bool
	name    string
	isValue bool // of an object: the name was read
}

func (j *jsonWriter) token(token json.Token, end int) {
	raw := j.in[j.at:end]
	j.at = end
	switch t := token.(type) {
	case json.Delim:
		j.out.Write(raw)
		if t == '{' || t == '[' {
			j.open = append(j.open, level{object: t == '{'})
			return
		}
		j.open = j.open[:len(j.open)-1]
	case string:
		if top := j.top(); top != nil && top.object && !top.isValue {
			top.name, top.isValue = t, true
			j.text(raw, t, j.r.scan(t, false))
			return
		}
		j.text(raw, t, j.value(t))
	case json.Number:
		j.number(raw, t.String())
	default:
		j.out.Write(raw)
	}
	if top := j.top(); top != nil {
		top.isValue = false
	}
}

func (j *jsonWriter) top() *level {
	if len(j.open) == 0 {
		return nil
	}
	return &j.open[len(j.open)-1]
}

// path is the names that lead to the value at hand, lists left out.
func (j *jsonWriter) path() []string {
	var path []string
	for _, l := range j.open {
		if l.object {
			path = append(path, l.name)
		}
	}
	return path
}

func (j *jsonWriter) value(text string) string {
	path := j.path()
	k := j.m.field(path)
	if k == unmarked && slices.ContainsFunc(path, NamesSecret) {
		k = secretKind
	}
	return j.r.value(k, last(path), text)
}

func last(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

// text writes a string in place of the one that raw ends with.
func (j *jsonWriter) text(raw []byte, before, after string) {
	if before == after {
		j.out.Write(raw)
		return
	}
	j.out.Write(raw[:bytes.IndexByte(raw, '"')])
	var quoted bytes.Buffer
	e := json.NewEncoder(&quoted)
	e.SetEscapeHTML(false)
	_ = e.Encode(after) // text can be written
	j.out.Write(bytes.TrimSuffix(quoted.Bytes(), []byte("\n")))
}

// number writes a number; one that is a telephone number stays one.
func (j *jsonWriter) number(raw []byte, text string) {
	j.out.Write(raw[:len(raw)-len(text)])
	path := j.path()
	k := j.m.field(path)
	switch {
	case k == secretKind || k == unmarked && slices.ContainsFunc(path, NamesSecret):
		if text != "0" {
			j.r.found("secret", text)
		}
		text = "0"
	case strings.Trim(text, "0123456789") == "":
		text = j.r.renumbered(text, k == numberKind)
	}
	j.out.WriteString(text)
}

// xml replaces texts and attributes in place, as json does.
func (r *Redactor) xml(body []byte, m *message) []byte {
	d := xml.NewDecoder(bytes.NewReader(body))
	var out bytes.Buffer
	var path []string
	for at := 0; ; {
		token, err := d.RawToken()
		if err == io.EOF {
			return out.Bytes()
		}
		if err != nil || len(path) > maxLevels {
			out.WriteString(r.wiped(string(body[at:])))
			return out.Bytes()
		}
		raw := body[at:d.InputOffset()]
		at = int(d.InputOffset())
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			raw = r.attributes(raw, t, m)
		case xml.EndElement:
			path = path[:max(0, len(path)-1)]
		case xml.CharData:
			before := string(t)
			k := m.field(path)
			if after := r.value(k, last(path), before); strings.TrimSpace(before) != "" && after != before {
				var text bytes.Buffer
				_ = xml.EscapeText(&text, []byte(after)) // a buffer takes all
				raw = text.Bytes()
			}
		default:
			raw = []byte(r.scan(string(raw), false))
		}
		out.Write(raw)
	}
}

// attributes is a start tag with each attribute by its name.
func (r *Redactor) attributes(raw []byte, t xml.StartElement, m *message) []byte {
	for _, a := range t.Attr {
		after := r.value(m.field([]string{a.Name.Local}), a.Name.Local, a.Value)
		if after == a.Value {
			continue
		}
		var old, text bytes.Buffer
		_ = xml.EscapeText(&old, []byte(a.Value)) // a buffer takes all
		_ = xml.EscapeText(&text, []byte(after))
		raw = bytes.ReplaceAll(raw, []byte(a.Value), text.Bytes())
		raw = bytes.ReplaceAll(raw, old.Bytes(), text.Bytes())
	}
	return raw
}

// multipart is a form in parts: each by its name, and files that cannot be
// read without their content.
func (r *Redactor) multipart(mimeType string, body []byte, m *message) ([]byte, bool) {
	_, parameters, err := mime.ParseMediaType(mimeType)
	if err != nil || parameters["boundary"] == "" {
		return nil, false
	}
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if w.SetBoundary(parameters["boundary"]) != nil {
		return nil, false
	}
	parts := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return out.Bytes(), w.Close() == nil
		}
		if err != nil {
			return nil, false
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, false
		}
		for _, values := range part.Header {
			for i := range values {
				values[i] = r.scan(values[i], false)
			}
		}
		into, err := w.CreatePart(part.Header)
		if err != nil {
			return nil, false
		}
		_, _ = into.Write(r.part(part, content, m)) // a buffer takes all
	}
}

func (r *Redactor) part(part *multipart.Part, content []byte, m *message) []byte {
	name := part.FormName()
	if kept := part.Header.Get("Content-Type"); kept != "" && !strings.HasPrefix(kept, "text/plain") {
		if !strings.HasPrefix(essence(kept), "multipart/") {
			content, _ = r.body(kept, content, m)
			return content
		}
		return nil
	}
	if !readable(content) {
		return nil
	}
	return []byte(r.value(m.field(splitField(name)), name, string(content)))
}
