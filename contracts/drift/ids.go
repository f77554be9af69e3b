package drift

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/switchhook/switchhook/contracts"
)

// ids is what stands in the played network for what stood in the recording.
type ids struct {
	texts   map[string]string // ids: as they were recorded → as they are played
	numbers map[string]string // telephone numbers, their last ten digits
	world   map[string]string // what an application is given there, by normal name
	given   map[string]string // values of world that are taken, and for what
	lines   []string          // the application's numbers there
	hook    func(string) (string, bool)
}

const maxIDs = 100_000

func newIDs(world map[string]string, lines []string) *ids {
	m := &ids{texts: map[string]string{}, numbers: map[string]string{}, world: map[string]string{}, given: map[string]string{}, lines: lines}
	for name, value := range world {
		if n := normal(name); !strings.HasPrefix(n, "number") && n != "url" && n != "key" && n != "secret" && n != "token" && n != "trial" {
			m.world[n] = value
		}
	}
	m.hook = func(string) (string, bool) { return "", false }
	return m
}

// normal is the name of a thing without what says that it is its id.
func normal(name string) string {
	for _, end := range []string{"_id", "Id", "ID"} {
		name = strings.TrimSuffix(name, end)
	}
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// line says that a recorded number is the application's.
func (m *ids) line(number string) {
	digits := national(number)
	if digits == "" || m.numbers[digits] != "" {
		return
	}
	free := ""
	for _, l := range m.lines {
		if n := national(l); n == digits {
			m.numbers[digits] = digits
			return
		} else if free == "" && !m.taken(n) {
			free = n
		}
	}
	if free != "" {
		m.numbers[digits] = free
	}
}

func (m *ids) taken(digits string) bool {
	for _, n := range m.numbers {
		if n == digits {
			return true
		}
	}
	return false
}

// seed takes a value of a name that the played network has under the same one:
// an account that was there before the recording began.
func (m *ids) seed(name, value string) {
	name = normal(name)
	if value == "" || m.texts[value] != "" || len(m.texts) >= maxIDs {
		return
	}
	for _, n := range []string{name, name + "2"} {
		theirs := m.world[n]
		if theirs == "" {
			continue
		}
		if taken := m.given[theirs]; taken == "" || taken == value {
			m.given[theirs], m.texts[value] = value, theirs
			return
		}
	}
}

// learn takes ids from what stands at the same place in two bodies.
func (m *ids) learn(name string, recorded, played any, level int) {
	if level > maxLevels || len(m.texts) >= maxIDs {
		return
	}
	switch a := recorded.(type) {
	case map[string]any:
		b, _ := played.(map[string]any)
		from, to, renamed := rename(gather([]map[string]any{a}), gather([]map[string]any{b}))
		for key, v := range a {
			other, both := b[key]
			if renamed && key == from {
				other, both = b[to], true
			}
			if both {
				m.learn(key, v, other, level+1)
			}
		}
	case []any:
		b, _ := played.([]any)
		for i := range min(len(a), len(b)) {
			m.learn(name, a[i], b[i], level+1)
		}
	default:
		x, okX := textOf(recorded)
		y, okY := textOf(played)
		if okX && okY && x != y && (isText(recorded) && len(x) > 3 || isID(name)) {
			m.texts[x] = y
		}
	}
}

func isText(v any) bool { _, ok := v.(string); return ok }

// isID reports whether a field is named like an id: numbers elsewhere are counts.
func isID(name string) bool {
	for _, end := range []string{"id", "Id", "ID", "ids", "Ids", "Sid", "sid"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// text is what stands for a text of the recording.
func (m *ids) text(text string) string {
	if theirs, ok := m.texts[text]; ok {
		return theirs
	}
	if link, ok := m.hook(text); ok {
		return link
	}
	return m.number(text)
}

// number is a telephone number in the spelling that it came in.
func (m *ids) number(text string) string {
	digits := national(text)
	theirs := m.numbers[digits]
	if digits == "" || theirs == "" || theirs == digits {
		return text
	}
	out, at := []byte(text), len(theirs)-1
	for i := len(out) - 1; i >= 0 && at >= 0; i-- {
		if out[i] >= '0' && out[i] <= '9' {
			out[i] = theirs[at]
			at--
		}
	}
	return string(out)
}

// national are the last ten digits of what is spelled like a telephone number,
// else "".
func national(text string) string {
	if strings.Trim(text, "+0123456789 ()-.") != "" || len(text) > 24 {
		return ""
	}
	var digits []byte
	for i := range len(text) {
		if c := text[i]; c >= '0' && c <= '9' {
			digits = append(digits, c)
		}
	}
	if len(digits) < 10 || len(digits) > 14 {
		return ""
	}
	return string(digits[len(digits)-10:])
}

// request is a recorded request as it is to be played.
func (m *ids) request(path string, q contracts.Request) contracts.Request {
	q.URL = m.address(path)
	q.Body = m.body(q.Header.Get("Content-Type"), q.Body)
	return q
}

// address is a path with its query.
func (m *ids) address(text string) string {
	path, rawQuery, asks := strings.Cut(text, "?")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		plain, err := url.PathUnescape(p)
		if err != nil {
			continue
		}
		stem, ending := plain, ""
		if m.text(plain) == plain {
			if dot := strings.LastIndexByte(plain, '.'); dot > 0 {
				stem, ending = plain[:dot], plain[dot:]
			}
		}
		if theirs := m.text(stem); theirs != stem {
			parts[i] = url.PathEscape(theirs + ending)
		}
	}
	path = strings.Join(parts, "/")
	if !asks {
		return path
	}
	return path + "?" + m.form(rawQuery)
}

// form maps the values of a form and leaves the rest as it is written.
func (m *ids) form(text string) string {
	fields := strings.Split(text, "&")
	for i, f := range fields {
		name, value, ok := strings.Cut(f, "=")
		plain, err := url.QueryUnescape(value)
		if !ok || err != nil {
			continue
		}
		if theirs := m.text(plain); theirs != plain {
			fields[i] = name + "=" + url.QueryEscape(theirs)
		}
	}
	return strings.Join(fields, "&")
}

func (m *ids) body(contentType string, body []byte) []byte {
	media, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch media = strings.TrimSpace(media); {
	case media == "application/x-www-form-urlencoded":
		return []byte(m.form(string(body)))
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		var value any
		if d.Decode(&value) != nil || d.More() {
			return body // as it was: the network is to refuse it as well
		}
		changed := false
		value = m.value("", value, &changed, 0)
		if !changed {
			return body
		}
		if out, err := json.Marshal(value); err == nil {
			return out
		}
	}
	return body
}

func (m *ids) value(name string, v any, changed *bool, level int) any {
	if level > maxLevels {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = m.value(key, inner, changed, level+1)
		}
	case []any:
		for i, inner := range v {
			v[i] = m.value(name, inner, changed, level+1)
		}
	case string:
		if theirs := m.text(v); theirs != v {
			*changed = true
			return theirs
		}
	case json.Number:
		theirs, ok := m.texts[v.String()]
		if ok && isID(name) && json.Valid([]byte(theirs)) {
			*changed = true
			return json.Number(theirs)
		}
	}
	return v
}
