package history_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
)

func TestReadProgress(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]history.Progress{
		"queued": history.Waiting, "SENDING": history.Waiting, "Accepted": history.Waiting,
		"sent": history.Left, "message.sent": history.Left,
		"DELIVERED": history.Arrived, "DELIVRD": history.Arrived, "MessageDelivered": history.Arrived,
		"failed": history.Lost, "not_delivered": history.Lost, "Undeliverable": history.Lost,
		"": history.Unclear, "4": history.Unclear, "suppressed": history.Unclear, "message": history.Unclear, "\xff": history.Unclear,
	} {
		if got := history.ReadProgress(word); got != want {
			t.Errorf("%q is %v, want %v", word, got, want)
		}
	}
}

func TestProgressInOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		p, q        history.Progress
		below, ends bool
	}{
		{history.Waiting, history.Left, true, false},
		{history.Left, history.Arrived, true, false},
		{history.Left, history.Lost, true, false},
		{history.Arrived, history.Lost, false, true},
		{history.Lost, history.Arrived, false, true},
		{history.Lost, history.Waiting, false, true},
	} {
		if tt.p.Below(tt.q) != tt.below || tt.p.Final() != tt.ends {
			t.Errorf("%v is below %v: %t, and an end: %t", tt.p, tt.q, !tt.below, !tt.ends)
		}
	}
}

func TestStatusOfAMessage(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	m := r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{During: func(string) {}})
	sent := r.Reports(m, sms.Sent)
	r.TellsStatus(sent, historytest.Attempt{Forged: journal.BadSignature})
	r.Views(m, "sent")
	done := r.Reaches(m, sms.Delivered)
	r.TellsStatus(done, historytest.Attempt{Outcome: journal.Unknown, Class: "lost-answer"})
	r.Views(m, "")
	r.Views("msg_9", "sent")
	r.Pending("3")
	h := read(&r)
	s := h.Sent[0]
	var states []sms.State
	for _, c := range s.Changes {
		states = append(states, c.State)
	}
	if want := []sms.State{sms.Accepted, sms.Sent, sms.Delivered}; !slices.Equal(states, want) {
		t.Errorf("the states are %v, want %v", states, want)
	}
	if len(s.Reports) != 2 || s.Reports[0].Progress != history.Left || s.Reports[1].Progress != history.Arrived || s.Reports[1].Outcome != journal.Unknown {
		t.Errorf("reports %+v; want the genuine two", s.Reports)
	}
	if len(s.Views) != 2 || !s.Views[0].Knows() || s.Views[0].Progress != history.Left || s.Views[1].Knows() {
		t.Errorf("views %+v; want sent, and nothing known", s.Views)
	}
	if len(h.Pending) != 1 || h.Pending[0].Value != "3" {
		t.Errorf("pending %+v", h.Pending)
	}
}

func TestAProbeNamesItsMessage(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	one, two := r.SendsTo("ana", "one"), ""
	for range 11 {
		two = r.SendsTo("ana", "two") // msg_12, which begins with the name of the first
	}
	for _, named := range []sms.Message{{ID: one, Batch: "b1", Reference: "mine"}, {ID: two, Batch: "b2"}, {ID: "msg_2", Batch: "b2"}} {
		m := named
		m.Direction, m.Handset, m.Line = sms.MT, r.Number("ana"), historytest.Line
		r.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
	}
	for path, want := range map[string]string{
		"/requests/b1": one, "/messages/mine": one, "/requests/b2": "",
		"/messages/" + one: one, "/messages/" + two + "/status": two, "/messages/" + two + ".json": two,
		"/status?id=" + two + "&full=1": two, "/messages/msg%5F12": two,
		"/messages/msg_": "", "/messages/%zz": "", "": "",
	} {
		views := slices.Concat(r.Entries(), []journal.Entry{{
			Seq: 1000, Kind: journal.KindProbe, Probe: &journal.Probe{Name: "status", Path: path, Status: 200, Value: "sent"},
		}})
		got := ""
		for _, s := range history.New(views, promise()).Sent {
			if len(s.Views) > 0 {
				got += s.ID
			}
		}
		if got != want {
			t.Errorf("%q asks about %q, want %q", path, got, want)
		}
	}
}

func TestWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	ana := r.Number("ana")
	for _, line := range []string{
		`app sends ana "See \"you\": tomorrow"`, `app sends ana "soon" at +24h`, `app queues ana "hold"`,
		`app sends ana`, `ana texts "hello"`, `app sends ana "open`, `"`,
	} {
		r.Line(line)
		r.Asks("ana")
	}
	want := []history.Ask{
		{Seq: 2, Handset: ana, Body: `See "you": tomorrow`},
		{Seq: 4, Handset: ana, Body: "soon", Later: true},
		{Seq: 6, Handset: ana, Body: "hold", Later: true},
		{Seq: 8, Handset: ana},
		{Seq: 10, Handset: ana},
		{Seq: 12, Handset: ana},
		{Seq: 14, Handset: ana},
	}
	if diff := cmp.Diff(want, read(&r).Asks); diff != "" {
		t.Errorf("asks (-want +got):\n%s", diff)
	}
}

