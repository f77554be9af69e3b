package providertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// accept: a send is answered in the vendor's shape, with the same bytes in
// every run, and is in the record without its credential.
func accept(t *testing.T, d Dialect) {
	l := newLab(t, d)
	to := l.Handset(0)
	a := l.ask(to, hello)
	l.golden("send.txt", a.text())
	if err := a.wellFormed(); err != nil {
		t.Errorf("the answer %s: %v", a.body, err)
	}
	id, own := l.takenID(a), l.sent(to)
	if len(own) != 1 || own[0].ID != id && own[0].Batch != id || own[0].Body != hello || own[0].Line != l.lines()[0] {
		t.Errorf("the record has %+v; want one text %q, known as %s, from %s", own, hello, id, l.lines()[0])
	}
	done := l.entries(journal.KindAccepted, journal.KindRefused, journal.KindTold)
	if again := l.send(to, hello); again == id || len(l.sent(to)) != 2 {
		t.Errorf("the same send once more has the id %s, after %s", again, id)
	}
	if len(done) != 2 || done[0].Kind != journal.KindAccepted || done[0].Call.Message != own[0].ID ||
		done[1].Kind != journal.KindTold || done[1].Call.Status != a.status || done[1].Call.Answer != string(a.body) {
		t.Errorf("the record of the call is %+v", done)
	}
	secrets := []string{d.Send(l, to, "", hello).Header.Get("Authorization"), l.Env["key"], l.Env["secret"]}
	for _, e := range l.entries() {
		for _, secret := range secrets {
			if secret != "" && strings.Contains(fmt.Sprintf("%+v %+v %+v", e.Call, e.Attempt, e.Endpoint), secret) {
				t.Errorf("the record gives the secret %q away in entry %d", secret, e.Seq)
			}
		}
	}
}

// story is a script in which everything happens that a webhook tells of. One
// handset plays it: what happens to it is told in order.
func story(l *Lab) {
	l.T.Helper()
	ana := l.Handset(0)
	l.send(ana, hello)
	l.finish()
	l.text(ana, "", "Is 3pm free? 5% & <more> ✅")
	l.send(ana, "Yes, it is")
	l.finish()
	away := sms.NewHandset(ana)
	away.Reachable = false
	l.behave(away)
	l.send(ana, "You will not get this")
	l.finish()
	silent := sms.NewHandset(ana)
	silent.Receipts = false
	l.behave(silent)
	l.send(ana, "Nobody will know that you got this")
	l.finish()
	l.behave(sms.NewHandset(ana))
	l.text(ana, "", stopWord(l.dialect))
	l.text(ana, "", startWord(l.dialect))
	l.send(ana, "Welcome back")
	l.finish()
}

func stopWord(d Dialect) string  { return append(d.Provider.Keywords.Stop, "STOP")[0] }
func startWord(d Dialect) string { return append(d.Provider.Keywords.Start, "START")[0] }

// webhooks: every kind of event has its webhook, with the same bytes in every run.
func webhooks(t *testing.T, d Dialect) {
	l := newLab(t, d)
	begin := l.Box.Now()
	story(l)
	var out strings.Builder
	for n, h := range l.App.taken() {
		if d.Verify != nil && d.Verify(h, l.secret()) != nil {
			t.Errorf("webhook %d is not signed rightly: %s", n+1, h.Body)
		}
		fmt.Fprintf(&out, "> after %v: %s %s\nContent-Type: %s\n\n%s\n\n", h.Virtual.Sub(begin), h.Method, h.Path, h.Header.Get("Content-Type"), h.Body)
	}
	l.golden("webhooks.txt", out.String())
	told := map[sms.EventType]bool{}
	for _, e := range l.entries(journal.KindAttemptEnded) {
		told[e.Attempt.Neutral] = true
		if e.Attempt.Type == "" || e.Attempt.Outcome != journal.OK {
			t.Errorf("attempt %s of %q ended %s", e.Attempt.ID, e.Attempt.Type, e.Attempt.Outcome)
		}
	}
	for _, kind := range sms.EventTypes() {
		want := slices.Contains(d.Provider.Events, kind) && d.Behind[kind] == ""
		if told[kind] != want {
			t.Errorf("webhooks for %s came: %v; want %v", kind, told[kind], want)
		}
	}
}

