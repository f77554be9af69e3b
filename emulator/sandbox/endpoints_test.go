package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// wholeRecord is the record of a world as one text.
func (l *lab) wholeRecord() string {
	l.t.Helper()
	var out strings.Builder
	if err := l.box.Journal().Each(0, func(e journal.Entry) bool {
		line, err := json.Marshal(e)
		if err != nil {
			l.t.Error(err)
		}
		out.Write(line)
		out.WriteByte('\n')
		return true
	}); err != nil {
		l.t.Fatal(err)
	}
	return out.String()
}

func signers(h hook) []string { return h.Header.Values("Signed-By") }

func TestSecretsOfFurtherEndpoints(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const first, second, url = "canary-one", "canary-two", "canary-url"
	if err := d.box.SetSwitches("acme", map[string]string{"url_token": "on"}); err != nil {
		t.Fatal(err)
	}
	app, e := d.further(sms.Endpoint{Secrets: []string{first}, Events: []sms.EventType{sms.MessageReceived}})
	d.text(ana, "one")
	e.Secrets, e.Parallel = nil, 3
	d.make(&e) // keeps the secret
	d.text(ana, "two")
	e.Secrets, e.URL = []string{second, first}, app.url+"/?x=1&key="+url
	d.make(&e)
	d.text(ana, "three")
	e.Secrets = []string{}
	d.make(&e) // takes them away
	d.text(ana, "four")

	var got [][]string
	for _, h := range app.hooks() {
		got = append(got, signers(h))
	}
	want := [][]string{{signedBy(first)}, {signedBy(first)}, {signedBy(second), signedBy(first)}, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("signed by (-want +got):\n%s", diff)
	}
	for _, h := range d.app.hooks() {
		if diff := cmp.Diff([]string{signedBy(d.env["secret"])}, signers(h)); diff != "" {
			t.Errorf("at the vendor's own endpoint (-want +got):\n%s", diff)
		}
	}
	for _, line := range strings.Split(d.wholeRecord(), "\n") {
		for _, secret := range []string{first, second, d.env["secret"]} {
			if strings.Contains(line, secret) {
				t.Errorf("the record holds %s: %s", secret, line)
			}
		}
		if strings.Contains(line, `"attempt"`) && strings.Contains(line, url) {
			t.Errorf("an attempt shows %s: %s", url, line)
		}
	}
	for _, e := range d.box.Endpoints() {
		if (e.ID == "acme") != (len(e.Secrets) == 1 && e.Secrets[0] == d.env["secret"]) || e.ID != "acme" && e.Secrets != nil {
			t.Errorf("the list shows %+v", e)
		}
	}
	d.ask(func(net provider.Network) *sms.Error {
		if e, ok := net.Book().Endpoint(e.ID); !ok || e.Secrets != nil || e.Parallel != 3 {
			t.Errorf("the dialect sees %+v", e)
		}
		if e, ok := net.Book().Endpoint("acme"); !ok || e.Secrets != nil {
			t.Errorf("the dialect sees %+v", e)
		}
		return nil
	})
}

