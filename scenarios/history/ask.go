package history

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Ask is a marker that says that the harness asked the system under test, by
// its own interface, to text a handset.
type Ask struct {
	Seq     uint64
	Handset sms.Number
	Body    string // what to text; empty if the record does not say
	Later   bool   // not at once: at a time, or when the handset writes next
}

// What markers begin with: an Ask, a line of the script, its begin or end; and
// what tells the last two apart.
const (
	asking = "app sends "
	line   = "line "
	page   = "page "
	first  = " start"
	last   = " end"
)

func (h *History) readMarker(e journal.Entry) {
	if strings.HasPrefix(e.Marker, line) || strings.HasPrefix(e.Marker, page) {
		h.steps = append(h.steps, e.Seq)
		h.lastStep = e.Marker
	}
	if name, ok := strings.CutSuffix(e.Marker, first); ok && strings.HasPrefix(name, page) {
		h.end = name + last
	}
	h.whole = h.whole || h.end != "" && e.Marker == h.end
	rest, ok := strings.CutPrefix(e.Marker, asking)
	if to := strings.Fields(rest); ok && len(to) > 0 {
		a := Ask{Seq: e.Seq, Handset: sms.Number(to[0])}
		a.Body, a.Later = wanted(h.lastStep)
		h.Asks = append(h.Asks, a)
	}
}

// Whole reports whether a page is in the record from its begin to its end.
func (h *History) Whole() bool { return h.whole }

// wanted reads what a line of the script makes the application text, and
// whether it is to leave later: `line 3: app sends ana "Hello" at +24h`.
func wanted(step string) (body string, later bool) {
	_, does, _ := strings.Cut(step, ": ")
	before, rest, quoted := strings.Cut(does, `"`)
	verb := strings.Fields(before)
	if !quoted || len(verb) < 2 || verb[0] != "app" {
		return "", false
	}
	raw, err := strconv.QuotedPrefix(`"` + rest)
	if err != nil {
		return "", false
	}
	body, _ = strconv.Unquote(raw)
	return body, verb[1] != "sends" || strings.TrimSpace(rest[len(raw)-1:]) != ""
}

// long is how many bytes of a text are unlikely to stand in another by chance.
const long = 10

// Says reports whether the call asked for a message with this text in it. A
// short text must be all of the message.
func (c *Call) Says(text string) bool {
	if text == "" {
		return false
	}
	for _, s := range c.Made {
		if s.Message.Body == text || len(text) >= long && strings.Contains(s.Message.Body, text) {
			return true
		}
	}
	quoted, _ := json.Marshal(text) // a string always encodes
	if strings.Contains(c.Request.Body, string(quoted)) {
		return true
	}
	form, _ := url.ParseQuery(c.Request.Body)
	for _, values := range form {
		if slices.Contains(values, text) {
			return true
		}
	}
	plain, _ := url.QueryUnescape(c.Request.Body)
	inside := string(quoted[1 : len(quoted)-1])
	return len(text) >= long && (strings.Contains(c.Request.Body, inside) || strings.Contains(plain, text))
}
