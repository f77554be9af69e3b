package surge

import (
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// epoch is the moment at which every fake world stands still.
var epoch = time.Date(2026, 8, 20, 15, 4, 5, 678_000_000, time.UTC)

// world is a small network in memory: what a dialect sees of the engine.
type world struct {
	now      time.Time
	minted   uint64
	account  sms.Account
	contacts []sms.Contact
	threads  []sms.Conversation
	messages []sms.Message
	media    map[string]sms.Media
	out      map[sms.Number]bool
	used     map[sms.Number]int
	settings map[string]string
	trial    bool
	asked    sms.Outbound // the last that Send was given
	front    http.Handler
}

func newWorld(settings ...string) *world {
	w := &world{
		now: epoch, media: map[string]sms.Media{}, out: map[sms.Number]bool{}, used: map[sms.Number]int{},
		settings: map[string]string{},
	}
	for i := 0; i < len(settings); i += 2 {
		w.settings[settings[i]] = settings[i+1]
	}
	w.account = New().Setup(w.mint).Account
	w.front = w.mount(New())
	return w
}

// mount serves the routes as a network does, without its guards.
func (w *world) mount(p provider.Provider) http.Handler {
	mux := http.NewServeMux()
	for _, route := range p.Routes {
		mux.HandleFunc(route.Pattern, func(rw http.ResponseWriter, r *http.Request) {
			if err := route.Serve(w, rw, r); err != nil {
				p.Refuse(rw, r, err)
			}
		})
	}
	return mux
}

// answer is what a call got.
type answer struct {
	status int
	header http.Header
	body   string
}

// call asks for something; body is JSON, "" for none.
func (w *world) call(t testing.TB, method, path, body string) answer {
	t.Helper()
	r := httptest.NewRequest(method, strings.ReplaceAll(path, "{account}", w.account.ID), strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return w.serve(t, r)
}

func (w *world) serve(t testing.TB, r *http.Request) answer {
	t.Helper()
	rec := httptest.NewRecorder()
	w.front.ServeHTTP(rec, r)
	body, err := io.ReadAll(rec.Result().Body)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	return answer{rec.Code, rec.Result().Header, string(body)}
}

// send posts a message.
func (w *world) send(t testing.TB, body string) answer {
	t.Helper()
	return w.call(t, "POST", "/accounts/{account}/messages", body)
}

func (w *world) mint(kind sms.Kind) string {
	w.minted++
	var entropy [16]byte
	binary.BigEndian.PutUint64(entropy[8:], w.minted*0x9e3779b97f4a7c15)
	return newID(kind, w.now, entropy)
}

func (w *world) Book() provider.Book { return w }
func (w *world) Now() time.Time      { return w.now }

func (w *world) Context() provider.Context {
	return provider.Context{
		Provider: "surge", Base: "http://127.0.0.1:4010/surge", Trial: w.trial, Request: "req_1",
		Settings: func(name string) string { return w.settings[name] },
	}
}

func (w *world) Account(id string) (sms.Account, bool) { return w.account, id == w.account.ID }

func (w *world) Line(account, idOrNumber string) (sms.Line, bool) {
	return find(w.account.Lines, func(l sms.Line) bool {
		return account == w.account.ID && (l.ID == idOrNumber || string(l.Number) == idOrNumber)
	})
}

func (w *world) Contact(id string) (sms.Contact, bool) {
	return find(w.contacts, func(c sms.Contact) bool { return c.ID == id })
}

func (w *world) ContactOf(account string, n sms.Number) (sms.Contact, bool) {
	return find(w.contacts, func(c sms.Contact) bool { return c.Account == account && c.Number == n })
}

func (w *world) Conversation(id string) (sms.Conversation, bool) {
	return find(w.threads, func(c sms.Conversation) bool { return c.ID == id })
}

func (w *world) Message(id string) (sms.Message, bool) {
	return find(w.messages, func(m sms.Message) bool { return m.ID == id })
}

func (w *world) Media(id string) (sms.Media, bool) {
	m, ok := w.media[id]
	return m, ok
}

func (w *world) Messages(_ string, p sms.Page) (sms.Slice[sms.Message], bool) {
	return cut(w.messages, p, func(m sms.Message) string { return m.ID })
}

func (w *world) Contacts(_ string, p sms.Page) (sms.Slice[sms.Contact], bool) {
	return cut(w.contacts, p, func(c sms.Contact) string { return c.ID })
}

func (w *world) Save(c sms.Contact) (sms.Contact, *sms.Error) {
	if known, ok := w.ContactOf(c.Account, c.Number); ok && known.ID != c.ID {
		return known, sms.Fail(sms.Taken, "the number has a contact")
	}
	if c.ID == "" {
		c.ID = w.mint(sms.KindContact)
		w.contacts = append(w.contacts, c)
		return c, nil
	}
	i := slices.IndexFunc(w.contacts, func(known sms.Contact) bool { return known.ID == c.ID })
	w.contacts[i] = c
	return c, nil
}

func (w *world) Send(o sms.Outbound) (sms.Message, *sms.Error) {
	w.asked = o
	if t, ok := w.Conversation(o.Conversation); ok {
		o.Handset, o.Line = t.Handset, t.Line
	}
	if o.Line == "" {
		o.Line = w.account.Lines[0].Number
	}
	who, known := w.ContactOf(o.Account, o.Handset)
	if !known {
		if o.Contact != nil {
			who = *o.Contact
		}
		who.Provider, who.Account, who.Number = "surge", o.Account, o.Handset
		who, _ = w.Save(who)
	}
	if err := w.mayText(o, who); err != nil {
		return sms.Message{}, err
	}
	return w.keep(o, who), nil
}

func (w *world) mayText(o sms.Outbound, who sms.Contact) *sms.Error {
	line, _ := w.Line(o.Account, string(o.Line))
	w.used[o.Line]++
	switch {
	case w.out[o.Handset]:
		return sms.Fail(sms.RecipientOut, "opted out")
	case who.Disabled:
		return sms.Fail(sms.RecipientOff, "sends are disabled")
	case line.Cap > 0 && w.used[o.Line] > line.Cap:
		return sms.Fail(sms.DemoLimit, "used up")
	}
	return nil
}

func (w *world) keep(o sms.Outbound, who sms.Contact) sms.Message {
	thread, known := find(w.threads, func(c sms.Conversation) bool { return c.Handset == o.Handset && c.Line == o.Line })
	if !known {
		thread = sms.Conversation{
			ID: w.mint(sms.KindConversation), Provider: "surge", Account: o.Account,
			Handset: o.Handset, Line: o.Line, Contact: who.ID, Created: w.now,
		}
		w.threads = append(w.threads, thread)
	}
	m := sms.Message{
		ID: w.mint(sms.KindMessage), Provider: "surge", Account: o.Account, Direction: sms.MT,
		Conversation: thread.ID, Contact: who.ID, Handset: o.Handset, Line: o.Line,
		Body: o.Body, Metadata: o.Metadata, State: sms.Scheduled, Created: w.now, SendAt: o.SendAt, Changed: w.now,
	}
	if o.SendAt.IsZero() {
		m.State, m.Body = sms.Accepted, render(o.Body, who)
	}
	for _, a := range o.Media {
		a.ID = w.mint(sms.KindMedia)
		w.media[a.ID] = a
		m.Media = append(m.Media, a)
	}
	w.messages = append(w.messages, m)
	return m
}

func find[T any](all []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	var zero T
	return zero, false
}

// cut is the page of a list that is kept oldest first.
func cut[T any](all []T, p sms.Page, id func(T) string) (sms.Slice[T], bool) {
	all = slices.Clone(all)
	slices.Reverse(all)
	from, to := 0, min(p.Limit, len(all))
	if anchor := p.After + p.Before; anchor != "" {
		at := slices.IndexFunc(all, func(v T) bool { return id(v) == anchor })
		if at < 0 {
			return sms.Slice[T]{}, false
		}
		from, to = at+1, min(at+1+p.Limit, len(all))
		if p.Before != "" {
			from, to = max(0, at-p.Limit), at
		}
	}
	return sms.Slice[T]{Items: all[from:to], Earlier: from > 0, Further: to < len(all)}, true
}