func TestResetDropsWhatTheApplicationRegistered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	further, first := d.further(sms.Endpoint{Secrets: []string{"x"}})
	_, second := d.further(sms.Endpoint{})
	if first.ID == second.ID || !strings.HasPrefix(first.ID, "acme/") {
		t.Errorf("two endpoints are %q and %q", first.ID, second.ID)
	}
	gone := second
	gone.URL = ""
	d.make(&gone)
	var ids []string
	for _, e := range d.box.Endpoints() {
		ids = append(ids, e.ID)
	}
	if diff := cmp.Diff([]string{"acme", first.ID}, ids); diff != "" {
		t.Errorf("the endpoints (-want +got):\n%s", diff)
	}
	d.make(&sms.Document{ID: "it", Kind: group, Due: d.box.Now().Add(time.Minute)}, &sms.Account{Name: "Second"})
	if err := d.box.Reset(); err != nil {
		t.Fatal(err)
	}
	if all := d.box.Endpoints(); len(all) != 1 || all[0].URL != d.app.url || all[0].Secrets[0] != d.env["secret"] {
		t.Errorf("after a reset the endpoints are %+v", all)
	}
	d.text(ana, "hello")
	d.advance(time.Hour)
	if got := further.hooks(); len(got) != 0 || len(d.wakes()) != 0 {
		t.Errorf("after a reset it is told %d times, woken %v", len(got), d.wakes())
	}
	d.ask(func(net provider.Network) *sms.Error {
		_, doc := net.Book().Document(group, "it")
		accounts, _ := net.Book().Accounts(sms.Page{Limit: 9})
		if doc || accounts.Total != 1 {
			t.Errorf("after a reset there are %d accounts, a document: %v", accounts.Total, doc)
		}
		again := sms.Endpoint{ID: first.ID, URL: d.app.url, Events: []sms.EventType{sms.OptedOut}}
		return net.Do(&again) // without a secret: the old one is forgotten
	})
	d.text(ben, "STOP")
	if !slices.ContainsFunc(d.app.hooks(), func(h hook) bool { return h.Type == "contact.opted_out" && signers(h) == nil }) {
		t.Error("an endpoint that was registered again without a secret is not told, or signed to with one")
	}
}

func TestRetriesAreEachEndpointsOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	failing, e := d.further(sms.Endpoint{Events: []sms.EventType{sms.MessageReceived}})
	failing.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	proud, p := d.further(sms.Endpoint{Events: []sms.EventType{sms.MessageReceived}, NoRetry: true})
	proud.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	if err := d.box.SetEndpoint(sms.Endpoint{URL: d.app.url, Events: []sms.EventType{sms.MessageReceived}}); err != nil {
		t.Fatal(err)
	}
	d.text(ana, "hello")
	d.advance(time.Hour)
	want := []string{"acme 1 00:00:00", e.ID + " 1 00:00:00", e.ID + " 2 00:00:10", p.ID + " 1 00:00:00"}
	slices.Sort(want)
	if diff := cmp.Diff(want, d.started()); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	event := d.entries(journal.KindEvent)[1].Event.ID
	a, err := d.box.Resend(event)
	if err != nil || a.Number != 2 || a.Delivery != event {
		t.Errorf("resent as %+v, %v", a, err)
	}
	d.advance(0)
	if got := d.started(); len(got) != 7 || !slices.Contains(got, e.ID+" 3 01:00:00") || !slices.Contains(got, p.ID+" 2 01:00:00") {
		t.Errorf("after it was sent again: %v", got)
	}
}

// TestCapOnTheVirtualClock holds that what a cap puts off goes as soon as it may.
func TestCapOnTheVirtualClock(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, e := d.further(sms.Endpoint{Events: []sms.EventType{sms.MessageReceived}, PerMinute: 2})
	if err := d.box.SetEndpoint(sms.Endpoint{URL: d.app.url, Events: []sms.EventType{sms.OptedOut}}); err != nil {
		t.Fatal(err)
	}
	d.plan(journal.Fault{Kind: journal.Delay, After: sms.Duration(time.Second), Match: received})
	for i := range 5 {
		if _, err := d.box.Text("", number(i), "", "hello", nil); err != nil {
			t.Fatal(err)
		}
	}
	d.advance(10 * time.Minute)
	var own []string
	for _, a := range d.started() {
		if strings.HasPrefix(a, e.ID+" ") {
			own = append(own, a[len(e.ID)+1:])
		}
	}
	want := []string{"1 00:00:00", "1 00:00:00", "1 00:01:00", "1 00:01:00", "1 00:02:00"}
	if diff := cmp.Diff(want, own); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	if f := d.box.Faults()[0]; f.Fired != 1 {
		t.Errorf("the delay is %+v", f)
	}
	if state := d.box.Clock(); state.Pending != 0 {
		t.Errorf("in the end %d items wait", state.Pending)
	}
}

