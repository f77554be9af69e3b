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
	blocks        sms.Block
	out           map[pair]bool // to a line
	all           map[sms.Number]bool
	back          map[pair]bool // opted in to a line since it opted out of all
	state         map[string]sms.State
	newest        map[string]string // conversation to the MT that was released last
	steps         map[string]int    // what was told of a message last
	documents     []sms.Document    // in the order they were made, the gone ones too
	conversations map[pair]string
	used          map[sms.Number]int // MTs by line
	disabled      map[sms.Number]bool
	rank          map[string]int // how far each message is
	told          map[string]bool
	media         map[string]string // to its message
}

func newModel(perLine bool, blocks sms.Block) *model {
	return &model{
		perLine: perLine, blocks: blocks, out: map[pair]bool{}, all: map[sms.Number]bool{}, back: map[pair]bool{},
		state: map[string]sms.State{}, newest: map[string]string{}, steps: map[string]int{},
		conversations: map[pair]string{}, used: map[sms.Number]int{},
		disabled: map[sms.Number]bool{}, rank: map[string]int{}, told: map[string]bool{}, media: map[string]string{},
	}
}

func (m *model) isOut(p pair) bool {
	if !m.perLine {
		return m.all[p.Handset]
	}
	return m.out[p] || m.all[p.Handset] && !m.back[p]
}

// say is a word about one line, or about all where consent is per account.
func (m *model) say(p pair, out bool) {
	if !m.perLine {
		m.all[p.Handset] = out
		return
	}
	m.out[p], m.back[p] = out, !out
}

// sayToAll is a word about the whole account.
func (m *model) sayToAll(n sms.Number, out bool) {
	m.all[n] = out
	if out {
		maps.DeleteFunc(m.back, func(p pair, _ bool) bool { return p.Handset == n })
	}
}

// mayText is what a send must be told, "" for yes.
func (m *model) mayText(p pair) sms.Code {
	switch {
	case m.isOut(p) && m.blocks == sms.BlockRefuse:
		return sms.RecipientOut
	case m.disabled[p.Handset] && !(m.isOut(p) && m.blocks == sms.BlockFail): // that one is doomed anyway
		return sms.RecipientOff
	case p.Line == demo && m.used[demo] >= demoCap:
		return sms.DemoLimit
	}
	return ""
}

// heard changes consent as a text does.
func (m *model) heard(p pair, body string) {
	switch {
	case body == "STOP" && !m.isOut(p):
		m.say(p, true)
	case (body == "start " || body == "yes") && m.isOut(p):
		m.say(p, false)
	}
}

var ranks = map[sms.State]int{
	sms.Scheduled: 1, sms.Accepted: 2, sms.Sending: 3, sms.Sent: 4, sms.Delivered: 5, sms.Failed: 5, sms.Received: 5,
}

