package carrier_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// wordy is a provider that tells of everything and takes its time.
func wordy() *net {
	r := rules(false)
	r.Pace.Sending, r.Events = sms.Duration(50*time.Millisecond), sms.EventTypes()
	return netOf(r)
}

// told are the events after seq since as "millisecond type".
func (n *net) told(since int) string {
	var out []string
	for _, e := range n.log[since:] {
		if e.Kind == journal.KindEvent {
			out = append(out, e.At.Sub(began).String()+" "+string(e.Event.Type))
		}
	}
	return strings.Join(out, ", ")
}

func TestEveryStateIsTold(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(*net, *sms.Handset)
		send sms.Outbound
		want string
	}{
		{
			"delivered", nil,
			sms.Outbound{},
			"0s conversation.created, 0s message.accepted, 50ms message.sending, 250ms message.sent, 1.05s message.delivered",
		},
		{
			"no receipts", func(_ *net, h *sms.Handset) { h.Receipts = false },
			sms.Outbound{},
			"0s conversation.created, 0s message.accepted, 50ms message.sending, 250ms message.sent, 1.05s message.unconfirmed",
		},
		{
			"doomed", nil,
			sms.Outbound{Doomed: sms.Spam},
			"0s conversation.created, 0s message.accepted, 50ms message.sending, 250ms message.failed",
		},
		{
			"a slow handset", func(_ *net, h *sms.Handset) {
				h.Sent, h.Delivered = sms.Duration(time.Second), sms.Duration(time.Minute)
			},
			sms.Outbound{},
			"0s conversation.created, 0s message.accepted, 50ms message.sending, 1.05s message.sent, 1m1.05s message.delivered",
		},
		{
			"a flagged number", func(_ *net, h *sms.Handset) { h.Flagged, h.Failure = sms.NoRoute, sms.NoRoute },
			sms.Outbound{},
			"0s conversation.created, 0s message.accepted, 0s message.failed",
		},
		{
			"later", nil,
			sms.Outbound{SendAt: began.Add(time.Hour)},
			"1h0m0s conversation.created, 1h0m0s message.accepted, 1h0m0.05s message.sending, 1h0m0.25s message.sent, 1h0m1.05s message.delivered",
		},
		{"the provider's own", nil, sms.Outbound{Automatic: true}, ""},
		{
			"few events", func(n *net, _ *sms.Handset) { n.quiet(sms.MessageAccepted, sms.MessageFailed) },
			sms.Outbound{},
			"0s message.accepted",
		},
		{
			"no sending", func(n *net, _ *sms.Handset) { n.pace(sms.Pace{}) },
			sms.Outbound{},
			"0s conversation.created, 0s message.accepted, 0s message.sent, 0s message.delivered",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			n := wordy()
			h := sms.NewHandset(ana)
			if test.set != nil {
				test.set(n, &h)
			}
			n.behave(t, h)
			test.send.Handset, test.send.Body = ana, "Hello"
			since := len(n.log)
			if _, err := n.send(t, test.send); err != nil {
				t.Fatal(err)
			}
			n.pass(t, 2*time.Hour)
			if diff := cmp.Diff(test.want, n.told(since)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// quiet and pace begin the net again under other rules.
func (n *net) quiet(events ...sms.EventType) {
	n.rules.Events = events
	*n = *netOf(n.rules)
}

func (n *net) pace(p sms.Pace) {
	n.rules.Pace = p
	*n = *netOf(n.rules)
}

func TestBlockedSends(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		blocks  sms.Block
		refused bool
		state   sms.State
		why     sms.Reason
	}{
		{sms.BlockRefuse, true, "", ""},
		{sms.BlockFail, false, sms.Failed, sms.Refused},
		{sms.BlockNever, false, sms.Delivered, ""},
	} {
		r := rules(false)
		r.Keywords.Blocks = test.blocks
		n := netOf(r)
		n.receive(t, ana, long, "STOP")
		m, err := n.send(t, sms.Outbound{Handset: ana, Body: "x"})
		if (err != nil) != test.refused {
			t.Fatalf("%q: told %v", test.blocks, err)
		}
		if test.refused {
			continue
		}
		if want := (m.State == sms.Accepted && m.Doomed == test.why); !want {
			t.Errorf("%q: accepted as %s, doomed %q", test.blocks, m.State, m.Doomed)
		}
		later, _ := n.send(t, sms.Outbound{Handset: ana, Body: "x", SendAt: n.now.Add(time.Hour)})
		n.pass(t, time.Minute)
		if got := n.message(t, m.ID); got.State != test.state || got.Reason != test.why {
			t.Errorf("%q: it ends as %s %q", test.blocks, got.State, got.Reason)
		}
		n.receive(t, ana, long, "START")
		n.pass(t, 2*time.Hour)
		if got := n.message(t, later.ID); got.State != sms.Delivered {
			t.Errorf("%q: what waited until consent came back ends as %s %q", test.blocks, got.State, got.Reason)
		}
	}
}

func TestWordsThatStartOnlyWhoIsOut(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	for _, body := range []string{"yes", "STOP", "please yes", " Yes ", "YES"} {
		n.receive(t, ana, long, body)
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
	answered := 0
	for _, m := range n.messages() {
		if m.Automatic {
			answered++
		}
	}
	if answered != 2 {
		t.Errorf("%d words were answered; want STOP and the first yes after it", answered)
	}
}

// TestWhatAnMOAnswers holds that it is the newest MT that was really sent.
func TestWhatAnMOAnswers(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	heard := func() string {
		t.Helper()
		n.receive(t, ana, long, "HELP") // which the provider answers itself
		for _, e := range slices.Backward(n.log) {
			if e.Kind == journal.KindEvent {
				if e.Event.Answers == nil {
					return ""
				}
				return e.Event.Answers.Body
			}
		}
		return "no event"
	}
	check := func(want string) {
		t.Helper()
		if got := heard(); got != want {
			t.Errorf("an MO answers %q; want %q", got, want)
		}
	}
	check("")
	n.send(t, sms.Outbound{Handset: ana, Body: "later", SendAt: n.now.Add(time.Hour)})
	check("")
	first, _ := n.send(t, sms.Outbound{Handset: ana, Body: "first"})
	check("first")
	n.send(t, sms.Outbound{Handset: ana, Line: other, Body: "from another line"})
	n.send(t, sms.Outbound{Handset: ana, Body: "second"})
	d := n.draft()
	n.Hasten(d, first.ID)
	n.keep(t, d)
	check("second")
	n.pass(t, 2*time.Hour)
	check("later")
}
