package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// places are findings as "by kind pointer".
func places(entries []journal.Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, strings.TrimSpace(fmt.Sprint(e.Finding.By, " ", e.Finding.Kind, " ", e.Finding.Pointer)))
	}
	return all
}

// An application that gives a wrong type, a field that nobody reads and not
// what is required is told so at three places, whatever it was answered.
func TestFindingsOfAnApplication(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	env := em.Sandbox.Providers["surge"]
	for _, body := range []string{
		`{"to":18015550142,"body":"Hi","mood":"fine"}`,
		`{"to":"+18015550142","body":"Hi"}`,
	} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", env["url"]+"/accounts/"+env["account"]+"/messages", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+env["key"])
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	req, _ := http.NewRequestWithContext(t.Context(), "POST", env["url"]+"/accounts/"+env["account"]+"/contacts", strings.NewReader(`{"first_name":"Ana"}`))
	req.Header.Set("Authorization", "Bearer "+env["key"])
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()

	page, err := em.Client.Findings(t.Context(), client.FindingQuery{By: journal.ByApp})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"app unread /mood", "app type /to", "app missing /phone_number"}
	if diff := cmp.Diff(want, places(page.Entries)); diff != "" {
		t.Fatalf("findings (-want +got):\n%s", diff)
	}
	for _, e := range page.Entries {
		if e.Finding.Rule == "" || e.Finding.Evidence == "" || e.Finding.Provider != "surge" {
			t.Errorf("a finding rests on nothing: %+v", e.Finding)
		}
	}
	of := page.Entries[0].Finding.Of
	whole, err := em.Client.Journal(t.Context(), client.JournalQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range whole.Entries {
		if e.Call != nil && e.Call.ID == of || e.Finding != nil && e.Finding.Of == of {
			kinds = append(kinds, string(e.Kind))
		}
		if e.Finding != nil && whole.Entries[e.Cause-1].Kind != journal.KindCall {
			t.Errorf("entry %d is caused by %s, want the call", e.Seq, whole.Entries[e.Cause-1].Kind)
		}
	}
	if want := []string{"call", "refused", "told", "finding", "finding"}; !slices.Equal(kinds, want) {
		t.Errorf("the record of the call is %v, want %v", kinds, want)
	}
	violations, err := em.Client.Findings(t.Context(), client.FindingQuery{Call: of, Unread: new(false)})
	if err != nil || !slices.Equal(places(violations.Entries), []string{"app type /to"}) {
		t.Errorf("violations of %s are %v (%v)", of, places(violations.Entries), err)
	}
}

// ask calls a vendor's API directly; cut is what a fault leaves of it.
func ask(t testing.TB, emu *emulator.Emulator, vendor, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	return call(t, emu, vendor, "POST", strings.ReplaceAll(path, "{account}", emu.Default().Placeholders()[vendor]["account"]), body)
}

func call(t testing.TB, emu *emulator.Emulator, vendor, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			panic(v)
		}
	}()
	env := emu.Default().Placeholders()[vendor]
	r := httptest.NewRequest(method, "/"+vendor+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+env["key"])
	if token := env["token"]; token != "" {
		r.SetBasicAuth(env["key"], token)
	}
	if vendor == "pigeon" {
		r.Header.Set("X-Api-Key", env["key"])
	}
	w := httptest.NewRecorder()
	emu.ServeHTTP(w, r)
	return w
}

const sends = "/accounts/{account}/messages"

func network(t testing.TB, o emulator.Options) *emulator.Emulator {
	t.Helper()
	o.Clock.Mode = clock.Manual
	emu, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(emu.Close)
	return emu
}

