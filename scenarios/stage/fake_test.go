package stage

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// fake is a network with an application in it, both as simple as can be: each
// text is told once, acknowledged, and answered as often as answers says.
type fake struct {
	mu       sync.Mutex
	entries  []journal.Entry
	now      time.Time
	due      []time.Time // what is pending; each fires a message event that says nothing
	answers  int
	restless string // why the world never comes to rest
	busy     bool   // nor does anybody say so the first time
	hooks    client.Webhooks
	switches map[string]string
	faults   []journal.Fault
	strikes  bool              // planned faults fire with the next text
	refuse   journal.FaultKind // is not planned
	more     chan struct{}     // closed when an entry is added
	did      []string
	meet     *sync.WaitGroup // texts wait here for each other
	onSettle func()
}

const acme = "acme"

func newFake() *fake {
	return &fake{
		now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), answers: 1,
		hooks: client.Webhooks{URL: "http://app/", Secrets: []string{"whsec_c2VjcmV0"}}, switches: map[string]string{"strict": "off"},
		more: make(chan struct{}),
	}
}

// wallStart is when the fake's real time begins; each entry takes 1 ms.
var wallStart = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

func (f *fake) add(e journal.Entry) journal.Entry {
	e.Seq = uint64(len(f.entries) + 1)
	e.At, e.Wall = f.now, wallStart.Add(time.Duration(len(f.entries))*time.Millisecond)
	f.entries = append(f.entries, e)
	close(f.more)
	f.more = make(chan struct{})
	return e
}

func (f *fake) log(format string, args ...any) { f.did = append(f.did, fmt.Sprintf(format, args...)) }

func (f *fake) Clock(context.Context) (client.Clock, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := client.Clock{Mode: "manual", Now: f.now, Pending: len(f.due)}
	if len(f.due) > 0 {
		c.Next = f.due[0]
	}
	return c, nil
}

func (f *fake) Advance(_ context.Context, a client.Advance) (client.Move, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	move := client.Move{From: f.now, Quiet: true}
	switch {
	case a.Next && len(f.due) > 0:
		f.now, f.due = f.due[0], f.due[1:]
		move.Fired = []journal.Entry{f.add(journal.Entry{Kind: journal.KindClock, Clock: &journal.Clock{To: f.now}})}
	case !a.To.IsZero():
		f.now = a.To
	}
	move.To = f.now
	f.log("advance to %s", f.now.Format("02 15:04"))
	return move, nil
}

