package history_test

import (
	"slices"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
)

func TestKillsAndTheTimeBetween(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Texts("ana", "Is 3pm free?") // 1, 2
	r.Kills("acked")               // 3
	r.Restarts()                   // 4, 5
	r.Quiet()                      // 6
	r.Kills("")                    // 7
	r.Quiet()                      // 8
	h := read(&r)
	if len(h.Kills) != 2 || *h.Kills[0] != (history.Kill{Seq: 3, Point: "acked", Ready: 5}) || h.Kills[1].Ready != 0 {
		t.Errorf("kills are %+v and more", h.Kills[0])
	}
	for _, tt := range []struct {
		from, to uint64
		want     bool
	}{
		{1, 3, false}, {1, 4, true}, {4, 4, true}, {5, 7, false}, {5, 6, false}, {6, 8, true}, {8, 0, true}, {2, 0, true},
	} {
		if got := h.Down(tt.from, tt.to); got != tt.want {
			t.Errorf("down from %d to %d: %v", tt.from, tt.to, got)
		}
	}
}

func TestEndsThatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		write     func(*historytest.Record)
		exits     []history.Exit
		stillborn bool
	}{
		{"none", func(*historytest.Record) {}, nil, false},
		{"killed twice", func(r *historytest.Record) { r.Kills("now"); r.Restarts(); r.Kills("now"); r.Restarts() }, nil, false},
		{"killed for good", func(r *historytest.Record) { r.Kills("now") }, nil, false},
		{"by itself", func(r *historytest.Record) { r.Exits(3); r.Restarts(); r.Exits(-1) }, []history.Exit{{1, 3}, {4, -1}}, false},
		{"not ready again", func(r *historytest.Record) { r.Kills("now"); r.Starts() }, nil, true},
		{"not ready again, but for another process", func(r *historytest.Record) { r.Kills("now"); r.Starts(); r.Kills("now"); r.Restarts() }, nil, true},
	} {
		var r historytest.Record
		tt.write(&r)
		if h := read(&r); !slices.Equal(h.Exits, tt.exits) || h.Stillborn() != tt.stillborn {
			t.Errorf("%s: exits %v, stillborn %v; want %v, %v", tt.name, h.Exits, h.Stillborn(), tt.exits, tt.stillborn)
		}
	}
}

func TestAnAttemptThatAKillBrokeOff(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		attempt historytest.Attempt
		passes  time.Duration
		want    bool
	}{
		{"broken just before", historytest.Attempt{Outcome: journal.Failure, Class: "reset"}, 0, true},
		{"broken long before", historytest.Attempt{Outcome: journal.Failure, Class: "reset"}, time.Minute, false},
		{"answered just before", historytest.Attempt{Outcome: journal.Failure, Status: 500}, 0, false},
	} {
		var r historytest.Record
		r.Tells(r.Texts("ana", "Is 3pm free?"), tt.attempt)
		r.Passes(tt.passes)
		r.Kills("")
		h := read(&r)
		if got := h.Downed(h.Attempts[0]); got != tt.want {
			t.Errorf("%s: downed %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestACallThatAKillInterrupts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		call   historytest.Call
		passes time.Duration
		want   bool
	}{
		{"answered just before", historytest.Call{}, 0, true},
		{"answered long before", historytest.Call{}, time.Minute, false},
		{"never answered", historytest.Call{Silent: true}, time.Minute, false},
	} {
		var r historytest.Record
		text := r.Texts("ana", "Is 3pm free?")
		r.Sends(text.Message.Handset, text.Message.Line, "yes", tt.call)
		r.Passes(tt.passes)
		r.Kills("")
		r.Restarts()
		r.Replies(text, "yes")
		calls := read(&r).Calls
		if got := calls[0].Killed > 0; got != tt.want || got && !calls[0].Unknown() {
			t.Errorf("%s: interrupted %v, unknown %v", tt.name, got, calls[0].Unknown())
		}
		if calls[1].Killed > 0 {
			t.Errorf("%s: a call after the restart was interrupted", tt.name)
		}
	}
}

func TestHowLongACallIsToWait(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		call historytest.Call
		want time.Duration
	}{
		{"it worked", historytest.Call{Wait: "3"}, 0},
		{"a limit says so", historytest.Call{Refused: sms.RateLimited, Status: 429, Wait: "3"}, 3 * time.Second},
		{"a limit says nothing", historytest.Call{Refused: sms.RateLimited, Status: 429}, 0},
		{"a limit says a date", historytest.Call{Refused: sms.RateLimited, Status: 429, Wait: "Thu, 01 Jan 2026 00:00:00 GMT"}, 0},
		{"a fault says nothing", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429}, time.Second},
		{"the answer goes before the fault", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429, Wait: "7"}, 7 * time.Second},
		{"unavailable for now", historytest.Call{Fault: journal.ErrorAfter, Status: 503}, time.Second},
		{"broken", historytest.Call{Fault: journal.ErrorAfter, Status: 500}, 0},
		{"another fault", historytest.Call{Fault: journal.SlowAnswer, Refused: sms.RateLimited, Status: 429}, 0},
	} {
		var r historytest.Record
		r.Sends(r.Number("ana"), historytest.Line, "yes", tt.call)
		if got := read(&r).Calls[0].Wait; got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	var r historytest.Record
	r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429})
	for _, e := range r.Entries() {
		if e.Fault != nil {
			e.Fault.RetryAfter = sms.Duration(4 * time.Second)
		}
	}
	if got := read(&r).Calls[0].Wait; got != 4*time.Second {
		t.Errorf("the fault says 4 s, the call waits %v", got)
	}
}

