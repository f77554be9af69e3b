package carrier_test

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/carrier"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

const (
	acme  = "acme"
	long  = sms.Number("+18015550100") // the default line
	other = sms.Number("+18015550101")
	demo  = sms.Number("+18015550190") // takes demoCap MTs and no more
	ana   = sms.Number("+18015550142")
	ben   = sms.Number("+18015550143")
	dead  = sms.Number("+15005550001") // magic: not a mobile
)

const demoCap = 3

var began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// fatal is what a helper needs of a *testing.T or a *rapid.T.
type fatal interface {
	Helper()
	Fatalf(string, ...any)
}

// net is a carrier with the record that its state is the fold of.
type net struct {
	*carrier.Carrier
	rules carrier.Rules
	now   time.Time
	log   []journal.Entry
}

func rules(perLine bool) carrier.Rules {
	return carrier.Rules{
		Pace: sms.Pace{Sent: sms.Duration(200 * time.Millisecond), Delivered: sms.Duration(800 * time.Millisecond)},
		Events: []sms.EventType{
			sms.MessageReceived, sms.MessageSent, sms.MessageDelivered, sms.MessageFailed, sms.ConversationCreated, sms.OptedOut, sms.OptedIn,
		},
		Keywords: sms.Keywords{
			Stop: []string{"STOP"}, Start: []string{"START"}, Help: []string{"HELP"}, StartIfOut: []string{"YES"}, Blocks: sms.BlockRefuse,
			Reply: func(k sms.Keyword, brand string) string { return brand + " heard " + string(k) },
		},
		Magic: []sms.Magic{{Number: dead, Failure: sms.NotMobile}},
		ID: func(kind sms.Kind, _ uint64, _ time.Time, entropy [16]byte) string {
			return string(kind) + "-" + hex.EncodeToString(entropy[:6])
		},
		Render: func(body string, to sms.Contact) string {
			return strings.ReplaceAll(body, "{first_name}", to.FirstName)
		},
		MMSOver: func() int { return 2 },
		PerLine: func() bool { return perLine },
	}
}

// account is the one that a net begins with.
func account() sms.Account {
	return sms.Account{ID: "acct", Provider: acme, Name: "Acme", Lines: []sms.Line{
		{ID: "line-1", Number: long, Kind: sms.LongCode},
		{ID: "line-2", Number: other, Kind: sms.LongCode},
		{ID: "line-3", Number: demo, Kind: sms.DemoLine, Cap: demoCap},
	}}
}

func newNet(perLine bool) *net { return netOf(rules(perLine)) }

// netOf is a net whose provider has these rules.
func netOf(r carrier.Rules) *net {
	n := bare(r)
	a := account()
	e := journal.Entry{Seq: 1, Kind: journal.KindAccount, At: began, Account: &a}
	n.log = append(n.log, e)
	n.Apply(e)
	return n
}

// bare is a net without history.
func bare(r carrier.Rules) *net {
	return &net{Carrier: carrier.New("seed", map[string]carrier.Rules{acme: r}), rules: r, now: began}
}

func (n *net) draft() *carrier.Draft {
	return &carrier.Draft{Now: n.now, First: uint64(len(n.log)) + 1}
}

// keep orders what a decision drafted and folds it, after a trip through JSON:
// what is not written down is not remembered.
func (n *net) keep(t fatal, d *carrier.Draft) []journal.Entry {
	t.Helper()
	first := len(n.log)
	for _, e := range d.Entries {
		e.Seq, e.At = uint64(len(n.log))+1, d.Now
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatalf("write %+v: %v", e, err)
		}
		var read journal.Entry
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatalf("read %s: %v", text, err)
		}
		n.log = append(n.log, read)
		n.Apply(read)
	}
	return n.log[first:]
}

func (n *net) send(t fatal, o sms.Outbound) (sms.Message, *sms.Error) {
	t.Helper()
	d := n.draft()
	o.Account = "acct"
	m, err := n.Send(d, acme, o)
	if err != nil && len(d.Entries) > 0 {
		t.Fatalf("a refused send drafted %+v", d.Entries)
	}
	n.keep(t, d)
	return m, err
}

// do makes changes; refused ones must leave nothing.
func (n *net) do(t fatal, changes ...sms.Change) *sms.Error {
	t.Helper()
	d := n.draft()
	if err := n.Do(d, acme, changes...); err != nil {
		return err
	}
	n.keep(t, d)
	return nil
}

func (n *net) receive(t fatal, from, to sms.Number, body string) sms.Message {
	t.Helper()
	d := n.draft()
	m, err := n.Receive(d, acme, from, to, body, nil)
	if err != nil {
		t.Fatalf("an MO %q from %s to %s is refused: %v", body, from, to, err)
	}
	n.keep(t, d)
	return m
}

func (n *net) behave(t fatal, h sms.Handset) {
	t.Helper()
	d := n.draft()
	d.Add(journal.Entry{Kind: journal.KindHandset, Handset: &h})
	n.keep(t, d)
}

// pass lets time go by, making every step when it is due.
func (n *net) pass(t fatal, by time.Duration) {
	t.Helper()
	end := n.now.Add(by)
	for {
		id, due := n.next()
		if id == "" || due.After(end) {
			n.now = end
			return
		}
		if due.After(n.now) {
			n.now = due
		}
		n.step(t, id)
	}
}

func (n *net) step(t fatal, id string) []journal.Entry {
	t.Helper()
	d := n.draft()
	n.Step(d, id)
	return n.keep(t, d)
}

// next is the message whose step is due first.
func (n *net) next() (id string, due time.Time) {
	for _, m := range n.messages() {
		if m.Next != nil && (id == "" || m.Next.At.Before(due)) {
			id, due = m.ID, m.Next.At
		}
	}
	return id, due
}

func (n *net) messages() []sms.Message {
	part, _ := n.Messages("", "", sms.Page{Limit: len(n.log), Oldest: true})
	return part.Items
}

// events are the types of the events after seq since, in order.
func (n *net) events(since int) []sms.EventType {
	var out []sms.EventType
	for _, e := range n.log[since:] {
		if e.Kind == journal.KindEvent {
			out = append(out, e.Event.Type)
		}
	}
	return out
}

func (n *net) message(t *testing.T, id string) sms.Message {
	t.Helper()
	m, ok := n.Message(id)
	if !ok {
		t.Fatalf("there is no message %s", id)
	}
	return m
}
