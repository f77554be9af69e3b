package carrier_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// pair is what has at most one conversation.
type pair struct{ Line, Handset sms.Number }

// model is what a carrier must never lose sight of, kept in the plainest way.
type model struct {
	perLine       bool
	out           map[pair]bool
	conversations map[pair]string
	used          map[sms.Number]int // MTs by line
	disabled      map[sms.Number]bool
	rank          map[string]int // how far each message is
	told          map[string]bool
	media         map[string]string // to its message
}

func newModel(perLine bool) *model {
	return &model{
		perLine: perLine, out: map[pair]bool{}, conversations: map[pair]string{}, used: map[sms.Number]int{},
		disabled: map[sms.Number]bool{}, rank: map[string]int{}, told: map[string]bool{}, media: map[string]string{},
	}
}

func (m *model) scope(p pair) pair {
	if !m.perLine {
		p.Line = ""
	}
	return p
}

// mayText is what a send must be told, "" for yes.
func (m *model) mayText(p pair) sms.Code {
	switch {
	case m.out[m.scope(p)]:
		return sms.RecipientOut
	case m.disabled[p.Handset]:
		return sms.RecipientOff
	case p.Line == demo && m.used[demo] >= demoCap:
		return sms.DemoLimit
	}
	return ""
}

// heard changes consent as a text does.
func (m *model) heard(p pair, body string) {
	switch body {
	case "STOP":
		m.out[m.scope(p)] = true
	case "start ":
		delete(m.out, m.scope(p))
	}
}

var ranks = map[sms.State]int{
	sms.Scheduled: 1, sms.Accepted: 2, sms.Sent: 3, sms.Delivered: 4, sms.Failed: 4, sms.Received: 4,
}

// look holds new entries against what must always be true.
func (m *model) look(t *rapid.T, entries []journal.Entry) {
	for _, e := range entries {
		switch e.Kind {
		case journal.KindMessage:
			m.message(t, *e.Message)
		case journal.KindEvent:
			m.event(t, *e.Event)
		case journal.KindConversation:
			p := pair{e.Conversation.Line, e.Conversation.Handset}
			if was, ok := m.conversations[p]; ok {
				t.Fatalf("%v has conversation %s and now %s", p, was, e.Conversation.ID)
			}
			m.conversations[p] = e.Conversation.ID
		}
	}
}

func (m *model) message(t *rapid.T, v sms.Message) {
	was, is := m.rank[v.ID], ranks[v.State]
	if is < was {
		t.Fatalf("message %s goes back from rank %d to %s", v.ID, was, v.State)
	}
	if was == 0 && v.Direction == sms.MT && !v.Automatic {
		m.used[v.Line]++
	}
	for _, a := range v.Media {
		if owner, taken := m.media[a.ID]; taken && owner != v.ID {
			t.Fatalf("messages %s and %s share media %s", owner, v.ID, a.ID)
		}
		m.media[a.ID] = v.ID
	}
	m.rank[v.ID] = is
	if want := m.conversations[pair{v.Line, v.Handset}]; v.Conversation != want {
		t.Fatalf("message %s is in conversation %s; the pair has %s", v.ID, v.Conversation, want)
	}
	if v.State.Done() && v.Next != nil {
		t.Fatalf("message %s is %s and has a next step %+v", v.ID, v.State, v.Next)
	}
	if (v.Reason != "") != (v.State == sms.Failed) {
		t.Fatalf("message %s is %s with reason %q", v.ID, v.State, v.Reason)
	}
}

func (m *model) event(t *rapid.T, v sms.Event) {
	conv := v.Conversation.ID
	if first := v.Type == sms.ConversationCreated; first == m.told[conv] {
		t.Fatalf("%s of conversation %s, told of before: %v", v.Type, conv, m.told[conv])
	}
	m.told[conv] = true
	if v.Message == nil || v.Contact == nil || v.Line == nil || v.Message.Conversation != conv || v.Message.Automatic || v.Message.Next != nil {
		t.Fatalf("event %s holds %+v", v.Type, v)
	}
}

func TestCarrierAgainstAModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		perLine := rapid.Bool().Draw(t, "consent per line")
		n, m := newNet(perLine), newModel(perLine)
		seen := 0
		t.Repeat(map[string]func(*rapid.T){
			"mo":      func(t *rapid.T) { mo(t, n, m) },
			"mt":      func(t *rapid.T) { mt(t, n, m) },
			"pass":    func(t *rapid.T) { n.pass(t, time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms"))*time.Millisecond) },
			"behave":  func(t *rapid.T) { behave(t, n) },
			"contact": func(t *rapid.T) { contact(t, n, m) },
			"step any": func(t *rapid.T) {
				if all := n.messages(); len(all) > 0 {
					v := rapid.SampledFrom(all).Draw(t, "message")
					if got := n.step(t, v.ID); len(got) > 0 && (v.Next == nil || v.Next.At.After(n.now)) {
						t.Fatalf("a step that is not due did %+v", got)
					}
				}
			},
			"hasten": func(t *rapid.T) {
				if all := n.messages(); len(all) > 0 {
					d := n.draft()
					n.Hasten(d, rapid.SampledFrom(all).Draw(t, "message").ID)
					n.keep(t, d)
				}
			},
			"": func(t *rapid.T) {
				m.look(t, n.log[seen:])
				seen = len(n.log)
			},
		})
		n.pass(t, 48*time.Hour)
		m.look(t, n.log[seen:])
		for _, v := range n.messages() {
			if !v.State.Done() && v.State != sms.Sent {
				t.Fatalf("message %s is still %s in the end", v.ID, v.State)
			}
		}
		replay(t, n, perLine)
	})
}

