package playback

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recording"
)

// minKey is the length from which a text can be a key of the application's own.
const minKey = 6

// keep notes what the application calls by other names than in the recording:
// keys of its own making that come back in answers and webhooks. The caller
// holds the lock.
func (p *player) keep(it *item, m contracts.Message) {
	said := m.Texts()
	texts := m.RolePointers("x-mt", "text")
	for at, was := range it.message.Texts() {
		now, ok := said[at]
		if !ok || now == was || len(was) < minKey || slices.Contains(texts, at) || recording.Redacted(was) {
			continue
		}
		if p.names[was] == "" {
			p.names[was] = now
		}
	}
}

// translated is a recorded body with the application's own keys as they are now.
func (p *player) translated(body []byte, kind string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.names) == 0 || len(body) == 0 {
		return body
	}
	if strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
		return p.translatedForm(body)
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return body
	}
	for _, word := range leaves(nil, v) {
		now, ok := p.names[word]
		if !ok {
			continue
		}
		body = bytes.ReplaceAll(body, quoted(word), quoted(now)) // the rest keeps its bytes
	}
	return body
}

func quoted(text string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a text can always be written
	return bytes.TrimSpace(b.Bytes())
}

func (p *player) translatedForm(body []byte) []byte {
	fields := strings.Split(string(body), "&")
	for i, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		plain, err := url.QueryUnescape(value)
		if now, ok := p.names[plain]; ok && err == nil {
			fields[i] = name + "=" + url.QueryEscape(now)
		}
	}
	return []byte(strings.Join(fields, "&"))
}
