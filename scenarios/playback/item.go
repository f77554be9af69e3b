package playback

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/exchange"
	"github.com/switchhook/switchhook/contracts/recording"
)

// item is a recorded exchange and what became of it.
type item struct {
	recording.Entry
	index   int // in /log/entries
	body    []byte
	message contracts.Message
	like    likeness
	asks    bool  // it tells the application of a text, or triggers one
	again   bool  // it says what was said before
	after   *item // the webhook with news, or trigger, about the same conversation without which a call cannot have been; nil: none

	silence time.Duration // real, before it began, since the last exchange had ended; less than 0 if one was open

	state   state
	arrival int // of a call: its place among those that came, from 1
}

// state of an item. A missed call may still come.
type state int

const (
	waiting state = iota
	missed
	begun
	ended
)

// likeness is what a call is known by.
type likeness struct {
	operation    string
	conversation string // the handset or conversation, and the line if it says one
	name         string // of the conversation as other messages say it
	shape        map[string]string
	text         string // "" if it has none
}

// about names the conversation for people.
func (l likeness) about() string {
	if l.conversation == "" {
		return l.operation
	}
	return l.operation + " in the conversation " + l.conversation
}

// likenessOf reads a call; one of an operation that no contract names is known
// by its method and path.
func likenessOf(c *contracts.Contract, q contracts.Request) (contracts.Message, likeness) {
	m, ok := c.ReadRequest(q)
	if !ok {
		path := q.URL
		if u, err := url.Parse(q.URL); err == nil {
			path = u.Path
		}
		return m, likeness{operation: q.Method + " " + path, shape: map[string]string{}}
	}
	l := likeness{operation: m.Operation.String(), shape: m.Shape()}
	if names := m.Conversation(); len(names) > 0 {
		l.name, l.conversation = names[0], names[0]
	}
	if line := m.Role("x-mt", "line"); line != "" && line != l.name {
		l.conversation += " from " + line
	}
	l.text = m.Role("x-mt", "text")
	return m, l
}

// script is a recording as it is played.
type script struct {
	items []*item // by Seq
	calls map[string][]*item
	words bool // texts are as they were said
}

func newScript(h *recording.HAR, c *contracts.Contract) *script {
	s := &script{calls: map[string][]*item{}, words: true}
	if ours := h.Log.Switchhook; ours != nil {
		s.words = !slices.Contains(ours.Redacted, "texts")
	}
	causes := map[string][]*item{} // what may have caused a call, by what it is about
	made := map[string]int{}       // calls so far, by the same
	told := map[string]bool{}
	var end time.Time
	for i, e := range h.Log.Entries {
		q := exchange.RequestOf(&e)
		it := &item{Entry: e, index: i, body: q.Body}
		if !end.IsZero() {
			it.silence = e.Started.Sub(end)
		}
		if ended := e.Started.Add(time.Duration(e.Time * float64(time.Millisecond))); ended.After(end) {
			end = ended
		}
		switch e.Direction {
		case recording.Call:
			it.message, it.like = likenessOf(c, q)
			it.after = cause(causes[it.like.name], made[it.like.name], e.Seq)
			made[it.like.name]++
			s.calls[it.like.operation] = append(s.calls[it.like.operation], it)
		case recording.Webhook:
			it.message, _ = c.ReadWebhook(contracts.Webhook{Request: q, Type: e.Type})
			it.asks = it.message.Role("x-mo", "text") != ""
			news := it.news()
			for _, name := range it.message.Conversation() {
				said := name + "\n" + news
				it.again = told[said]
				told[said] = true
				causes[name] = append(causes[name], it)
			}
		default:
			it.asks = true
			for _, name := range words(it.body) {
				causes[name] = append(causes[name], it)
			}
		}
		s.items = append(s.items, it)
	}
	return s
}

// news is what a webhook says: the text of a handset, else its body. One that
// comes again has none; but the same words may be another text.
func (it *item) news() string {
	if text := it.message.Role("x-mo", "text"); text != "" {
		return text
	}
	return string(it.body)
}

// cause is the earliest that can have caused a call, of what had ended before it:
// the first text or trigger for which no earlier call can have been made, else
// the last news.
func cause(list []*item, earlier, seq int) *item {
	var last *item
	for _, it := range list {
		if it.Ended >= seq {
			continue
		}
		if !it.again {
			last = it
		}
		if it.asks {
			if earlier == 0 {
				return it
			}
			earlier--
		}
	}
	return last
}

// words are the texts in the body of a trigger.
func words(body []byte) []string {
	var v any
	if json.Unmarshal(body, &v) == nil {
		return leaves(nil, v)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(form)) {
		all = append(all, form[name]...)
	}
	return all
}

func leaves(list []string, v any) []string {
	switch v := v.(type) {
	case string:
		return append(list, v)
	case []any:
		for _, inner := range v {
			list = leaves(list, inner)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			list = leaves(list, v[name])
		}
	}
	return list
}