func TestACallSays(t *testing.T) {
	t.Parallel()
	call := func(body string) *history.Call { return &history.Call{Request: journal.Call{Body: body}} }
	made := call("{}")
	made.Made = []*history.Sent{{Message: sms.Message{Body: "Hello \"you\". Reply STOP to end"}}}
	for _, tt := range []struct {
		call *history.Call
		text string
		want bool
	}{
		{call(`{"body":"Hello \"you\""}`), `Hello "you"`, true},
		{call(`{"body":"Hello \"you\". Reply STOP to end"}`), `Hello "you"`, true},
		{call("Body=Hello+%22you%22"), `Hello "you"`, true},
		{call("Body=Hello+%22you%22.+Bye"), `Hello "you"`, true},
		{call(`{"body":"hi"}`), "hi", true},
		{call(`{"body":"this"}`), "hi", false},
		{call("Body=hi&To=1"), "hi", true},
		{call("Body=this"), "hi", false},
		{call("%zz"), "hi", false},
		{made, `Hello "you"`, true},
		{made, "you", false},
		{call(`{"body":"bye"}`), `Hello "you"`, false},
		{call(`{"body":"bye"}`), "", false},
	} {
		if tt.call.Says(tt.text) != tt.want {
			t.Errorf("%q says %q: want %t", tt.call.Request.Body, tt.text, tt.want)
		}
	}
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b sms.Number
		want bool
	}{
		{"+18015550201", "8015550201", true},
		{"+18015550201", "018015550201", true},
		{"+919876543210", "09876543210", true},
		{"+18015550201", "+18015550202", false},
		{"12345", "12345", false},
		{"", "", false},
	} {
		if history.Alike(tt.a, tt.b) != tt.want {
			t.Errorf("%q and %q are spellings of one: want %t", tt.a, tt.b, tt.want)
		}
	}
	var r historytest.Record
	text := r.Texts("ana", "Is 3pm free?")
	for _, body := range []string{"From=%2B18015550201", `{"from":"+18015550201","to":"+18015550100"}`, `{"from":"(801) 555-0201","at":"2026-08-20T15:04:05"}`} {
		r.Tells(text, historytest.Attempt{Body: body})
	}
	r.Tells(r.Texts("ben", "Is 3pm free?"), historytest.Attempt{Body: "8015550201"})
	want := []string{"18015550201", "(801) 555-0201"}
	if got := read(&r).Spellings(r.Number("ana")); !slices.Equal(got, want) {
		t.Errorf("spellings are %q, want %q", got, want)
	}
}

func TestANumberIsAStep(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Texts("ana", "Book 3pm for 12")
	r.Texts("ana", "Book 3pm for Zoe81")
	all := read(&r).Inbound
	if all[0].Step != 12 || all[0].Canary != "" || all[1].Step != 0 || all[1].Canary != "Zoe81" {
		t.Errorf("%+v and %+v", all[0], all[1])
	}
}

// A text is owed an answer unless the application was told that its handset had
// left, by who should know.
func TestOwedToAHandsetThatIsSaidToBeOut(t *testing.T) {
	t.Parallel()
	refused := historytest.Call{Fault: journal.SayOptedOut, Refused: sms.RecipientOut}
	ask := func(r *historytest.Record) { r.Acks(r.Texts("ana", "Is 3pm free?")) }
	refuse := func(r *historytest.Record) { r.Sends(r.Number("ana"), historytest.Line, "yes", refused) }
	back := func(r *historytest.Record) (stop *historytest.Text) {
		stop = r.Texts("ana", "STOP")
		r.Acks(stop)
		r.Acks(r.Texts("ana", "START"))
		return stop
	}
	for name, tt := range map[string]struct {
		write func(*historytest.Record)
		want  bool // for the last text
	}{
		"refused before":            {func(r *historytest.Record) { refuse(r); ask(r) }, false},
		"its own answer refused":    {func(r *historytest.Record) { ask(r); refuse(r) }, true},
		"the answer to another one": {func(r *historytest.Record) { ask(r); ask(r); refuse(r) }, false},
		"refused long after":        {func(r *historytest.Record) { ask(r); ask(r); r.Quiet(); refuse(r) }, true},
		"refused, and back since":   {func(r *historytest.Record) { refuse(r); back(r); ask(r) }, true},
		"somebody else was refused": {func(r *historytest.Record) { r.Sends(r.Number("ben"), historytest.Line, "", refused); ask(r) }, true},
		"an old STOP told late":     {func(r *historytest.Record) { stop := back(r); r.TellsConsent(stop, historytest.Attempt{}); ask(r) }, true},
		"one of the same time": {func(r *historytest.Record) {
			r.AtOnce(func() { r.TellsConsent(back(r), historytest.Attempt{}) })
			ask(r)
		}, false},
		"one of the same time, later": {func(r *historytest.Record) { r.AtOnce(func() { back(r) }); ask(r) }, true},
		"failed for a STOP, told late": {func(r *historytest.Record) {
			m := r.SendsTo("ana", "hello")
			back(r)
			r.TellsStatus(r.Fails(m, sms.Refused), historytest.Attempt{})
			ask(r)
		}, false},
	} {
		var r historytest.Record
		tt.write(&r)
		h := read(&r)
		if got := h.Owed(h.Inbound[len(h.Inbound)-1]); got != tt.want {
			t.Errorf("%s: owed is %t, want %t", name, got, tt.want)
		}
	}
}