// order is how events about one message follow each other.
var order = map[sms.EventType]int{
	sms.MessageAccepted: 1, sms.MessageSending: 2, sms.MessageSent: 3,
	sms.MessageUnconfirmed: 4, sms.MessageDelivered: 4, sms.MessageFailed: 4,
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
	m.released(t, v)
	m.rank[v.ID], m.state[v.ID] = is, v.State
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

// released holds what becomes of an MT when it is sent or its time has come.
func (m *model) released(t *rapid.T, v sms.Message) {
	was, known := m.state[v.ID]
	if v.Direction != sms.MT || v.Automatic || known && was != sms.Scheduled || v.State == sms.Scheduled {
		return
	}
	p := pair{v.Line, v.Handset}
	out := m.isOut(p) && m.blocks != sms.BlockNever
	want := sms.Message{State: sms.Accepted}
	switch {
	case known && out:
		want = sms.Message{State: sms.Failed, Reason: sms.Refused}
	case known && m.disabled[p.Handset]:
		want = sms.Message{State: sms.Failed, Reason: sms.Blocked}
	case out:
		want.Doomed = sms.Refused
	}
	if v.State != want.State || v.Reason != want.Reason || v.Doomed != want.Doomed {
		t.Fatalf("released as %s %q, doomed %q; want %s %q, %q", v.State, v.Reason, v.Doomed, want.State, want.Reason, want.Doomed)
	}
	if v.State == sms.Accepted {
		m.newest[v.Conversation] = v.ID
	}
}

func (m *model) event(t *rapid.T, v sms.Event) {
	answers := ""
	if v.Answers != nil {
		answers = v.Answers.ID
	}
	if v.Message.Direction == sms.MO && answers != m.newest[v.Conversation.ID] {
		t.Fatalf("%s may answer %q; the newest MT is %q", v.Type, answers, m.newest[v.Conversation.ID])
	}
	if at := order[v.Type]; at > 0 {
		if at <= m.steps[v.Message.ID] {
			t.Fatalf("%s of %s is told after step %d", v.Type, v.Message.ID, m.steps[v.Message.ID])
		}
		m.steps[v.Message.ID] = at
	}
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
		r := rules(rapid.Bool().Draw(t, "consent per line"))
		r.Keywords.Blocks = rapid.SampledFrom([]sms.Block{sms.BlockRefuse, sms.BlockRefuse, sms.BlockFail, sms.BlockNever}).Draw(t, "blocks")
		if rapid.Bool().Draw(t, "all events") {
			r.Pace.Sending, r.Events = sms.Duration(50*time.Millisecond), sms.EventTypes()
		}
		n, m := netOf(r), newModel(r.PerLine(), r.Keywords.Blocks)
		seen := 0
		t.Repeat(map[string]func(*rapid.T){
			"mo":      func(t *rapid.T) { mo(t, n, m) },
			"mt":      func(t *rapid.T) { mt(t, n, m) },
			"pass":    func(t *rapid.T) { n.pass(t, time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms"))*time.Millisecond) },
			"behave":  func(t *rapid.T) { behave(t, n) },
			"contact": func(t *rapid.T) { contact(t, n, m) },
			"consent": func(t *rapid.T) {
				o := sms.OptOut{Account: "acct", Handset: handsets.Draw(t, "handset"), Out: rapid.Bool().Draw(t, "out")}
				if err := n.do(t, &o); err != nil {
					t.Fatalf("change consent: %v", err)
				}
				m.sayToAll(o.Handset, o.Out)
			},
			"document": func(t *rapid.T) { document(t, n, m) },
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
				m.sameDocuments(t, n)
			},
		})
		n.pass(t, 48*time.Hour)
		m.look(t, n.log[seen:])
		for _, v := range n.messages() {
			if !v.State.Done() && v.State != sms.Sent {
				t.Fatalf("message %s is still %s in the end", v.ID, v.State)
			}
		}
		replay(t, n)
	})
}

var (
	handsets = rapid.SampledFrom([]sms.Number{ana, ben, dead})
	lines    = rapid.SampledFrom([]sms.Number{long, other, demo})
)

func mo(t *rapid.T, n *net, m *model) {
	p := pair{lines.Draw(t, "line"), handsets.Draw(t, "handset")}
	body := rapid.SampledFrom([]string{"hello", "STOP", "start ", "HELP", "please STOP", "yes"}).Draw(t, "body")
	before := len(n.log)
	n.receive(t, p.Handset, p.Line, body)
	was := m.isOut(p)
	m.heard(p, body)
	types := n.events(before)
	consent := slices.ContainsFunc(types, func(e sms.EventType) bool { return e == sms.OptedOut || e == sms.OptedIn })
	if consent != (was != m.isOut(p)) {
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
	if err := n.do(t, &v); err != nil {
		t.Fatalf("change a contact: %v", err)
	}
	m.disabled[v.Number] = v.Disabled
}

// view is all that can be asked of a carrier.
type view struct {
	Accounts      []sms.Account
	Lines         map[string]sms.Line
	Documents     []sms.Document
	Named         map[string]string // kind and key to document
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
	accounts, _ := n.Accounts(acme, all)
	documents, _ := n.Documents(acme, group, "", all)
	conversations, _ := n.Conversations("", "", all)
	contacts, _ := n.Contacts("acct", all)
	optOuts, _ := n.OptOuts("", "", all)
	v := view{
		Accounts: accounts.Items, Lines: map[string]sms.Line{}, Documents: documents.Items, Named: map[string]string{},
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
	for _, line := range []string{string(long), "line-2", "line-9", "+18015550155"} {
		v.Lines[line], _ = n.Line(acme, "", line)
	}
	for _, key := range docKeys {
		doc, _ := n.Document(acme, group, key)
		v.Named[key] = doc.ID
	}
	d := n.draft()
	if err := n.Do(d, acme, &sms.Contact{Account: "acct", Number: "+18015550166"}, &sms.Document{Kind: group},
		&sms.Endpoint{URL: "http://127.0.0.1:1/"}, &sms.Account{Lines: []sms.Line{{Number: "+18015550155"}}}); err != nil {
		t.Fatalf("changes: %v", err)
	}
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
func replay(t *rapid.T, n *net) {
	fresh := bare(n.rules)
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
