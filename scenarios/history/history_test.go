package history_test

import (
	"net/url"
	"slices"
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
)

func promise() history.Promise {
	return history.Promise{Replies: []history.Reply{
		{To: "Is 3pm free?", Expect: 1},
		{To: "Book 3pm for {{token}}", Expect: 2},
		{To: "{{token}} to {{token}}", Expect: 1},
		{To: "HELP", Expect: 1},
		{To: "{{token}}", Expect: 3},
		{To: "a (b) \xff", Expect: 1},
	}}
}

func read(r *historytest.Record) *history.History { return history.New(r.Entries(), promise()) }

func TestWhatATextExpects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body     string
		keyword  sms.Keyword
		expected int
		canary   string
	}{
		{"Is 3pm free?", sms.NoKeyword, 1, ""},
		{"is 3pm free?", sms.NoKeyword, history.Undeclared, ""},
		{"Is 3pm free? ", sms.NoKeyword, history.Undeclared, ""},
		{"Book 3pm for Zoe", sms.NoKeyword, 2, "Zoe"},
		{"Book 3pm for Zoe and Max", sms.NoKeyword, history.Undeclared, ""},
		{"Book 3pm for ", sms.NoKeyword, history.Undeclared, ""},
		{"here to there", sms.NoKeyword, 1, "here"},
		{"anything", sms.NoKeyword, 3, "anything"},
		{"STOP", sms.Stop, 0, ""},
		{" stopall ", sms.Stop, 0, ""},
		{"please do not stop", sms.NoKeyword, history.Undeclared, ""},
		{"yes", sms.Start, history.Undeclared, ""},
		{"HELP", sms.Help, 1, ""},
		{"info", sms.Help, history.Undeclared, ""},
		{"a (b) \uFFFD", sms.NoKeyword, 1, ""},
	} {
		var r historytest.Record
		r.Texts("ana", tt.body)
		in := read(&r).Inbound[0]
		if in.Keyword != tt.keyword || in.Expected != tt.expected || in.Canary != tt.canary {
			t.Errorf("%q is %q, %d replies, canary %q; want %q, %d, %q",
				tt.body, in.Keyword, in.Expected, in.Canary, tt.keyword, tt.expected, tt.canary)
		}
	}
}

func TestOwnKeywords(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Texts("ana", "BASTA")
	r.Texts("ana", "unstop")
	words := func(body string) sms.Keyword { return sms.Keywords{Stop: []string{"BASTA"}}.Match(body, false) }
	for _, tt := range []struct {
		promise      history.Promise
		first, later sms.Keyword
	}{
		{history.Promise{Keywords: words}, sms.Stop, sms.NoKeyword},
		{history.Promise{StopWords: []string{" basta"}}, sms.Stop, sms.Start},
		{history.Promise{}, sms.NoKeyword, sms.Start},
	} {
		all := history.New(r.Entries(), tt.promise).Inbound
		if all[0].Keyword != tt.first || all[1].Keyword != tt.later {
			t.Errorf("BASTA is %q and unstop %q; want %q and %q", all[0].Keyword, all[1].Keyword, tt.first, tt.later)
		}
	}
}

func TestAttemptsOfAText(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	text := r.Texts("ana", "Is 3pm free?") // 1, 2
	r.Forges(text, journal.BadSignature, 200)
	r.Loses(text)
	r.Acks(text)
	again := r.NewEvent(text)
	r.Acks(again)
	r.Tells(text, historytest.Attempt{Why: journal.Stranger})
	in := read(&r).Inbound[0]
	if in.Tried() != 5 || in.Acked() != 8 {
		t.Errorf("tried at %d and acknowledged at %d; want 5, the first genuine one, and 8", in.Tried(), in.Acked())
	}
	if len(in.Events) != 2 || in.Events[1].Root != in.Events[0].Seq {
		t.Errorf("%d events; want 2, the second about the same as the first", len(in.Events))
	}
	if n := len(in.Attempts()); n != 4 {
		t.Errorf("%d attempts; want 3 and 1", n)
	}
	last := in.Attempts()[3]
	if last.Limit.D() != historytest.Limit || last.Outcome != journal.OK || last.Started != 10 || last.Ended != 11 {
		t.Errorf("the last attempt is %+v", last)
	}
}

