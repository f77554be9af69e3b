package carrier_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/carrier"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestLifeOfAnMT(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	m, err := n.send(t, sms.Outbound{Handset: ana, Body: "Hello"})
	if err != nil || m.State != sms.Accepted || m.Line != long {
		t.Fatalf("sent %+v, %v", m, err)
	}
	n.pass(t, time.Second)
	if got := n.message(t, m.ID); got.State != sms.Delivered || got.Next != nil || !got.Changed.Equal(began.Add(time.Second)) {
		t.Errorf("after a second: %+v", got)
	}
	want := []sms.EventType{sms.ConversationCreated, sms.MessageSent, sms.MessageDelivered}
	if diff := cmp.Diff(want, n.events(0)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestHandsetBehaviours holds what each behaviour does to one MT of each protocol.
func TestHandsetBehaviours(t *testing.T) {
	t.Parallel()
	picture := []sms.Media{{Kind: "image", URL: "https://example.com/a.png"}}
	for _, test := range []struct {
		name  string
		set   func(*sms.Handset)
		send  sms.Outbound
		state sms.State
		why   sms.Reason
		sent  bool // message.sent was told
		as    sms.Protocol
	}{
		{"works", func(*sms.Handset) {}, sms.Outbound{Body: "x"}, sms.Delivered, "", true, sms.SMS},
		{"off", func(h *sms.Handset) { h.Reachable = false }, sms.Outbound{Body: "x"}, sms.Failed, sms.Unreachable, true, sms.SMS},
		{"no receipts", func(h *sms.Handset) { h.Receipts = false }, sms.Outbound{Body: "x"}, sms.Sent, "", true, sms.SMS},
		{"spam", func(h *sms.Handset) { h.Failure = sms.Spam }, sms.Outbound{Body: "x"}, sms.Failed, sms.Spam, true, sms.SMS},
		{"landline", func(h *sms.Handset) { h.Failure = sms.NotMobile }, sms.Outbound{Body: "x"}, sms.Failed, sms.NotMobile, false, sms.SMS},
		{"MMS", func(*sms.Handset) {}, sms.Outbound{Body: "x", Media: picture}, sms.Delivered, "", true, sms.MMS},
		{"no MMS, with text", func(h *sms.Handset) { h.MMS = false }, sms.Outbound{Body: "x", Media: picture}, sms.Delivered, "", true, sms.SMS},
		{"no MMS, picture only", func(h *sms.Handset) { h.MMS = false }, sms.Outbound{Media: picture}, sms.Failed, sms.NoMMS, false, sms.MMS},
		{"fails MMS", func(h *sms.Handset) { h.Failure = sms.NoMMS }, sms.Outbound{Body: "x", Media: picture}, sms.Failed, sms.NoMMS, false, sms.MMS},
		{"fails MMS, takes SMS", func(h *sms.Handset) { h.Failure = sms.NoMMS }, sms.Outbound{Body: "x"}, sms.Delivered, "", true, sms.SMS},
		{"long text", func(*sms.Handset) {}, sms.Outbound{Body: strings.Repeat("x", 307)}, sms.Delivered, "", true, sms.MMS},
		{"two segments", func(*sms.Handset) {}, sms.Outbound{Body: strings.Repeat("x", 306)}, sms.Delivered, "", true, sms.SMS},
		{"no MMS, long text", func(h *sms.Handset) { h.MMS = false }, sms.Outbound{Body: strings.Repeat("x", 307)}, sms.Delivered, "", true, sms.SMS},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			n := newNet(false)
			h := sms.NewHandset(ana)
			test.set(&h)
			n.behave(t, h)
			test.send.Handset = ana
			m, err := n.send(t, test.send)
			if err != nil {
				t.Fatal(err)
			}
			n.pass(t, time.Hour)
			got := n.message(t, m.ID)
			sent := false
			for _, typ := range n.events(0) {
				sent = sent || typ == sms.MessageSent
			}
			if got.State != test.state || got.Reason != test.why || got.Protocol != test.as || sent != test.sent || got.Next != nil {
				t.Errorf("got %s %q as %s, told sent %v, next %v; want %s %q as %s, %v",
					got.State, got.Reason, got.Protocol, sent, got.Next, test.state, test.why, test.as, test.sent)
			}
			if got.Protocol == sms.MMS && got.Segments != 1 {
				t.Errorf("an MMS counts %d segments", got.Segments)
			}
		})
	}
}

