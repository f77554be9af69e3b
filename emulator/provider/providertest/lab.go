package providertest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

// hello is what the suite texts unless the words matter.
const hello = "Your order 4411 has shipped"

// Lab is the vendor alone in a network whose clock stands still until it is
// moved, and an application.
type Lab struct {
	T   testing.TB
	Box *sandbox.Sandbox
	Env map[string]string // the sandbox's placeholders: url, key, account, secret, …
	App *App

	dialect Dialect
	emu     *emulator.Emulator
	server  string // URL
}

func newLab(t testing.TB, d Dialect) *Lab {
	t.Helper()
	emu, err := emulator.New(emulator.Options{
		Providers: []provider.Provider{d.Provider}, Clock: clock.Options{Mode: clock.Manual},
		SelfCheck: true, OffContract: emulatortest.OffContract(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(emu)
	t.Cleanup(server.Close)
	if err := emu.SetBaseURL(server.URL); err != nil {
		t.Fatal(err)
	}
	l := &Lab{T: t, Box: emu.Default(), dialect: d, emu: emu, server: server.URL}
	l.furnish()
	t.Cleanup(emu.Close)
	return l
}

// sibling is another sandbox in the same emulator, with an application of its own.
func (l *Lab) sibling() *Lab {
	l.T.Helper()
	box, err := l.emu.Make(client.SandboxOptions{Clock: &client.ClockOptions{Mode: string(clock.Manual)}})
	if err != nil {
		l.T.Fatal(err)
	}
	s := &Lab{T: l.T, Box: box, dialect: l.dialect, emu: l.emu, server: l.server}
	s.furnish()
	return s
}

func (l *Lab) furnish() {
	l.T.Helper()
	l.App = newApp(l)
	if err := l.Box.SetEndpoint(sms.Endpoint{Provider: l.dialect.Provider.Name, URL: l.App.URL + "/webhooks"}); err != nil {
		l.T.Fatal(err)
	}
	for name, value := range l.dialect.Switches {
		l.set(name, value)
	}
	l.Env = l.Box.Placeholders()[l.dialect.Provider.Name]
}

func (l *Lab) set(name, value string) {
	l.T.Helper()
	if err := l.Box.SetSwitches(l.dialect.Provider.Name, map[string]string{name: value}); err != nil {
		l.T.Fatal(err)
	}
}

// Handset is one of a hundred handsets.
func (l *Lab) Handset(n int) sms.Number {
	prefix := l.dialect.Handsets
	if prefix == "" {
		prefix = "+180155502"
	}
	return sms.Number(fmt.Sprintf("%s%02d", prefix, n))
}

// lines are the application's numbers.
func (l *Lab) lines() (numbers []sms.Number) {
	for _, e := range l.entries(journal.KindAccount)[:1] {
		for _, line := range e.Account.Lines {
			numbers = append(numbers, line.Number)
		}
	}
	return numbers
}

// Request makes a request to the vendor, without a credential; path follows
// the vendor's base URL.
func (l *Lab) Request(method, path, contentType, body string) *http.Request {
	l.T.Helper()
	r, err := http.NewRequest(method, l.Env["url"]+path, strings.NewReader(body))
	if err != nil {
		l.T.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// like is a request with the headers of a send, the credential among them.
func (l *Lab) like(method, path, body string) *http.Request {
	l.T.Helper()
	r := l.Request(method, path, "", body)
	r.Header = l.dialect.Send(l, l.Handset(0), "", hello).Header
	return r
}

// answer is what a call got.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (l *Lab) do(r *http.Request) answer {
	l.T.Helper()
	resp, err := (&http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}).Do(r)
	if err != nil {
		l.T.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		l.T.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, body}
}

// ask asks for a text from the default number.
func (l *Lab) ask(to sms.Number, body string) answer {
	l.T.Helper()
	return l.do(l.dialect.Send(l, to, "", body))
}

// send is a request that must be accepted; it returns the id that it is given.
func (l *Lab) send(to sms.Number, body string) (id string) {
	l.T.Helper()
	return l.takenID(l.ask(to, body))
}

func (l *Lab) takenID(a answer) (id string) {
	l.T.Helper()
	if a.status != l.dialect.accepted() {
		l.T.Fatalf("a good send is answered %d %s; want %d", a.status, a.body, l.dialect.accepted())
	}
	if id = l.dialect.MessageID(a.body); id == "" {
		l.T.Fatalf("the answer to a send has no message id: %s", a.body)
	}
	return id
}

// text sends a text from a handset and waits until the application knows.
func (l *Lab) text(from, to sms.Number, body string) sms.Message {
	l.T.Helper()
	m, err := l.Box.Text(l.dialect.Provider.Name, from, to, body, nil)
	if err != nil {
		l.T.Fatal(err)
	}
	l.rest()
	return m
}

// rest waits until all that is due has been answered.
func (l *Lab) rest() { l.T.Helper(); l.advance(0) }

// finish lets everything that was sent come to its end.
func (l *Lab) finish() { l.T.Helper(); l.advance(l.span() + time.Second) }

// span is how long a text takes from being accepted to its end.
func (l *Lab) span() time.Duration {
	p := l.dialect.Provider.Pace
	return p.Sending.D() + p.Sent.D() + p.Delivered.D()
}

func (l *Lab) advance(by time.Duration) {
	l.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := l.Box.Advance(ctx, clock.Move{To: l.Box.Now().Add(by)}); err != nil {
		l.T.Fatal(err)
	}
}

func (l *Lab) behave(h sms.Handset) {
	l.T.Helper()
	if err := l.Box.SetHandset(h); err != nil {
		l.T.Fatal(err)
	}
}

// told are the webhooks since the last look, read.
func (l *Lab) told() (all []Told) {
	for _, h := range l.App.taken() {
		all = append(all, l.dialect.Read(h))
	}
	return all
}

func types(all []Told) (words []string) {
	for _, t := range all {
		words = append(words, t.Type)
	}
	return words
}

// sent are the application's own texts to a handset, oldest first.
func (l *Lab) sent(to sms.Number) (own []sms.Message) {
	l.T.Helper()
	_, thread := l.Box.Handset(to)
	for _, m := range thread {
		if m.Direction == sms.MT && !m.Automatic {
			own = append(own, m)
		}
	}
	return own
}

// last is the newest of them.
func (l *Lab) last(to sms.Number) sms.Message {
	l.T.Helper()
	own := l.sent(to)
	if len(own) == 0 {
		l.T.Fatalf("the record has no text to %s", to)
	}
	return own[len(own)-1]
}

func (l *Lab) entries(kinds ...journal.Kind) (found []journal.Entry) {
	l.T.Helper()
	if err := l.Box.Journal().Each(0, func(e journal.Entry) bool {
		if len(kinds) == 0 || slices.Contains(kinds, e.Kind) {
			found = append(found, e)
		}
		return true
	}); err != nil {
		l.T.Fatal(err)
	}
	return found
}

// noMessages fails if anything was sent or received.
func (l *Lab) noMessages(after string) {
	l.T.Helper()
	if found := l.entries(journal.KindMessage, journal.KindConversation); len(found) > 0 {
		l.T.Errorf("%s left %d messages and conversations in the record", after, len(found))
	}
}

// plain takes the addresses out of a text, which differ from run to run.
func (l *Lab) plain(text string) string {
	for _, a := range []struct{ at, name string }{{l.server, "http://vendor.test"}, {l.App.URL, "http://app.test"}} {
		text = strings.ReplaceAll(text, a.at, a.name)
		text = strings.ReplaceAll(text, url.QueryEscape(a.at), url.QueryEscape(a.name))
	}
	return text
}