func TestAnEndWithoutItsBeginningSaysNothing(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Acks(r.Texts("ana", "Is 3pm free?"))
	cut := slices.DeleteFunc(r.Entries(), func(e journal.Entry) bool { return e.Kind == journal.KindAttemptStarted })
	h := history.New(cut, promise())
	if len(h.Attempts) != 0 || h.Inbound[0].Acked() != 0 {
		t.Errorf("%d attempts, acknowledged at %d", len(h.Attempts), h.Inbound[0].Acked())
	}
}

func TestACopyIsKnown(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	text := r.Texts("ana", "Is 3pm free?")
	r.Acks(text)
	r.Copy("ana", text)
	r.Texts("ana", "Is 3pm free?")
	var copies []bool
	for _, in := range read(&r).Inbound {
		copies = append(copies, in.Copy)
	}
	if want := []bool{false, true, false}; !slices.Equal(copies, want) {
		t.Errorf("copies are %v, want %v", copies, want)
	}
}

func TestTheFactsOfACall(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	text := r.Texts("ana", "Is 3pm free?")
	r.Replies(text, "yes")
	ana := r.Number("ana")
	r.Sends(ana, historytest.Line, "yes", historytest.Call{Fault: journal.ErrorAfter, Status: 503})
	r.Sends(ana, historytest.Line, "yes", historytest.Call{Fault: journal.HalfBody})
	r.Sends(ana, historytest.Line, "yes", historytest.Call{Fault: journal.StatusFirst})
	r.Sends(ana, historytest.Line, "yes", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429})
	r.Sends(ana, historytest.Line, "yes", historytest.Call{Fault: journal.TimeoutBefore, Refused: sms.Internal, Silent: true, Blind: true})
	r.Sends(ana, historytest.Line, "yes", historytest.Call{Refused: sms.Invalid})
	r.Sends(ana, historytest.Line, "yes", historytest.Call{Refused: sms.BadRequest, Blind: true})
	h := read(&r)
	for i, want := range []struct {
		made                  int
		unknown, again, sends bool
	}{
		{1, false, false, true},
		{1, true, true, true},
		{1, true, true, true},
		{1, false, false, true},
		{0, false, true, true},
		{0, true, true, true},
		{0, false, false, true},
		{0, false, false, false}, // nobody knows whom it was for: not known to be a send
	} {
		c := h.Calls[i]
		if len(c.Made) != want.made || c.Unknown() != want.unknown || c.Again() != want.again || c.Sends() != want.sends {
			t.Errorf("call %d: made %d, unknown %t, again %t, sends %t; want %+v", i+1, len(c.Made), c.Unknown(), c.Again(), c.Sends(), want)
		}
		if c.Conversation != (history.Conversation{Handset: ana, Line: historytest.Line}) {
			t.Errorf("call %d is placed in %+v", i+1, c.Conversation)
		}
	}
	if len(h.Sent) != 4 || h.Sent[0].Message.Body != "yes" || h.Sent[0].Message.State != sms.Delivered {
		t.Errorf("%d messages, the first %+v; want 4 and the latest state", len(h.Sent), h.Sent[0].Message)
	}
	if n := len(h.CallsTo(ana, h.Calls[5].Seq)); n != 1 {
		t.Errorf("%d sends after the sixth call, want 1", n)
	}
}

// A call that failed before anybody looked is placed by what its form names.
func TestAFormIsPlaced(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Texts("ana", "Is 3pm free?")
	ben := r.Texts("ben", "Is 3pm free?")
	form := url.Values{"To": {string(r.Number("ben"))}, "Body": {"100% yes"}}.Encode()
	for _, body := range []string{form, "%zz"} {
		r.Add(journal.Entry{Kind: journal.KindCall, Call: &journal.Call{ID: body, Method: "POST", Body: body}})
	}
	h := read(&r)
	if got := h.Calls[0].Handset; got != ben.Message.Handset || h.Calls[1].Handset != "" {
		t.Errorf("placed with %q and %q, want ben and nobody", got, h.Calls[1].Handset)
	}
}