// Where a request has its text and reference is learned from what was made.
func TestWhatCallsSay(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	failing := historytest.Call{Refused: sms.Internal, Status: 500, Ref: "r1", Key: "k1"}
	r.Sends(r.Number("ana"), historytest.Line, "one", failing)
	r.Sends(r.Number("ben"), historytest.Line, "one", historytest.Call{Refused: sms.Internal, Status: 500})
	r.Sends(r.Number("ana"), historytest.Line, "two", failing)
	h := read(&r)
	if same, known := h.SameText(h.Calls[0], h.Calls[1]); same || known {
		t.Errorf("nothing shows where the text is, and it is the same: %v", same)
	}
	if same, known := h.SameText(h.Calls[0], h.Calls[0]); !same || !known {
		t.Error("the same request is another")
	}
	r.Sends(r.Number("eve"), historytest.Line, "three", historytest.Call{Ref: "r3"})
	h = read(&r)
	for i, want := range []bool{true, true, false, false} {
		if same, known := h.SameText(h.Calls[0], h.Calls[i]); same != want || !known {
			t.Errorf("call %d says the same as the first: %v, known %v", i+1, same, known)
		}
	}
	if h.ReferenceOf(h.Calls[0]) != "r1" || h.ReferenceOf(h.Calls[1]) != "" || h.Calls[0].Key() != "k1" || h.Calls[1].Key() != "" {
		t.Errorf("references %q and %q, keys %q and %q", h.ReferenceOf(h.Calls[0]), h.ReferenceOf(h.Calls[1]), h.Calls[0].Key(), h.Calls[1].Key())
	}
}

// Of requests that hold nothing alike, the messages made of them tell.
func TestTextsThatNoFieldHolds(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	for _, body := range []string{"one", "one", "two"} {
		r.SendsTo("ana", body)
	}
	for i, e := range r.Entries() {
		if e.Kind == journal.KindCall {
			e.Call.Body = "template=" + string(rune('a'+i))
		}
	}
	h := read(&r)
	for i, want := range []bool{true, true, false} {
		if same, known := h.SameText(h.Calls[0], h.Calls[i]); same != want || !known {
			t.Errorf("call %d says the same as the first: %v, known %v", i+1, same, known)
		}
	}
}

func TestTheFieldsOfAForm(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Sends(r.Number("ana"), historytest.Line, "a b", historytest.Call{Ref: "r&1"})
	r.Sends(r.Number("ana"), historytest.Line, "c", historytest.Call{Refused: sms.Internal, Ref: "r&1"})
	forms := []string{"Body=a+b&Ref=r%261&To=x", "Body=c&Ref=r%261&To=y"}
	for _, e := range r.Entries() {
		if e.Kind == journal.KindCall {
			e.Call.Body, forms = forms[0], forms[1:]
		}
	}
	h := read(&r)
	if same, known := h.SameText(h.Calls[0], h.Calls[1]); same || !known {
		t.Errorf("two texts are the same: %v, known %v", same, known)
	}
	if got := h.ReferenceOf(h.Calls[1]); got != "r&1" {
		t.Errorf("the reference is %q", got)
	}
}

func TestSignersOfAnAttempt(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	text := r.Texts("ana", "Is 3pm free?")
	r.Acks(text)
	r.Signs(2)
	r.Acks(text)
	r.Signs(1)
	r.Acks(text)
	for i, want := range []int{0, 2, 1} {
		if got := read(&r).Attempts[i].Signers; got != want {
			t.Errorf("attempt %d is signed with %d secrets, want %d", i+1, got, want)
		}
	}
}

func TestDriftIsTiedToWhatItIsAbout(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	text := r.Texts("ana", "Is 3pm free?") // 1, 2
	r.Acks(text)                           // 3, 4
	r.Replies(text, "yes")                 // from 5
	last := r.LastCall()
	for _, of := range []string{last, "evt_1/1", "call-9"} {
		r.Finds(of, journal.ByApp, sms.Finding{Kind: sms.FoundType})
	}
	h := read(&r)
	for i, want := range []struct {
		began uint64
		whom  sms.Number
	}{{5, text.Message.Handset}, {3, ""}, {0, ""}} {
		d := h.Drift[i]
		if h.Began(d.Of) != want.began || h.Whom(d) != want.whom || d.Seq == 0 {
			t.Errorf("%s began at %d, to %q; want %d and %q", d.Of, h.Began(d.Of), h.Whom(d), want.began, want.whom)
		}
	}
}

// Of an answer right before a kill nobody can tell whether it was noted.
func TestAnsweredRightBeforeAKill(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		call historytest.Call
		wait time.Duration
		want bool
	}{
		"made":         {historytest.Call{}, 0, true},
		"refused":      {historytest.Call{Refused: sms.RateLimited, Status: 429}, 0, true},
		"an error":     {historytest.Call{Refused: sms.Internal, Status: 500}, 0, false},
		"not answered": {historytest.Call{Fault: journal.TimeoutAfter, Silent: true}, 0, false},
		"unreadable":   {historytest.Call{Fault: journal.Malformed}, 0, false},
		"long before":  {historytest.Call{}, time.Minute, false},
	} {
		var r historytest.Record
		r.AtOnce(func() {
			r.Sends(r.Number("ana"), historytest.Line, "yes", tt.call)
			r.Passes(tt.wait)
			r.Kills("answered")
		})
		if got := read(&r).Calls[0].Unnoted(); got != tt.want {
			t.Errorf("%s: unnoted %t", name, got)
		}
	}
}
