package providertest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/sms"
)

// hear: a text from a handset reaches the application word for word.
func hear(t *testing.T, d Dialect) {
	l := newLab(t, d)
	ana := l.Handset(0)
	for n, body := range []string{
		"Is 3pm free?", `"Yes" & no; 5% + <b> \ €`, "👍🏽 ñandú\nsecond line", " spaces ", "null", strings.Repeat("long ", 400),
	} {
		want := d.Hears
		if n == 0 {
			want = slices.Concat(d.Opens, d.Hears)
		}
		m := l.text(ana, "", body)
		got := l.told()
		if diff := cmp.Diff(want, types(got)); diff != "" {
			t.Fatalf("webhooks of text %d (-want +got):\n%s", n+1, diff)
		}
		if told := got[len(got)-1]; told.Message != m.ID || told.Handset != ana || told.Text != body {
			t.Errorf("text %q of %s is told as %+v; want message %s", body, ana, told, m.ID)
		}
	}
}

// conversation: a handset and a line have one conversation for ever, whoever
// texts; another line or handset has another.
func conversation(t *testing.T, d Dialect) {
	l := newLab(t, d)
	ana, ben, lines := l.Handset(0), l.Handset(1), l.lines()
	if len(lines) < 2 {
		t.Fatalf("a new account has %d lines; want 2", len(lines))
	}
	seen := map[[2]sms.Number]string{}
	look := func(m sms.Message) {
		t.Helper()
		l.finish()
		pair := [2]sms.Number{m.Handset, m.Line}
		for other, id := range seen {
			if (id == m.Conversation) != (other == pair) {
				t.Errorf("conversation %s is of %v and of %v", id, other, pair)
			}
		}
		seen[pair] = m.Conversation
		for _, told := range l.told() {
			if told.Conversation != "" && told.Conversation != m.Conversation {
				t.Errorf("%s names conversation %s; the record has %s", told.Type, told.Conversation, m.Conversation)
			}
		}
	}
	for range 2 {
		for _, handset := range []sms.Number{ana, ben} {
			for _, line := range lines[:2] {
				look(l.text(handset, line, "Hello"))
				l.takenID(l.do(d.Send(l, handset, line, hello)))
				if m := l.last(handset); m.Line != line {
					t.Errorf("a send from %s goes from %s", line, m.Line)
				}
				look(l.last(handset))
			}
		}
		l.advance(400 * 24 * time.Hour)
	}
	if len(seen) != 4 {
		t.Errorf("%d conversations; want 4", len(seen))
	}
}

// reply: a send can name a conversation; one that is nobody's is refused.
func reply(t *testing.T, d Dialect) {
	l := newLab(t, d)
	ana, line := l.Handset(0), l.lines()[1]
	heard := l.text(ana, line, "Is 3pm free?")
	l.text(ana, "", "Hello?")
	l.takenID(l.do(d.Reply(l, heard.Conversation, "Yes")))
	if m := l.last(ana); m.Conversation != heard.Conversation || m.Line != line {
		t.Errorf("the reply goes from %s in %s; want %s in %s", m.Line, m.Conversation, line, heard.Conversation)
	}
	nobody := newLab(t, d)
	a := nobody.do(d.Reply(nobody, heard.Conversation, "Yes"))
	nobody.golden("reply-to-nobody.txt", a.text())
	nobody.refused("a reply to nobody", a)
	nobody.noMessages("a reply to nobody")
}

// consent: STOP and START do what the vendor says to the sends that follow.
func consent(t *testing.T, d Dialect) {
	l := newLab(t, d)
	words := d.Provider.Keywords
	for n, stop := range words.Stop {
		who := l.Handset(n)
		start := words.Start[n%len(words.Start)]
		l.wantDelivered(who)
		l.text(who, "", " "+strings.ToLower(stop)+"\n")
		l.wantStopped(who, n == 0)
		l.text(who, "", stop)
		l.wantStopped(who, false)
		l.text(who, "", start)
		l.wantDelivered(who)
	}
	for n, start := range words.StartIfOut {
		who := l.Handset(60 + n)
		l.text(who, "", stopWord(d))
		l.text(who, "", start)
		l.wantDelivered(who)
	}
}

// wantStopped sends to a handset that texted STOP.
func (l *Lab) wantStopped(to sms.Number, first bool) {
	l.T.Helper()
	switch l.dialect.OptOut {
	case sms.BlockNever:
		l.wantDelivered(to)
	case sms.BlockFail:
		l.wantFailed(to, sms.Refused)
	case sms.BlockRefuse:
		before := len(l.sent(to))
		a := l.ask(to, hello)
		l.refused("a send to who opted out", a)
		if first {
			l.golden("opted-out.txt", a.text())
		}
		if len(l.sent(to)) != before {
			l.T.Errorf("a send to %s is refused, and made all the same", to)
		}
	}
}

// keywords: only the words themselves count, and the vendor answers them with
// texts that are not the application's.
func keywords(t *testing.T, d Dialect) {
	l := newLab(t, d)
	words := d.Provider.Keywords
	for n, body := range append([]string{"please stop", "STOP IT", "STOP.", "S T O P", "restart", "Yes please"}, words.Help...) {
		l.text(l.Handset(n), "", body)
		l.wantDelivered(l.Handset(n))
	}
	for n, word := range slices.Concat(words.Stop[:1], words.Start[:1], words.Help) {
		who := l.Handset(50 + n)
		l.App.taken()
		l.text(who, "", word)
		l.finish()
		for _, told := range l.told() {
			if slices.Contains(d.Life, told.Type) {
				t.Errorf("the vendor's own answer to %s is told as %s", word, told.Type)
			}
		}
		_, thread := l.Box.Handset(who)
		want := words.Reply != nil && words.Reply(words.Match(word, false), "Switchhook") != ""
		if answered := thread[len(thread)-1].Automatic; answered != want {
			t.Errorf("%s is answered by the vendor: %v; want %v", word, answered, want)
		}
	}
}