var (
	handsets = rapid.SampledFrom([]sms.Number{ana, ben, dead})
	lines    = rapid.SampledFrom([]sms.Number{long, other, demo})
)

func mo(t *rapid.T, n *net, m *model) {
	p := pair{lines.Draw(t, "line"), handsets.Draw(t, "handset")}
	body := rapid.SampledFrom([]string{"hello", "STOP", "start ", "HELP", "please STOP"}).Draw(t, "body")
	before := len(n.log)
	n.receive(t, p.Handset, p.Line, body)
	was := m.out[m.scope(p)]
	m.heard(p, body)
	types := n.events(before)
	consent := slices.ContainsFunc(types, func(e sms.EventType) bool { return e == sms.OptedOut || e == sms.OptedIn })
	if consent != (was != m.out[m.scope(p)]) {
		t.Fatalf("%q after out=%v is told as %v", body, was, types)
	}
	if types[len(types)-1] != sms.MessageReceived {
		t.Fatalf("an MO is told as %v", types)
	}
}

func mt(t *rapid.T, n *net, m *model) {
	p := pair{lines.Draw(t, "line"), handsets.Draw(t, "handset")}
	o := sms.Outbound{Handset: p.Handset, Line: p.Line, Body: "Hi {first_name}"}
	if id, ok := m.conversations[p]; ok && rapid.Bool().Draw(t, "by conversation") {
		o = sms.Outbound{Conversation: id, Body: o.Body}
	}
	if rapid.Bool().Draw(t, "media") {
		o.Media = []sms.Media{{Kind: "image", URL: "https://example.com/a.png"}}
	}
	if rapid.Bool().Draw(t, "later") {
		o.SendAt = n.now.Add(time.Duration(rapid.IntRange(-1, 10).Draw(t, "seconds")) * time.Second)
	}
	want := m.mayText(p)
	got, err := n.send(t, o)
	switch {
	case err != nil && err.Code != want, err == nil && want != "":
		t.Fatalf("a send over %v is told %v, want %q", p, err, want)
	case err == nil && (got.State == sms.Scheduled) != o.SendAt.After(n.now):
		t.Fatalf("send_at %v at %v makes it %s", o.SendAt, n.now, got.State)
	case got.Handset != p.Handset || got.Line != p.Line:
		t.Fatalf("a send over %v is for %s from %s", p, got.Handset, got.Line)
	}
}

func behave(t *rapid.T, n *net) {
	h := sms.Handset{
		Number: handsets.Draw(t, "handset"), Reachable: rapid.Bool().Draw(t, "reachable"),
		Receipts: rapid.Bool().Draw(t, "receipts"), MMS: rapid.Bool().Draw(t, "mms"),
		Failure:   rapid.SampledFrom(append(sms.Reasons(), "", "", "")).Draw(t, "failure"),
		Delivered: sms.Duration(time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * time.Millisecond),
	}
	n.behave(t, h)
}

func contact(t *rapid.T, n *net, m *model) {
	v, ok := n.ContactOf("acct", handsets.Draw(t, "handset"))
	if !ok {
		return
	}
	v.Disabled = rapid.Bool().Draw(t, "disabled")
	v.FirstName = rapid.SampledFrom([]string{"Ana", "Ben", ""}).Draw(t, "name")
	d := n.draft()
	if _, err := n.Save(d, acme, v); err != nil {
		t.Fatalf("change a contact: %v", err)
	}
	n.keep(t, d)
	m.disabled[v.Number] = v.Disabled
}

// view is all that can be asked of a carrier.
type view struct {
	Messages      []sms.Message
	Conversations []sms.Conversation
	Contacts      []sms.Contact
	OptOuts       []sms.OptOut
	Handsets      map[sms.Number]sms.Handset
	Media         map[string]bool
	Next          []journal.Entry // what the same decisions would come to now
}

func (n *net) view(t *rapid.T) view {
	all := sms.Page{Limit: len(n.log), Oldest: true}
	conversations, _ := n.Conversations("", "", all)
	contacts, _ := n.Contacts("acct", all)
	optOuts, _ := n.OptOuts("", "", all)
	v := view{
		Messages: n.messages(), Conversations: conversations.Items, Contacts: contacts.Items, OptOuts: optOuts.Items,
		Handsets: map[sms.Number]sms.Handset{}, Media: map[string]bool{},
	}
	for _, number := range []sms.Number{ana, ben, dead} {
		v.Handsets[number] = n.Handset(number)
	}
	for _, m := range v.Messages {
		for _, a := range m.Media {
			_, v.Media[a.ID] = n.Media(a.ID)
		}
	}
	d := n.draft()
	for _, to := range []sms.Number{ana, ben, dead, "+18015550155"} {
		for _, from := range []sms.Number{long, other, demo} {
			_, _ = n.Send(d, acme, sms.Outbound{Account: "acct", Handset: to, Line: from, Body: "x", Media: []sms.Media{{Kind: "image"}}})
			if _, err := n.Receive(d, acme, to, from, "STOP", nil); err != nil {
				t.Fatalf("receive: %v", err)
			}
		}
	}
	v.Next = d.Entries
	return v
}

// replay folds the whole record into a fresh carrier, which must not differ.
func replay(t *rapid.T, n *net, perLine bool) {
	fresh := newNet(perLine)
	fresh.now, fresh.log = n.now, n.log
	for _, e := range n.log {
		fresh.Apply(e)
	}
	want := n.view(t)
	if diff := cmp.Diff(want, fresh.view(t)); diff != "" {
		t.Fatalf("the fold of the record differs (-lived +replayed):\n%s", diff)
	}
	for id := range maps.Keys(want.Media) {
		if !want.Media[id] {
			t.Fatalf("media %s cannot be found", id)
		}
	}
}