// found are all findings in the default sandbox.
func found(t testing.TB, emu *emulator.Emulator) []journal.Entry {
	t.Helper()
	entries, err := emu.Default().Findings(sandbox.FindingQuery{})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// A request gets the same findings whether a fault cuts its answer or not, and
// what a fault makes of an answer is nobody's offence.
func TestFindingsUnderFaults(t *testing.T) {
	t.Parallel()
	for _, kind := range []journal.FaultKind{
		journal.ErrorBefore, journal.RateLimit, journal.SayOptedOut, journal.TimeoutBefore, journal.ErrorAfter,
		journal.TimeoutAfter, journal.ResetAfter, journal.HalfBody, journal.Malformed, journal.SlowAnswer, journal.StatusFirst,
	} {
		emu := network(t, emulator.Options{SelfCheck: true, OffContract: emulatortest.OffContract(t)})
		if _, err := emu.Default().Plan(journal.Fault{Kind: kind, After: sms.Duration(time.Millisecond)}); err != nil {
			t.Fatal(err)
		}
		ask(t, emu, "surge", sends, `{"to":"+18015550142","body":"Hi","mood":"fine"}`)
		if got := places(found(t, emu)); !slices.Equal(got, []string{"app unread /mood"}) {
			t.Errorf("under %s there are the findings %v", kind, got)
		}
	}
}

// Every route may fail as a fault wants it to, and the contract knows how.
func TestEveryRouteMayFail(t *testing.T) {
	t.Parallel()
	emu := network(t, emulator.Options{SelfCheck: true, OffContract: emulatortest.OffContract(t)})
	hole := regexp.MustCompile(`\{[^}]*\}`)
	for _, p := range emulator.Providers() {
		for _, route := range p.Routes {
			for _, f := range []journal.Fault{{Kind: journal.ErrorBefore}, {Kind: journal.ErrorBefore, Status: 503}, {Kind: journal.RateLimit}} {
				f.Match = journal.FaultMatch{Provider: p.Name, Route: route.Pattern}
				if _, err := emu.Default().Plan(f); err != nil {
					t.Fatal(err)
				}
				method, path, _ := strings.Cut(route.Pattern, " ")
				path = strings.Replace(path, "{sid}", "{account}", 1)
				path = strings.Replace(path, "{account_id}", "{account}", 1)
				path = strings.ReplaceAll(path, "{account}", emu.Default().Placeholders()[p.Name]["account"])
				call(t, emu, p.Name, method, hole.ReplaceAllString(path, "1"), "{}")
			}
		}
	}
	for _, f := range emu.Default().Faults() {
		if f.State != "fired" && !strings.Contains(f.Match.Route, "/files/") {
			t.Errorf("%s %s is %s", f.Kind, f.Match.Route, f.State)
		}
	}
}

// Self-check also looks at the webhooks that a fault makes, and finds nothing
// that the fault did not do.
func TestSelfCheckUnderFaults(t *testing.T) {
	t.Parallel()
	for _, info := range journal.Faults() {
		if info.Group == journal.OnCall {
			continue
		}
		for _, vendor := range []string{"surge", "mta", "exotel"} {
			l := newLab(t)
			if err := l.box.SetEndpoint(sms.Endpoint{Provider: vendor, URL: l.sut}); err != nil {
				t.Fatal(err)
			}
			if _, err := l.box.Plan(journal.Fault{Kind: info.Kind, Match: journal.FaultMatch{Provider: vendor}, After: sms.Duration(time.Millisecond)}); err != nil {
				continue // nobody could tell it from an honest webhook
			}
			if _, err := l.box.Text(vendor, ana, "", "Is 3pm free?", nil); err != nil {
				t.Fatal(err)
			}
			l.advance(time.Hour)
			if got := places(found(t, l.emu)); len(got) > 0 {
				t.Errorf("%s under %s: %v", vendor, info.Kind, got)
			}
		}
	}
}

// The same script gives the same record, findings included.
func TestFindingsAreDeterministic(t *testing.T) {
	t.Parallel()
	play := func() string {
		emu := network(t, emulator.Options{Seed: 7})
		for i := range 20 {
			ask(t, emu, "surge", sends, fmt.Sprintf(`{"to":%d,"body":"Hi","mood":"fine","a":%d}`, i, i))
			ask(t, emu, "surge", sends, `{"to":"+18015550142","body":"Hi","zeal":1}`)
			ask(t, emu, "mta", "/nowhere", `{}`)
		}
		var all []journal.Entry
		_ = emu.Default().Journal().Each(0, func(e journal.Entry) bool {
			e.Wall = time.Time{}
			all = append(all, e)
			return true
		})
		text, err := json.MarshalIndent(all, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	one, other := play(), play()
	if one != other {
		t.Errorf("two runs differ:\n%s", cmp.Diff(one, other))
	}
	if n := strings.Count(one, `"kind": "finding"`); n < 60 {
		t.Errorf("there are %d findings, want one for each call at least", n)
	}
}

// A body of many strange fields is told of in a hundred findings and one more.
func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	body.WriteString(`{"to":"+18015550142","body":"Hi"`)
	for i := 0; body.Len() < 1<<20-100; i++ {
		fmt.Fprintf(&body, `,"field%d":%d`, i, i)
	}
	body.WriteString("}")
	emu := network(t, emulator.Options{})
	ask(t, emu, "surge", sends, body.String())
	got := found(t, emu)
	if len(got) != 101 || !strings.Contains(got[100].Finding.Problem, "more findings are left out") {
		t.Errorf("there are %d findings", len(got))
	}
}

func TestUnknownRoutesAreFound(t *testing.T) {
	t.Parallel()
	emu := network(t, emulator.Options{})
	for _, vendor := range []string{"surge", "mta", "exotel"} {
		ask(t, emu, vendor, "/no/such/route", "")
	}
	if got, want := places(found(t, emu)), []string{"app route", "app route", "app route"}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

// Nothing is checked where nobody wants it, or nobody wrote a contract, or it
// cannot be read.
func TestUnchecked(t *testing.T) {
	t.Parallel()
	none := pigeon()
	none.Contract = nil
	unreadable := pigeon()
	unreadable.Contract = func() (*contracts.Contract, error) { return contracts.Parse("pigeon", []byte("coo")) }
	for name, o := range map[string]emulator.Options{
		"not wanted":     {Providers: []provider.Provider{pigeon()}, NoContracts: true},
		"not written":    {Providers: []provider.Provider{none}},
		"not to be read": {Providers: []provider.Provider{unreadable}, SelfCheck: true},
	} {
		emu := network(t, o)
		if w := ask(t, emu, "pigeon", "/letters", `{"who":"+18015550142","text":"coo","mood":1}`); w.Code != http.StatusAccepted {
			t.Errorf("%s: answered %d", name, w.Code)
		}
		if got := found(t, emu); len(got) > 0 {
			t.Errorf("%s: found %v", name, places(got))
		}
	}
}

// A vendor that answers and tells other than it promised is found out, in the
// record and by who asked to be told, at the message where it did.
func TestSelfCheckFindsOffences(t *testing.T) {
	t.Parallel()
	p := pigeon()
	p.Routes[0].Serve = func(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
		pigeonSay(w, http.StatusAccepted, map[string]any{"id": 7, "loft": "conversation-0123456789abcdef", "who": ana})
		return nil
	}
	right := p.Encode
	p.Encode = func(e sms.Event, c provider.Context) (webhook.Payload, bool) {
		payload, ok := right(e, c)
		payload.Body = []byte(strings.Replace(string(payload.Body), `"who"`, `"whom"`, 1))
		return payload, ok
	}
	told := make(chan journal.Finding, 10)
	emu := network(t, emulator.Options{Providers: []provider.Provider{p}, SelfCheck: true, OffContract: func(f journal.Finding) { told <- f }})
	l := &lab{t: t, emu: emu, box: emu.Default()}
	sut := httptest.NewServer(&app{})
	t.Cleanup(sut.Close)
	if err := l.box.SetEndpoint(sms.Endpoint{Provider: "pigeon", URL: sut.URL}); err != nil {
		t.Fatal(err)
	}
	ask(t, emu, "pigeon", "/letters", `{"who":"+18015550142","text":"coo"}`)
	if _, err := l.box.Text("pigeon", ana, "", "coo", nil); err != nil {
		t.Fatal(err)
	}
	l.rest()
	got := found(t, emu)
	want := []string{"emulator type /id", "emulator missing /who", "emulator unknown /whom"}
	if diff := cmp.Diff(want, places(got)); diff != "" {
		t.Fatalf("findings (-want +got):\n%s", diff)
	}
	for _, e := range got {
		if f := <-told; f != *e.Finding {
			t.Errorf("told of %+v, in the record is %+v", f, e.Finding)
		}
	}
	for i, kind := range []journal.Kind{journal.KindTold, journal.KindAttemptStarted, journal.KindAttemptStarted} {
		if cause := l.entry(got[i].Cause); cause.Kind != kind {
			t.Errorf("finding %d is caused by %s, want %s", i, cause.Kind, kind)
		}
	}
	if got[1].Finding.Handset != ana {
		t.Errorf("the webhook is about %q", got[1].Finding.Handset)
	}
}

// entry is one of the record.
func (l *lab) entry(seq uint64) (found journal.Entry) {
	l.t.Helper()
	entries, err := l.box.Journal().Since(seq-1, 1)
	if err != nil || len(entries) != 1 {
		l.t.Fatalf("entry %d: %v %v", seq, entries, err)
	}
	return entries[0]
}

// BenchmarkSend sends one text, with the check of the call and without.
func BenchmarkSend(b *testing.B) {
	for _, c := range []struct {
		name string
		o    emulator.Options
	}{
		{"contracts=off", emulator.Options{NoContracts: true}},
		{"contracts=on", emulator.Options{}},
		{"self-check", emulator.Options{SelfCheck: true, OffContract: func(f journal.Finding) { b.Error(f) }}},
	} {
		b.Run(c.name, func(b *testing.B) {
			emu := network(b, c.o)
			body := `{"to":"+18015550142","body":"Your order 4411 has shipped"}`
			ask(b, emu, "surge", sends, body) // so that the contract is there
			b.ReportAllocs()
			for b.Loop() {
				if w := ask(b, emu, "surge", sends, body); w.Code != http.StatusCreated {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