func TestFlaggedNumberFailsAtOnceUntilOneGetsThrough(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	n.send(t, sms.Outbound{Handset: dead, Body: "first"})
	if at := n.messages()[0].Next.At; !at.After(n.now) {
		t.Errorf("an unflagged number is tried at once, at %v", at)
	}
	n.pass(t, time.Second)
	if h := n.Handset(dead); h.Flagged != sms.NotMobile {
		t.Fatalf("after a failure the number is flagged %q", h.Flagged)
	}
	m, _ := n.send(t, sms.Outbound{Handset: dead, Body: "second"})
	n.pass(t, 0)
	if got := n.message(t, m.ID); got.State != sms.Failed || got.Reason != sms.NotMobile {
		t.Errorf("a send to a flagged number is %s at once", got.State)
	}
	ported := n.Handset(dead)
	ported.Failure = ""
	n.behave(t, ported)
	n.send(t, sms.Outbound{Handset: dead, Body: "third"})
	n.pass(t, time.Second)
	if h := n.Handset(dead); h.Flagged != "" {
		t.Errorf("after a delivery the number is still flagged %q", h.Flagged)
	}
}

func TestTextIsPersonalisedWhenItIsSent(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	at := n.now.Add(time.Hour)
	m, _ := n.send(t, sms.Outbound{Handset: ana, Body: "Hi {first_name}", SendAt: at, Contact: &sms.Contact{FirstName: "Ana"}})
	if m.Body != "Hi {first_name}" || m.State != sms.Scheduled {
		t.Fatalf("a scheduled message is %s with %q", m.State, m.Body)
	}
	if got := n.events(0); len(got) != 0 {
		t.Errorf("a scheduled message is told of: %v", got)
	}
	contact, _ := n.ContactOf("acct", ana)
	contact.FirstName = "Anna"
	if err := n.do(t, &contact); err != nil {
		t.Fatal(err)
	}
	n.pass(t, 2*time.Hour)
	if got := n.message(t, m.ID); got.Body != "Hi Anna" || got.State != sms.Delivered {
		t.Errorf("it arrived %s as %q", got.State, got.Body)
	}
}

func TestConsentEndsWhileAMessageWaits(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	m, _ := n.send(t, sms.Outbound{Handset: ana, Body: "x", SendAt: n.now.Add(time.Hour)})
	n.receive(t, ana, long, "STOP")
	n.pass(t, 2*time.Hour)
	if got := n.message(t, m.ID); got.State != sms.Failed || got.Reason != sms.Refused {
		t.Errorf("the message is %s %q", got.State, got.Reason)
	}
	if n.Handset(ana).Flagged != "" {
		t.Error("an opted-out number counts as failing")
	}
}

func TestOptOutScope(t *testing.T) {
	t.Parallel()
	for _, perLine := range []bool{false, true} {
		n := newNet(perLine)
		n.receive(t, ana, long, "STOP")
		if _, err := n.send(t, sms.Outbound{Handset: ana, Line: long, Body: "x"}); err == nil || err.Code != sms.RecipientOut {
			t.Errorf("per line %v: the line that was told to stop may send (%v)", perLine, err)
		}
		_, err := n.send(t, sms.Outbound{Handset: ana, Line: other, Body: "x"})
		if (err == nil) != perLine {
			t.Errorf("per line %v: another line is told %v", perLine, err)
		}
		n.receive(t, ana, other, "START")
		_, err = n.send(t, sms.Outbound{Handset: ana, Line: long, Body: "x"})
		if (err == nil) == perLine {
			t.Errorf("per line %v: after START to another line the first is told %v", perLine, err)
		}
		if _, err := n.send(t, sms.Outbound{Handset: ben, Line: long, Body: "x"}); err != nil {
			t.Errorf("per line %v: another handset is told %v", perLine, err)
		}
	}
}

func TestOneConsentEventAChange(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	for _, word := range []string{"START", "STOP", " stop ", "STOP", "HELP", "Start", "START", "STOP please"} {
		n.receive(t, ana, long, word)
	}
	var changes []sms.EventType
	for _, typ := range n.events(0) {
		if typ == sms.OptedOut || typ == sms.OptedIn {
			changes = append(changes, typ)
		}
	}
	if diff := cmp.Diff([]sms.EventType{sms.OptedOut, sms.OptedIn}, changes); diff != "" {
		t.Errorf("changes of consent (-want +got):\n%s", diff)
	}
}