func TestWebhookByGET(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var got []string
	d.app.answers(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			got = append(got, r.URL.RawQuery+" "+r.Header.Get("Content-Type")+r.Header.Get("Signed-By"))
		}
	})
	if err := d.box.SetEndpoint(sms.Endpoint{URL: d.app.url + "/?mine=1", Events: []sms.EventType{sms.MessageSent}, Parallel: 1}); err != nil {
		t.Fatal(err)
	}
	d.plan(journal.Fault{Kind: journal.ExtraFields, Nth: 2})
	for _, body := range []string{"50% & more", "two"} {
		d.sends(sms.Outbound{Handset: ana, Body: body, Metadata: json.RawMessage(`{}`)})
		d.advance(time.Second)
	}
	by := " " + signedBy(d.env["secret"])
	want := []string{"mine=1&type=message.sent&body=50%25+%26+more" + by, "mine=1&type=message.sent&body=two&switchhook_extra=1" + by}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	a := d.entries(journal.KindAttemptStarted)[0].Attempt
	if a.URL != d.app.url+"/?mine=1&type=message.sent&body=50%25+%26+more" || a.Body != "type=message.sent&body=50%25+%26+more" {
		t.Errorf("the record has %s with %s", a.URL, a.Body)
	}
}

func TestStatusGoesWhereTheMessageSays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	further, _ := d.further(sms.Endpoint{})
	callback := &app{}
	server := httptest.NewServer(callback)
	t.Cleanup(server.Close)
	t.Cleanup(d.box.Close)
	d.sends(sms.Outbound{Handset: ana, Body: "x", Callback: server.URL})
	d.advance(time.Second)
	want := []string{"conversation.created", "message.accepted", "message.sent", "message.delivered"}
	if diff := cmp.Diff(want, callback.types()); diff != "" {
		t.Errorf("told there (-want +got):\n%s", diff)
	}
	if len(d.app.hooks())+len(further.hooks()) != 0 {
		t.Errorf("told elsewhere too: %v %v", d.app.types(), further.types())
	}
	for _, h := range callback.hooks() {
		if diff := cmp.Diff([]string{signedBy(d.env["secret"])}, signers(h)); diff != "" {
			t.Errorf("signed by (-want +got):\n%s", diff)
		}
	}
}

// TestGuardOfAddressesThatMessagesBring is that of endpoints.
func TestGuardOfAddressesThatMessagesBring(t *testing.T) {
	t.Parallel()
	for _, to := range []string{
		"http://169.254.169.254/latest", "http://192.0.2.1/", "http://user:secret@127.0.0.1:9/", "ftp://127.0.0.1:9/", "file:///etc/passwd", "no url", "http://[fd00:ec2::254]/",
	} {
		d := newDesk(t)
		if rec := d.sends(sms.Outbound{Handset: ana, Body: "x", Callback: to}); rec.Code != 200 {
			t.Fatalf("told %d %s", rec.Code, rec.Body)
		}
		d.advance(0)
		ended := d.entries(journal.KindAttemptEnded)
		if len(ended) == 0 {
			t.Errorf("%s: no attempt ended", to)
		}
		for _, e := range ended {
			if e.Attempt.Class != "blocked" || e.Attempt.Detail == "" || e.Attempt.Status != 0 {
				t.Errorf("%s: the attempt ended as %+v", to, e.Attempt)
			}
		}
	}
}

func TestVendorsOwnEvent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	picky, _ := d.further(sms.Endpoint{Events: []sms.EventType{"group.made"}})
	event := sms.Event{Type: "group.made", Account: "acct", Document: &sms.Document{ID: "it", Kind: group}}
	d.make(&event)
	d.text(ana, "hello")
	if diff := cmp.Diff([]string{"group.made"}, picky.types()); diff != "" {
		t.Errorf("told where only it is wanted (-want +got):\n%s", diff)
	}
	all := d.app.types() // what concerns no handset overtakes what does
	slices.Sort(all)
	if diff := cmp.Diff([]string{"conversation.created", "group.made", "message.received"}, all); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if kept := d.entries(journal.KindEvent)[0].Event; kept.ID != event.ID || kept.ID == "" || kept.Document.ID != "it" || !kept.At.Equal(d.box.Now()) {
		t.Errorf("the record has %+v", kept)
	}
}
