package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

func (d *desk) wakes() []string {
	d.vendor.mu.Lock()
	defer d.vendor.mu.Unlock()
	return slices.Clone(d.vendor.woken)
}

func TestWokenOnceAndOnlyWhenDue(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at := func(by time.Duration) time.Time { return d.box.Now().Add(by) }
	doc := func(id, body string, due time.Time) *sms.Document {
		return &sms.Document{ID: id, Kind: group, Body: json.RawMessage(body), Due: due}
	}
	d.vendor.wake = func(net provider.Network, v sms.Document) { // the dialect keeps it as it came
		if err := net.Do(&v); err != nil {
			t.Error(err)
		}
	}
	hour, two := at(time.Hour), at(2*time.Hour)
	d.make(doc("plain", "1", hour), doc("changed", "1", hour), doc("later", "1", hour), doc("gone", "1", hour), doc("never", "1", hour), doc("none", "1", time.Time{}))
	gone := doc("gone", "2", hour)
	gone.Gone = true
	d.make(doc("changed", "2", hour), doc("later", "2", two), gone, doc("never", "2", time.Time{}))
	d.advance(time.Hour - time.Second)
	if got := d.wakes(); got != nil {
		t.Errorf("before it was due: %v", got)
	}
	d.advance(time.Second)
	d.advance(3 * time.Hour)
	want := []string{"plain 1 at 01:00:00", "changed 2 at 01:00:00", "later 2 at 02:00:00"}
	if diff := cmp.Diff(want, d.wakes()); diff != "" {
		t.Errorf("woken (-want +got):\n%s", diff)
	}
	d.make(doc("plain", "3", at(-time.Minute)))
	d.advance(0)
	if got := d.wakes(); len(got) != 4 || got[3] != "plain 3 at 04:00:00" {
		t.Errorf("what is due already: %v", got)
	}
}

// TestWhatADialectDoesWhenWoken follows from the document, and is no call of
// the application.
func TestWhatADialectDoesWhenWoken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.vendor.wake = func(net provider.Network, v sms.Document) {
		if _, err := net.Send(sms.Outbound{Account: "acct", Handset: ana, Body: "due"}); err != nil {
			t.Error(err)
		}
		if net.Context().Request != "" || net.Context().Provider != "acme" {
			t.Errorf("it is woken in %+v", net.Context())
		}
	}
	d.make(&sms.Document{ID: "it", Kind: group, Due: d.box.Now().Add(time.Minute)})
	d.plan(journal.Fault{Kind: journal.ErrorBefore})
	d.advance(time.Minute)
	messages, documents := d.entries(journal.KindMessage), d.entries(journal.KindDocument)
	if len(messages) == 0 || len(documents) != 2 || messages[0].Cause != documents[1].Seq || !documents[1].Document.Due.IsZero() {
		t.Errorf("messages %+v, documents %+v", messages, documents)
	}
	if got := len(d.entries(journal.KindAccepted)) + len(d.entries(journal.KindRefused)); got != 0 {
		t.Errorf("%d sends are recorded as the application's", got)
	}
	if f := d.box.Faults()[0]; f.Seen != 0 {
		t.Errorf("a rule on calls looked at it: %+v", f)
	}
}

func TestDialectHearsWhatIsTexted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.text(ana, "hello")
	if _, err := d.box.Text("", "nobody", "", "x", nil); err == nil {
		t.Error("a text from nobody is taken")
	}
	if diff := cmp.Diff([]string{"hello"}, d.vendor.heard); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}

func TestChangesAreMadeAllOrNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.make(&sms.Contact{Account: "acct", Number: ana})
	before := d.entries(journal.KindContact)
	for name, bad := range map[string]sms.Change{
		"taken":               &sms.Contact{Account: "acct", Number: ana},
		"endpoint elsewhere":  &sms.Endpoint{URL: "http://192.0.2.1/"},
		"endpoint of no kind": &sms.Endpoint{URL: d.app.url, Events: []sms.EventType{"message.read"}},
	} {
		contact, line := sms.Contact{Account: "acct", Number: ben}, sms.Account{Lines: []sms.Line{{Number: "+18015550199"}}}
		endpoint := sms.Endpoint{URL: d.app.url, Secrets: []string{"x"}}
		rec := d.ask(func(net provider.Network) *sms.Error { return net.Do(&contact, &line, &endpoint, bad) })
		if rec.Code != 400 || contact.ID+line.ID+line.Lines[0].ID+endpoint.ID != "" {
			t.Errorf("%s: told %d %s; the ids are %q %q %q", name, rec.Code, rec.Body, contact.ID, line.ID, endpoint.ID)
		}
	}
	if now := d.entries(journal.KindContact); !cmp.Equal(before, now) || len(d.box.Endpoints()) != 1 {
		t.Errorf("something was made: %v, %v", now, d.box.Endpoints())
	}
}

