package report

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
)

// mostRaw is how much of one body is in the file, in bytes.
const mostRaw = 16 << 10

// rawEntry is an entry as the side panel shows it: plain text only.
type rawEntry struct {
	Title string      `json:"t"`
	Facts [][2]string `json:"f,omitempty"`
	Parts []rawPart   `json:"p,omitempty"`
}

// rawPart is a message or a half of one.
type rawPart struct {
	Title  string      `json:"t"`
	Header [][2]string `json:"h,omitempty"`
	Pretty string      `json:"p,omitempty"` // only where it differs from the raw bytes
	Body   string      `json:"b,omitempty"`
}

// raw is what stands behind an entry.
func raw(e journal.Entry, start journal.Entry) rawEntry {
	out := rawEntry{Title: fmt.Sprintf("entry %d · %s", e.Seq, Plain(string(e.Kind)))}
	out.fact("virtual", offsetAt(e.At.Sub(start.At).String(), e.At.UTC().String()))
	out.fact("wall", offsetAt(e.Wall.Sub(start.Wall).String(), e.Wall.UTC().String()))
	if e.Cause > 0 {
		out.fact("cause", fmt.Sprintf("entry %d", e.Cause))
	}
	switch {
	case e.Attempt != nil:
		out.attempt(*e.Attempt)
	case e.Call != nil:
		out.call(*e.Call)
	default:
		out.rest(e)
	}
	return out
}

func offsetAt(since, at string) string { return "+" + since + " (" + at + ")" }

func (r *rawEntry) fact(name string, value any) {
	if text := fmt.Sprint(value); text != "" && text != "0" && text != "0s" {
		r.Facts = append(r.Facts, [2]string{name, Plain(short(text))})
	}
}

func (r *rawEntry) attempt(a journal.Attempt) {
	for _, f := range []struct {
		name  string
		value any
	}{
		{"attempt", a.ID},
		{"type", a.Type},
		{"why", a.Why},
		{"handset", a.Handset},
		{"message", a.Message},
		{"forged", a.Forged},
		{"outcome", a.Outcome},
		{"class", a.Class},
		{"status", a.Status},
		{"detail", a.Detail},
		{"took", a.Took.D()},
		{"limit", a.Limit.D()},
	} {
		r.fact(f.name, f.value)
	}
	if a.URL != "" {
		r.part("request: POST "+a.URL, a.Header, a.Body)
	}
	if a.Answer != "" {
		r.part(fmt.Sprintf("answer: %d", a.Status), nil, a.Answer)
	}
}

func (r *rawEntry) call(c journal.Call) {
	for _, f := range []struct {
		name  string
		value any
	}{
		{"call", c.ID},
		{"route", c.Route},
		{"message", c.Message},
		{"handset", c.Handset},
		{"line", c.Line},
		{"code", c.Code},
		{"detail", c.Detail},
		{"status", c.Status},
	} {
		r.fact(f.name, f.value)
	}
	if c.Method != "" {
		r.part("request: "+c.Method+" "+c.Path, c.Header, c.Body)
		return
	}
	if c.Answer != "" || len(c.Header) > 0 {
		r.part(fmt.Sprintf("answer: %d", c.Status), c.Header, c.Answer)
	}
}

// rest shows the payload as the journal file has it.
func (r *rawEntry) rest(e journal.Entry) {
	data, err := json.Marshal(e)
	if err != nil { // metadata that is no JSON
		r.fact("entry", err.Error())
		return
	}
	r.Parts = append(r.Parts, rawPart{Title: "entry", Body: lines(short(pretty(string(data))))})
}

func (r *rawEntry) part(title string, header []journal.Header, body string) {
	p := rawPart{Title: Plain(short(title)), Body: lines(short(body))}
	for _, h := range header {
		p.Header = append(p.Header, [2]string{Plain(short(h.Name)), Plain(short(h.Value))})
	}
	if len(body) <= mostRaw {
		if pretty := lines(pretty(body)); pretty != p.Body {
			p.Pretty = pretty
		}
	}
	r.Parts = append(r.Parts, p)
}

// short cuts what is too much for the file, and says so.
func short(text string) string {
	if len(text) <= mostRaw {
		return text
	}
	return text[:mostRaw] + fmt.Sprintf("\n… %d further bytes are not in this file", len(text)-mostRaw)
}

// lines is Plain that keeps line ends.
func lines(text string) string {
	parts := strings.Split(text, "\n")
	for i, part := range parts {
		parts[i] = Plain(part)
	}
	return strings.Join(parts, "\n")
}

// pretty sets out JSON and forms for reading; anything else stays as it is.
func pretty(body string) string {
	trimmed := strings.TrimSpace(body)
	if strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		return indented(trimmed, body)
	}
	if !strings.Contains(body, "=") || strings.ContainsAny(body, " <\n") {
		return body
	}
	var out []string
	for pair := range strings.SplitSeq(body, "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, err := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err != nil || err2 != nil {
			return body
		}
		out = append(out, n+" = "+Plain(v))
	}
	return strings.Join(out, "\n")
}

func indented(trimmed, body string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if enc.Encode(json.RawMessage(trimmed)) != nil {
		return body
	}
	return strings.TrimSuffix(b.String(), "\n")
}