// life: a text is told of from its beginning to its delivery, at the vendor's pace.
func life(t *testing.T, d Dialect) {
	l := newLab(t, d)
	to, begin := l.Handset(0), l.Box.Now()
	for n, want := range [][]string{slices.Concat(d.Opens, d.Life), d.Life} {
		id := l.send(to, hello)
		l.finish()
		hooks := l.App.taken()
		var got []Told
		for _, h := range hooks {
			got = append(got, d.Read(h))
		}
		if diff := cmp.Diff(want, types(got)); diff != "" {
			t.Fatalf("webhooks of text %d (-want +got):\n%s", n+1, diff)
		}
		for _, told := range got[len(want)-len(d.Life):] {
			if told.Message != id || told.Handset != to {
				t.Errorf("%s is about message %q to %q; want %q to %q", told.Type, told.Message, told.Handset, id, to)
			}
		}
		if after := hooks[len(hooks)-1].Virtual.Sub(begin); after != l.span() {
			t.Errorf("text %d is told delivered after %v; want %v", n+1, after, l.span())
		}
		if m := l.last(to); m.State != sms.Delivered {
			t.Errorf("the record says %s", m.State)
		}
		begin = l.Box.Now()
	}
}

// reasons: whatever a handset does to a text is told in the vendor's words.
func reasons(t *testing.T, d Dialect) {
	l := newLab(t, d)
	for n, why := range sms.Reasons() {
		h := sms.NewHandset(l.Handset(n))
		h.Failure = why
		l.behave(h)
		if why == sms.NoMMS { // strikes no SMS
			l.wantDelivered(h.Number)
			continue
		}
		l.wantFailed(h.Number, why)
	}
	off := sms.NewHandset(l.Handset(98))
	off.Reachable = false
	l.behave(off)
	l.wantFailed(off.Number, sms.Unreachable)
	silent := sms.NewHandset(l.Handset(99))
	silent.Receipts = false
	l.behave(silent)
	l.wantUnconfirmed(silent.Number)
}

// outcome sends a text, lets it end and returns it with the webhooks about it.
func (l *Lab) outcome(to sms.Number) (m sms.Message, about []Told) {
	l.T.Helper()
	l.App.taken()
	id := l.send(to, hello)
	l.finish()
	for _, told := range l.told() {
		if told.Message == id {
			about = append(about, told)
		}
	}
	if len(about) == 0 {
		about = []Told{{}}
	}
	return l.last(to), about
}

func (l *Lab) wantDelivered(to sms.Number) {
	l.T.Helper()
	m, about := l.outcome(to)
	if diff := cmp.Diff(l.dialect.Life, types(about)); diff != "" || m.State != sms.Delivered {
		l.T.Errorf("a text to %s is %s; its webhooks (-want +got):\n%s", to, m.State, diff)
	}
}

func (l *Lab) wantFailed(to sms.Number, why sms.Reason) {
	l.T.Helper()
	m, about := l.outcome(to)
	word, said := l.dialect.Provider.Reasons[why], about[len(about)-1].Reason
	if m.State != sms.Failed || m.Reason != why || word == "" || said != word {
		l.T.Errorf("a text to %s is %s for %q, told as %q; want failed for %q, told as %q", to, m.State, m.Reason, said, why, word)
	}
	if end := l.dialect.Life[len(l.dialect.Life)-1]; word != "" && about[len(about)-1].Type == end {
		l.T.Errorf("a text to %s that fails for %q ends with %s", to, why, end)
	}
}

// wantUnconfirmed sends a text of which no receipt comes: nobody says that it
// was delivered or that it failed.
func (l *Lab) wantUnconfirmed(to sms.Number) {
	l.T.Helper()
	m, about := l.outcome(to)
	end := about[len(about)-1]
	if m.State != sms.Sent || m.Next != nil || end.Reason != "" {
		l.T.Errorf("a text to %s without a receipt is %s, told as %+v", to, m.State, end)
	}
	if kind := l.dialect.Life[len(l.dialect.Life)-1]; end.Type == kind {
		l.T.Errorf("a text to %s without a receipt ends with %s", to, kind)
	}
}

// magic: the numbers that always behave in one way do so.
func magic(t *testing.T, d Dialect) {
	l := newLab(t, d)
	for _, m := range d.Provider.Magic {
		h, _ := l.Box.Handset(m.Number)
		switch {
		case m.Failure == sms.NoMMS, m.NoMMS: // strike no SMS
			l.wantDelivered(m.Number)
			if h.MMS && h.Failure != sms.NoMMS {
				t.Errorf("%s takes MMS; want none", m.Number)
			}
		case m.Failure != "":
			l.wantFailed(m.Number, m.Failure)
		case m.Silent:
			l.wantUnconfirmed(m.Number)
		default:
			l.wantDelivered(m.Number)
		}
	}
}