func (f *fake) Settle(ctx context.Context, s client.Settle) (client.Move, error) {
	f.mu.Lock()
	busy := f.busy
	f.busy = false
	f.mu.Unlock()
	if busy {
		<-ctx.Done()
		return client.Move{}, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log("settle %s", s.Quiet.D())
	if f.onSettle != nil {
		f.onSettle()
	}
	return client.Move{Quiet: f.restless == "", Reason: f.restless}, nil
}

func (f *fake) Text(_ context.Context, from sms.Number, t client.Text) (sms.Message, error) {
	if f.meet != nil {
		f.meet.Done()
		f.meet.Wait()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log("text %q to %q", t.Body, t.To)
	mo := f.message(from, sms.MO, t.Body)
	event := f.add(journal.Entry{Kind: journal.KindEvent, Cause: mo.Seq, Event: &sms.Event{
		ID: fmt.Sprintf("evt_%d", mo.Seq), Type: sms.MessageReceived, Provider: acme, Handset: from, Message: mo.Message,
	}})
	f.strike()
	a := journal.Attempt{
		ID: event.Event.ID + "/1", Event: event.Event.ID, Neutral: sms.MessageReceived, Provider: acme,
		Handset: from, Message: mo.Message.ID, Number: 1, Why: journal.First,
	}
	f.add(journal.Entry{Kind: journal.KindAttemptStarted, Cause: event.Seq, Attempt: &a})
	ended := a
	ended.Outcome, ended.Status, ended.Limit = journal.OK, http.StatusOK, sms.Duration(time.Second)
	f.add(journal.Entry{Kind: journal.KindAttemptEnded, Attempt: &ended})
	for range f.answers {
		f.send(from, "yes")
	}
	return *mo.Message, nil
}

func (f *fake) Resend(_ context.Context, event string) (journal.Attempt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log("resend %s", event)
	return journal.Attempt{}, nil
}

func (f *fake) message(handset sms.Number, d sms.Direction, body string) journal.Entry {
	return f.add(journal.Entry{Kind: journal.KindMessage, Message: &sms.Message{
		ID: fmt.Sprintf("msg_%d", len(f.entries)), Provider: acme, Direction: d, Conversation: "cnv_" + string(handset),
		Handset: handset, Line: "+18015550100", Body: body, State: sms.Delivered,
	}})
}

// send is a call of the application that makes a message.
func (f *fake) send(to sms.Number, body string) {
	id := fmt.Sprintf("call_%d", len(f.entries))
	call := func(kind journal.Kind, c journal.Call) {
		c.ID, c.Provider = id, acme
		f.add(journal.Entry{Kind: kind, Call: &c})
	}
	call(journal.KindCall, journal.Call{Method: http.MethodPost})
	call(journal.KindAccepted, journal.Call{Message: fmt.Sprintf("msg_%d", len(f.entries)+1), Handset: to, Line: "+18015550100"})
	f.message(to, sms.MT, body)
	call(journal.KindTold, journal.Call{Status: http.StatusCreated})
}

func (f *fake) strike() {
	for i := range f.faults {
		if f.strikes && f.faults[i].State == waiting {
			f.faults[i].State = "fired"
			fired := f.faults[i]
			f.add(journal.Entry{Kind: journal.KindFaultFired, Fault: &fired})
		}
	}
}

func (f *fake) SetHandset(_ context.Context, n sms.Number, b client.Behaviour) (client.Handset, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log("handset reachable=%v", b.Reachable == nil || *b.Reachable)
	return client.Handset{Handset: sms.NewHandset(n)}, nil
}

func (f *fake) Webhooks(context.Context, string) (client.Webhooks, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hooks, nil
}

func (f *fake) SetWebhooks(_ context.Context, _ string, w client.Webhooks) (client.Webhooks, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hooks = w
	f.log("webhooks timeout=%s secrets=%d", w.Timeout.D(), len(w.Secrets))
	return w, nil
}

func (f *fake) Switches(context.Context, string) (map[string]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.switches), nil
}

func (f *fake) SetSwitches(_ context.Context, _ string, values map[string]string) (map[string]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, value := range values {
		if _, known := f.switches[name]; !known {
			return nil, &client.Error{Status: http.StatusBadRequest, Detail: "no switch " + name}
		}
		f.switches[name] = value
		f.log("switch %s %s", name, value)
	}
	return f.switches, nil
}

func (f *fake) PlanFault(_ context.Context, fault journal.Fault) (journal.Fault, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault.Kind == f.refuse {
		return fault, &client.Error{Status: http.StatusBadRequest, Detail: "not here"}
	}
	fault.ID, fault.State = fmt.Sprintf("fault-%d", len(f.faults)+1), waiting
	f.faults = append(f.faults, fault)
	kept := fault
	f.add(journal.Entry{Kind: journal.KindFaultPlanned, Fault: &kept})
	return fault, nil
}

func (f *fake) CancelFault(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log("cancel %s", id)
	return nil
}

func (f *fake) Faults(context.Context) ([]journal.Fault, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]journal.Fault(nil), f.faults...), nil
}

func (f *fake) Journal(_ context.Context, q client.JournalQuery) (client.JournalPage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	rest := f.entries[q.After:]
	rest = rest[:min(len(rest), q.Limit)]
	return client.JournalPage{Entries: append([]journal.Entry(nil), rest...)}, nil
}

func (f *fake) Follow(ctx context.Context, after uint64, fn func(journal.Entry) bool) error {
	for {
		f.mu.Lock()
		rest, more := append([]journal.Entry(nil), f.entries[after:]...), f.more
		f.mu.Unlock()
		for _, e := range rest {
			if !fn(e) {
				return nil
			}
			after = e.Seq
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *fake) Note(_ context.Context, n client.Note) (journal.Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.add(journal.Entry{Kind: n.Kind, Marker: n.Marker, Probe: n.Probe, Process: n.Process}), nil
}

// stage is a world around the fake.
func (f *fake) stage() *World {
	app := &sut.SUT{
		Name: "fake", Webhooks: map[string]string{acme: "http://app/"},
		Replies: []sut.Reply{{To: "quiet please"}, {To: "free?", Expect: 1}, {To: "book for {{token}}", Expect: 1}},
	}
	o := Options{SUT: app, Seed: 7}
	return &World{o: o, provider: acme, net: f, sut: app, lines: []sms.Number{"+18015550100", "+18015550101"}, drop: func() {}, taken: map[sms.Number]bool{}}
}

// play runs a script of its own on a stage.
func (w *World) script(t *testing.T, script string) report.Result {
	t.Helper()
	p, err := page.Parse("test.txtar", []byte("# a test\nprovider any\n-- script --\n"+script))
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Play(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r[0]
}