func TestMayConfirm(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	send := func() { r.SendsTo("ana", "bye") }
	send() // before
	r.Acks(r.Texts("ana", "STOP"))
	send() // at once
	r.SendsTo("ben", "bye")
	r.Quiet()
	send() // after a pause
	r.Rests()
	send() // too late
	r.Acks(r.Texts("ana", "START"))
	send() // back again
	h := read(&r)
	var got []bool
	for _, c := range h.Calls {
		got = append(got, h.MayConfirm(h.Consent[0], c))
	}
	if want := []bool{false, true, false, true, false, false}; !slices.Equal(got, want) {
		t.Errorf("may confirm: %v, want %v", got, want)
	}
}

func TestCallOpen(t *testing.T) {
	t.Parallel()
	c := &history.Call{Seq: 10, Told: 20}
	for _, tt := range []struct {
		from, to uint64
		want     bool
	}{{1, 9, false}, {1, 11, true}, {12, 15, true}, {19, 30, true}, {20, 30, false}} {
		if c.Open(tt.from, tt.to) != tt.want {
			t.Errorf("a call from 10 to 20 is open in %d to %d: want %t", tt.from, tt.to, tt.want)
		}
	}
	if c.Told = 0; !c.Open(1000, 1001) {
		t.Error("a call that was never told anything is open to the end")
	}
}

func TestConsent(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Texts("ana", "START") // no change
	stop := r.Texts("ana", "STOP")
	r.Acks(stop)
	r.TellsConsent(stop, historytest.Attempt{})
	r.Acks(r.Texts("ana", "STOP")) // no change either
	start := r.Texts("ana", "START")
	r.TellsConsent(start, historytest.Attempt{Outcome: journal.Failure, Status: 500})
	r.Texts("ben", "STOP")
	h := read(&r)
	ana := h.ConsentOf(r.Number("ana"))
	if len(ana) != 2 || !ana[0].Out || ana[1].Out {
		t.Fatalf("the consent of ana changed %d times, want out and in again", len(ana))
	}
	if told := h.Inbound[1].Acked(); ana[0].Told != told || ana[1].Told != 0 {
		t.Errorf("told at %d and %d; want %d, the first ack of either webhook, and never", ana[0].Told, ana[1].Told, told)
	}
	if !h.OptedOut(r.Number("ana"), ana[1].Seq-1) || h.OptedOut(r.Number("ana"), ana[1].Seq) || !h.OptedOut(r.Number("ben"), 1000) {
		t.Error("opted out at the wrong time")
	}
}

// Who leaves while the application is down is owed nothing any more; who leaves
// after it had its chance is.
func TestOwedByAnApplicationThatWasDown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		happens func(r *historytest.Record)
		owed    bool
	}{
		"it was up":                  {func(r *historytest.Record) { r.Quiet() }, true},
		"it was down all the time":   {func(r *historytest.Record) { r.Kills("acked"); r.Quiet() }, false},
		"it was up again and rested": {func(r *historytest.Record) { r.Kills("acked"); r.Quiet(); r.Restarts(); r.Quiet() }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r historytest.Record
			r.Acks(r.Texts("ana", "Is 3pm free?"))
			tt.happens(&r)
			r.Texts("ana", "STOP")
			r.Restarts()
			h := read(&r)
			if got := h.Owed(h.Inbound[0]); got != tt.owed {
				t.Errorf("owed: %t", got)
			}
		})
	}
}

// A webhook that says an id alone tells nothing of a handset that nobody has named.
func TestConsentOfAnUnknownContact(t *testing.T) {
	t.Parallel()
	contact := historytest.Attempt{Body: `{"contact":"ctc_1"}`}
	lost := historytest.Attempt{Outcome: journal.Failure, Status: 500}
	for name, tt := range map[string]struct {
		happens func(r *historytest.Record, stop *historytest.Text)
		told    bool
	}{
		"nothing named it": {func(r *historytest.Record, stop *historytest.Text) {
			r.Tells(stop, lost)
			r.TellsConsent(stop, contact)
		}, false},
		"it says the number itself": {func(r *historytest.Record, stop *historytest.Text) {
			r.Tells(stop, lost)
			r.TellsConsent(stop, historytest.Attempt{Body: string(r.Number("ana"))})
		}, true},
		"the text was acknowledged": {func(r *historytest.Record, stop *historytest.Text) {
			r.Tells(stop, historytest.Attempt{Outcome: journal.OK, Status: 200, Body: string(r.Number("ana"))})
			r.TellsConsent(stop, contact)
		}, true},
		"an answer named it": {func(r *historytest.Record, stop *historytest.Text) {
			r.SendsTo("ana", "Hello")
			r.Tells(stop, lost)
			r.TellsConsent(stop, contact)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r historytest.Record
			stop := r.Texts("ana", "STOP")
			tt.happens(&r, stop)
			if ana := read(&r).ConsentOf(r.Number("ana")); len(ana) != 1 || ana[0].Told > 0 != tt.told {
				t.Errorf("told at %d; want at all: %t", ana[0].Told, tt.told)
			}
		})
	}
}