func TestKeywordIsAnsweredWithoutEvents(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	n.receive(t, ana, long, "STOP")
	since := len(n.log)
	n.pass(t, time.Minute)
	var answers []string
	for _, m := range n.messages() {
		if m.Automatic {
			answers = append(answers, m.Body+" "+string(m.State))
		}
	}
	if diff := cmp.Diff([]string{"Acme heard stop delivered"}, answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if got := n.events(since); len(got) != 0 {
		t.Errorf("the provider's own answer is told of: %v", got)
	}
}

func TestSendIsRefused(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	n.receive(t, ana, long, "STOP")
	if err := n.do(t, &sms.Contact{Account: "acct", Number: ben, Disabled: true}); err != nil {
		t.Fatal(err)
	}
	for range demoCap {
		if _, err := n.send(t, sms.Outbound{Handset: "+18015550199", Line: demo, Body: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name string
		send sms.Outbound
		want sms.Code
	}{
		{"opted out", sms.Outbound{Handset: ana, Body: "x"}, sms.RecipientOut},
		{"disabled", sms.Outbound{Handset: ben, Body: "x"}, sms.RecipientOff},
		{"used up", sms.Outbound{Handset: "+18015550177", Line: demo, Body: "x"}, sms.DemoLimit},
		{"line of nobody", sms.Outbound{Handset: "+18015550177", Line: "+18015550111", Body: "x"}, sms.LineNotFound},
		{"conversation of nobody", sms.Outbound{Conversation: "conversation-0", Body: "x"}, sms.NotFound},
	} {
		if _, err := n.send(t, test.send); err == nil || err.Code != test.want {
			t.Errorf("%s: told %v, want %s", test.name, err, test.want)
		}
	}
	if _, err := n.Send(n.draft(), "nobody", sms.Outbound{Handset: ana, Body: "x"}); err == nil || err.Code != sms.AccountNotFound {
		t.Errorf("an unknown provider is told %v", err)
	}
}

func TestHastenLeavesWhatItsSenderPutOff(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	waiting, _ := n.send(t, sms.Outbound{Handset: ana, Body: "later", SendAt: n.now.Add(time.Hour)})
	going, _ := n.send(t, sms.Outbound{Handset: ana, Body: "now"})
	for id, want := range map[string]bool{waiting.ID: false, going.ID: true, "message-0": false} {
		d := n.draft()
		if got := n.Hasten(d, id); got != want {
			t.Errorf("Hasten(%s) is %v", id, got)
		}
		n.keep(t, d)
	}
	n.pass(t, 0)
	if m := n.message(t, going.ID); m.State != sms.Sent {
		t.Errorf("the hastened message is %s", m.State)
	}
	if m := n.message(t, waiting.ID); m.State != sms.Scheduled || !m.Next.At.Equal(m.SendAt) {
		t.Errorf("the scheduled message is %s, next %v", m.State, m.Next)
	}
}

func TestContactNumbersAreUnique(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	save := func(v sms.Contact) (sms.Contact, *sms.Error) {
		v.Account = "acct"
		err := n.do(t, &v)
		return v, err
	}
	first, _ := save(sms.Contact{Number: ana})
	if kept, err := save(sms.Contact{Number: ana}); err == nil || err.Code != sms.Taken || kept.ID != first.ID {
		t.Errorf("a second contact with the number is %+v, %v", kept, err)
	}
	first.Number = ben
	if _, err := save(first); err != nil {
		t.Fatal(err)
	}
	second, err := save(sms.Contact{Number: ana})
	if err != nil || second.ID == first.ID {
		t.Errorf("a number that was given up is still taken: %+v, %v", second, err)
	}
	if owner, _ := n.ContactOf("acct", ben); owner.ID != first.ID {
		t.Errorf("the new number belongs to %q", owner.ID)
	}
}

func TestReceiveIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, provider string
		from, to       sms.Number
		body, says     string
	}{
		{"provider", "nobody", ana, long, "x", "not served"},
		{"no number", acme, "", long, "x", "write it like"},
		{"not E.164", acme, "8015550142", long, "x", "write it like"},
		{"line of nobody", acme, ana, "+18015550111", "x", string(other)},
		{"nothing", acme, ana, long, "", "blank"},
	} {
		n := newNet(false)
		d := n.draft()
		_, err := n.Receive(d, test.provider, test.from, test.to, test.body, nil)
		if err == nil || !strings.Contains(err.Detail, test.says) || len(d.Entries) > 0 {
			t.Errorf("%s: %v, drafted %d; want one that says %q", test.name, err, len(d.Entries), test.says)
		}
	}
}

func TestRepeats(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	m := n.receive(t, ana, long, "Is 3pm free?")
	event := n.log[len(n.log)-1].Event
	d := n.draft()
	if !n.Repeat(d, event.ID, 1) || !n.RepeatMessage(d, event.ID, 1) || n.Repeat(d, "event-0", 1) || n.RepeatMessage(d, "event-0", 1) {
		t.Fatal("what can be repeated and what cannot")
	}
	added := n.keep(t, d)
	again, twin := added[0].Event, added[len(added)-1].Event
	if again.ID == event.ID || again.Message.ID != m.ID {
		t.Errorf("the repeated event is %s about %s", again.ID, again.Message.ID)
	}
	if twin.ID == event.ID || twin.ID == again.ID || twin.Message.ID == m.ID || twin.Message.Body != m.Body || twin.Conversation.ID != m.Conversation {
		t.Errorf("the repeated message is %+v in event %s", twin.Message, twin.ID)
	}
	if got := n.events(0); len(got) != 4 {
		t.Errorf("events %v", got)
	}
}

func TestStrangersDiffer(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	ids := map[string]bool{}
	for _, attempt := range []string{"a/1", "a/2", "b/1"} {
		ids[n.StrangerID(n.draft(), acme, attempt)] = true
	}
	if len(ids) != 3 {
		t.Errorf("three attempts have strangers %v", ids)
	}
}

func TestIdsComeFromSeedAndCount(t *testing.T) {
	t.Parallel()
	seen := map[[16]byte]bool{}
	for _, e := range [][16]byte{
		carrier.Entropy("a", "message", 1), // once more
		carrier.Entropy("a", "message", 1), carrier.Entropy("a", "message", 2),
		carrier.Entropy("a", "event", 1), carrier.Entropy("b", "message", 1),
	} {
		seen[e] = true
	}
	if len(seen) != 4 {
		t.Errorf("four different lists of arguments give %d different ids", len(seen))
	}
}

func TestCausesPointBack(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	n.receive(t, ana, long, "STOP")
	n.pass(t, time.Minute)
	for _, e := range n.log {
		if e.Cause >= e.Seq {
			t.Errorf("entry %d (%s) is caused by %d", e.Seq, e.Kind, e.Cause)
		}
		if e.Kind == journal.KindEvent && e.Cause == 0 {
			t.Errorf("event %s has no cause", e.Event.Type)
		}
	}
}

func TestReceiveMedia(t *testing.T) {
	t.Parallel()
	const where = "https://example.com/photo.png"
	for _, test := range []struct {
		media sms.Media
		says  string // "" is taken
	}{
		{sms.Media{Kind: "image", URL: where, ID: "chosen by the caller"}, ""},
		{sms.Media{Kind: "", URL: where}, "write one of image, "},
		{sms.Media{Kind: "smell", URL: where}, "write one of image, "},
		{sms.Media{Kind: "image"}, "write it like"},
		{sms.Media{Kind: "image", URL: "file:///etc/passwd"}, "write it like"},
		{sms.Media{Kind: "image", URL: "https://example.com/\r\nX: y"}, "write it like"},
	} {
		n := newNet(false)
		d := n.draft()
		m, err := n.Receive(d, acme, ana, long, "", []sms.Media{test.media})
		switch {
		case test.says != "" && (err == nil || !strings.Contains(err.Detail, test.says)):
			t.Errorf("%+v: told %v; want one that says %q", test.media, err, test.says)
		case test.says == "" && (err != nil || m.Protocol != sms.MMS || m.Segments != 1 || m.Media[0].ID == test.media.ID):
			t.Errorf("%+v: received as %+v, %v", test.media, m, err)
		}
	}
}