func TestChangesOnAFullDisk(t *testing.T) {
	t.Parallel()
	disk := &fullDisk{left: 1 << 30}
	vendor := newAcme("acme")
	o := options(t)
	o.Providers = []provider.Provider{vendor.Provider}
	o.Store = func() journal.Store { return disk }
	l := labWith(t, o)
	l.env = l.box.Placeholders()["acme"]
	d := &desk{l, vendor}
	disk.leave(1) // the call
	endpoint := sms.Endpoint{URL: d.app.url, Secrets: []string{"x"}}
	if rec := d.ask(func(net provider.Network) *sms.Error { return net.Do(&endpoint) }); rec.Code != 500 || endpoint.ID != "" {
		t.Errorf("told %d %s, id %q", rec.Code, rec.Body, endpoint.ID)
	}
	if all := d.box.Endpoints(); len(all) != 1 {
		t.Errorf("the endpoints are %+v", all)
	}
}

// TestVendorsSeeNothingOfEachOther although they chose the same ids.
func TestVendorsSeeNothingOfEachOther(t *testing.T) {
	t.Parallel()
	one, two := newAcme("acme"), newAcme("other")
	o := options(t)
	o.Providers = []provider.Provider{one.Provider, two.Provider}
	l := labWith(t, o)
	l.env = l.box.Placeholders()["acme"]
	d := &desk{l, one}
	endpoint := sms.Endpoint{URL: d.app.url, Secrets: []string{"x"}}
	var sent sms.Message
	rec := d.ask(func(net provider.Network) *sms.Error {
		var err *sms.Error
		sent, err = net.Send(sms.Outbound{Account: "acct", Handset: ana, Body: "x", Line: "+18015550100"})
		if err != nil {
			return err
		}
		return net.Do(&sms.Document{ID: "it", Kind: group, Keys: []string{"red"}, New: true}, &endpoint)
	})
	if rec.Code != 200 {
		t.Fatalf("told %d %s", rec.Code, rec.Body)
	}
	l.env, l.api = l.box.Placeholders()["other"], face(l.box, two.Provider)
	d = &desk{l, two}
	rec = d.ask(func(net provider.Network) *sms.Error {
		book := net.Book()
		_, message := book.Message(sent.ID)
		_, conversation := book.Conversation(sent.Conversation)
		_, contact := book.Contact(sent.Contact)
		_, doc := book.Document(group, "it")
		_, named := book.Document(group, "red")
		_, hook := book.Endpoint(endpoint.ID)
		messages, _ := book.Messages("", "", sms.Page{Limit: 9})
		if message || conversation || contact || doc || named || hook || len(messages.Items) > 0 {
			t.Errorf("the other vendor sees %v %v %v %v %v %v %v", message, conversation, contact, doc, named, hook, messages)
		}
		if err := net.Do(&sms.Endpoint{ID: endpoint.ID, URL: d.app.url}); err == nil || err.Code != sms.Taken {
			t.Errorf("it changes the endpoint: %v", err)
		}
		return net.Do(&sms.Document{ID: "it", Kind: group, Keys: []string{"red"}, New: true})
	})
	if rec.Code != 200 {
		t.Errorf("told %d %s", rec.Code, rec.Body)
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	off := func(s provider.Settings) bool { return s("limit") == "0" }
	d := newDesk(t, func(p *provider.Provider) {
		p.Rates = []provider.Rate{
			{Name: "asks", Routes: []string{"POST /ask"}, Limit: 2, Window: time.Minute, Unless: off},
			{Name: "all", Limit: 100, Window: time.Hour},
		}
	})
	nothing := func(provider.Network) *sms.Error { return nil }
	var got []string
	ask := func(after time.Duration) {
		d.advance(after)
		rec := d.ask(nothing)
		got = append(got, strings.TrimSpace(fmt.Sprint(rec.Code, " ", rec.Body, " ", rec.Header().Get("Retry-After"))))
	}
	for _, after := range []time.Duration{0, 20 * time.Second, 10 * time.Second, 29 * time.Second, time.Second, 0, 19 * time.Second, time.Second} {
		ask(after)
	}
	want := []string{
		"200 done 1", "200 done 0", "429 rate-limited 30", "429 rate-limited 1", // the refused ones do not count
		"200 done 0", "429 rate-limited 20", "429 rate-limited 1", "200 done 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if err := d.box.SetSwitches("acme", map[string]string{"limit": "0"}); err != nil {
		t.Fatal(err)
	}
	got = nil
	ask(0)
	if diff := cmp.Diff([]string{"200 done 99"}, got); diff != "" {
		t.Errorf("with the first limit off (-want +got):\n%s", diff)
	}
	if last := d.ask(func(net provider.Network) *sms.Error {
		if r := net.Context().Rate; r.Limit != 100 || r.Reset <= 0 || r.Reset > time.Hour {
			t.Errorf("the rate is %+v", r)
		}
		return sms.Fail(sms.Invalid, "no")
	}); last.Header().Get("Refused-At") != d.box.Now().Format(time.RFC3339) {
		t.Errorf("the refusal is stamped %s", last.Header().Get("Refused-At"))
	}
}

// Nothing is limited, and nothing said of a limit, where the sandbox has none.
func TestUnlimited(t *testing.T) {
	t.Parallel()
	vendor := newAcme("acme")
	vendor.Rates = []provider.Rate{{Name: "all", Limit: 1, Window: time.Hour}}
	o := options(t)
	o.Providers, o.Unlimited = []provider.Provider{vendor.Provider}, true
	l := labWith(t, o)
	l.env = l.box.Placeholders()["acme"]
	d := &desk{l, vendor}
	for range 3 {
		rec := d.ask(func(net provider.Network) *sms.Error {
			if r := net.Context().Rate; r != (provider.Used{}) {
				t.Errorf("the rate is %+v", r)
			}
			return nil
		})
		if rec.Code != 200 {
			t.Fatalf("told %d %s", rec.Code, rec.Body)
		}
	}
}

func TestDrawsComeFromTheSeed(t *testing.T) {
	t.Parallel()
	draw := func(seed int64, words string) (out [16]byte) {
		vendor := newAcme("acme")
		o := options(t)
		o.Providers, o.Seed = []provider.Provider{vendor.Provider}, seed
		l := labWith(t, o)
		l.env = l.box.Placeholders()["acme"]
		(&desk{l, vendor}).ask(func(net provider.Network) *sms.Error {
			out = net.Context().Draw(words)
			return nil
		})
		return out
	}
	first, again := draw(1, "a"), draw(1, "a")
	if first != again || first == draw(2, "a") || first == draw(1, "b") || first == [16]byte{} {
		t.Error("draws do not depend on seed and words alone")
	}
}

func TestHandsetChangesLoseNothing(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := l.box.ChangeHandset(ana, func(h *sms.Handset) { h.Sent++; h.Number = ben }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if h, _ := l.box.Handset(ana); h.Sent != 50 || !h.Reachable || h.Number != ana {
		t.Errorf("the handset is %+v", h)
	}
	if h, _ := l.box.Handset(ben); h.Sent != 0 {
		t.Errorf("another handset is %+v", h)
	}
}

func TestRulesLookAtWhatIsToldOnly(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	if err := l.box.SetEndpoint(sms.Endpoint{URL: l.app.url, Events: []sms.EventType{sms.MessageReceived}}); err != nil {
		t.Fatal(err)
	}
	rule := l.plan(journal.Fault{Kind: journal.LoseAnswer, Nth: 2})
	l.text(ana, "one") // conversation.created is not told
	l.text(ana, "two")
	if f := l.box.Faults()[0]; f.Seen != 2 || f.Fired != 1 || f.ID != rule.ID {
		t.Errorf("the rule is %+v", f)
	}
	if diff := cmp.Diff([]string{"2 /1 first ok", "2 /1 first unknown lost-answer"}, l.attempts(sms.MessageReceived)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

func TestFaultsThatNeedAMessageWaitForOne(t *testing.T) {
	t.Parallel()
	for _, info := range journal.Faults() {
		if !info.Kind.OnAccepted() {
			continue
		}
		t.Run(string(info.Kind), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.text(ana, "STOP")
			d.plan(journal.Fault{Kind: journal.ErrorBefore, Nth: 2})
			d.plan(journal.Fault{Kind: info.Kind, After: sms.Duration(time.Millisecond)})
			fired := func() int { return d.box.Faults()[1].Fired }
			if rec := d.sends(sms.Outbound{Handset: ana, Body: "x"}); rec.Code != 400 || rec.Body.String() != string(sms.RecipientOut) || fired() != 0 {
				t.Errorf("a refused send is told %d %s; fired %d times", rec.Code, rec.Body, fired())
			}
			if rec := d.sends(sms.Outbound{Handset: ben, Body: "x"}); rec.Code != 500 || fired() != 0 {
				t.Errorf("a send that a fault refused is told %d; fired %d times", rec.Code, fired())
			}
			d.sends(sms.Outbound{Handset: ben, Body: "x"})
			if fired() != 1 || len(d.entries(journal.KindAccepted)) != 1 {
				t.Errorf("on an accepted send it fired %d times", fired())
			}
		})
	}
}

// TestStatusFirstWaitsForWhatIsTaken and for nothing else: the wait it may make
// is longer than the test.
func TestStatusFirstWaitsForWhatIsTaken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  sms.Endpoint
		want []string // told before the answer
		is   sms.State
	}{
		{"everything", sms.Endpoint{}, []string{"conversation.created", "message.accepted", "message.sent"}, sms.Sent},
		{"deliveries", sms.Endpoint{Events: []sms.EventType{sms.MessageDelivered}}, []string{"message.delivered"}, sms.Delivered},
		{"no status", sms.Endpoint{Events: []sms.EventType{sms.MessageReceived, sms.ConversationCreated}}, []string{"conversation.created"}, sms.Delivered},
		{"nothing", sms.Endpoint{URL: "none"}, nil, sms.Delivered},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			if test.set.URL == "" {
				test.set.URL = d.app.url
			} else {
				test.set.URL = ""
			}
			if err := d.box.SetEndpoint(test.set); err != nil {
				t.Fatal(err)
			}
			d.plan(journal.Fault{Kind: journal.StatusFirst, After: sms.Duration(time.Hour)})
			told := make(chan []string, 1)
			go func() {
				d.sends(sms.Outbound{Handset: ana, Body: "x"})
				told <- d.app.types()
			}()
			select {
			case got := <-told:
				if test.is != sms.Delivered || test.name == "deliveries" {
					if diff := cmp.Diff(test.want, got); diff != "" {
						t.Errorf("before the answer (-want +got):\n%s", diff)
					}
				}
			case <-deadline(t).Done():
				t.Fatal("the call is not answered")
			}
			if items, _, _ := d.box.Messages(sandbox.Query{}); len(items) != 1 || items[0].State != test.is {
				t.Errorf("the message is %+v", items)
			}
			d.advance(0)
			if diff := cmp.Diff(test.want, d.app.types()); diff != "" {
				t.Errorf("in the end (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAttemptsShowWhatWasSent(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.app.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	l.plan(journal.Fault{Kind: journal.BadSignature, Match: received})
	l.text(ana, "hello")
	items, _, err := l.box.Attempts(sandbox.Query{Event: l.entries(journal.KindEvent)[1].Event.ID})
	if err != nil || len(items) != 1 {
		t.Fatalf("%d attempts, %v", len(items), err)
	}
	a := items[0]
	if a.Status != 500 || a.URL != l.app.url || !strings.Contains(a.Body, "hello") || len(a.Header) == 0 || a.Limit <= 0 ||
		a.Forged != journal.BadSignature || !slices.Equal(a.Faults, []journal.FaultKind{journal.BadSignature}) {
		t.Errorf("the attempt is %+v", a)
	}
}