func TestMarkersAndFaults(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Asks("ana")
	r.Add(journal.Entry{Kind: journal.KindMarker, Marker: "app sends "})
	r.Add(journal.Entry{Kind: journal.KindMarker, Marker: "line 3: app sends ana"})
	r.Plans(journal.DuplicateNow, "")
	r.Add(journal.Entry{Kind: journal.KindFaultMissed, Fault: &journal.Fault{ID: "fault-1"}})
	r.Plans(journal.LoseAnswer, "evt_1/1")
	quiet := r.Quiet()
	text := r.Texts("ana", "Is 3pm free?")
	r.Acks(text)
	h := read(&r)
	if len(h.Asks) != 1 || h.Asks[0].Handset != r.Number("ana") {
		t.Errorf("asks are %v", h.Asks)
	}
	if len(h.Faults.Planned) != 2 || len(h.Faults.Fired) != 1 || len(h.Faults.Missed) != 1 || len(h.Quiet) != 1 || h.Quiet[0] != quiet {
		t.Errorf("faults %+v, quiet %v", h.Faults, h.Quiet)
	}
	if h.Faults.Struck("fault-1") || !h.Faults.Struck("fault-2") {
		t.Errorf("of the faults %+v the second fired, and the first did not", h.Faults)
	}
	if struck := h.Attempts[0].Struck; len(struck) != 1 || struck[0].Kind != journal.LoseAnswer {
		t.Errorf("the attempt was struck by %v", struck)
	}
}

func TestWholeRecord(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Plays("x start", func() {
		r.Line("settle")
		r.Line(`app sends ana "page x start"`)
	})
	r.Quiet() // an echo
	all := r.Entries()
	for _, tt := range []struct {
		name    string
		entries []journal.Entry
		want    bool
	}{
		{"all", all, true},
		{"to the end of the page", all[:4], true},
		{"to before it", all[:3], false},
		{"the begin", all[:1], false},
		{"from after the begin", all[1:], false},
		{"nothing", nil, false},
		{"the end of another page", slices.Concat(all[:3], []journal.Entry{{Seq: 9, Kind: journal.KindMarker, Marker: "page x end"}}), false},
	} {
		if got := history.New(tt.entries, history.Promise{}).Whole(); got != tt.want {
			t.Errorf("%s: whole %v", tt.name, got)
		}
	}
}

func TestRestlessWorld(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Quiet()
	r.Add(journal.Entry{Kind: journal.KindClock, Clock: &journal.Clock{}}) // the clock moved
	if h := read(&r); h.Restless != "" {
		t.Errorf("a world at rest is restless: %s", h.Restless)
	}
	r.Stirs("2 exchanges are open")
	r.Quiet()
	if h := read(&r); h.Restless != "2 exchanges are open" || len(h.Quiet) != 2 {
		t.Errorf("restless %q, quiet %v", h.Restless, h.Quiet)
	}
}

func TestConversationsInOrder(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.SendsTo("ben", "hello")
	r.TextsTo("ana", historytest.Line2, "hi")
	r.Texts("ben", "hi")
	want := []history.Conversation{
		{Handset: r.Number("ben"), Line: historytest.Line},
		{Handset: r.Number("ana"), Line: historytest.Line2},
	}
	if got := read(&r).Conversations(); !slices.Equal(got, want) {
		t.Errorf("conversations are %v, want %v", got, want)
	}
}
