package playback_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/scenarios/playback"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// post is a provider that is as small as can be.
const post = `
openapi: 3.1.0
info: {title: post, version: "1"}
x-webhook-type: /type
x-signature: [{scheme: timestamped, header: X-Signature}]
paths:
  /v1/{account}/send:
    parameters: [{name: account, in: path, required: true, schema: {type: string}}]
    post:
      x-conversation: [/to]
      x-mt: {handset: [/to], line: [/from], text: [/text]}
      requestBody: {content: {application/json: {schema: {type: object, properties: {kind: {enum: [text, picture]}}}}}}
      responses:
        "200": {description: taken, content: {application/json: {}}}
        "404": {description: not there, content: {application/json: {example: {problem: nobody}}}}
webhooks:
  came:
    post:
      x-conversation: [/from]
      x-mo: {handset: /from, line: /to, text: /text}
      requestBody: {content: {application/json: {schema: {type: object, properties: {type: {const: came}, from: {}, to: {}, text: {}}}}}}
      responses: {"200": {description: taken}}
`

const secret = "post-secret-of-nobody"

// at is an exchange at places on the timeline; more is JSON that goes with it.
func at(seq, end int, direction recording.Direction, path, body string, status int, answer string) recording.Entry {
	e := recording.Entry{Direction: direction, Seq: seq, Ended: end, Started: clock.Wall()}
	e.Request = recording.Request{Method: http.MethodPost, URL: "http://127.0.0.1:1" + path, Headers: []recording.Pair{{Name: "Content-Type", Value: "application/json"}}}
	e.Request.SetBody("application/json", []byte(body))
	e.Response = recording.Response{Status: status, Headers: []recording.Pair{{Name: "Content-Type", Value: "application/json"}}}
	e.Response.SetBody("application/json", []byte(answer))
	return e
}

func came(seq, end int, from, text string) recording.Entry {
	e := at(seq, end, recording.Webhook, "/hooks/old", fmt.Sprintf(`{"type":"came","from":%q,"to":"+100","text":%q}`, from, text), 200, "")
	e.Type = "came"
	return e
}

func sent(seq, end int, to, text string) recording.Entry {
	return at(seq, end, recording.Call, "/v1/acct_7/send", fmt.Sprintf(`{"to":%q,"text":%q,"key":"recorded-%d"}`, to, text, seq), 200, fmt.Sprintf(`{"id":%d}`, seq))
}

// app is an application under test: it is told of each request to it, and may
// make calls.
type app func(a *actor, path, body string) (status int)

// actor makes calls, and remembers what came of them.
type actor struct {
	url    string
	header http.Header // of the request that it is about

	later *sync.WaitGroup // what goes on after the answer
	work  *work
	mu    *sync.Mutex
	said  *[]string
}

// work is what an application has left to do, as it says when it is asked.
type work struct {
	left, asked atomic.Int32
	thrice      chan struct{} // closed when it is asked for the third time
}

func (k *work) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if k.asked.Add(1) == 3 {
		close(k.thrice)
	}
	_, _ = fmt.Fprintf(w, `{"count":%d}`, k.left.Load())
}

func (a *actor) note(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	*a.said = append(*a.said, fmt.Sprintf(format, args...))
}

func (a *actor) call(path, body string) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+path, strings.NewReader(body))
	if err != nil {
		a.note("%v", err)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		a.note("no answer")
		return
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		a.note("half an answer: %s", text)
		return
	}
	a.note("%d %s", res.StatusCode, text)
}

func (a *actor) send(to, text string) {
	a.call("/v1/acct_7/send", fmt.Sprintf(`{"to":%q,"text":%q,"key":"played-%s"}`, to, text, text))
}

// perform plays a recording to an application in this process, and also returns
// what that noted.
func perform(t *testing.T, do app, entries ...recording.Entry) (playback.Result, []string, error) {
	t.Helper()
	c, err := contracts.Parse("post", []byte(post))
	if err != nil {
		t.Fatal(err)
	}
	port, err := sut.ReservePort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(port.Release)
	var mu sync.Mutex
	var said []string
	var later sync.WaitGroup
	todo := work{thrice: make(chan struct{})}
	here := "127.0.0.1:" + port.String()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			todo.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(do(&actor{url: "http://" + here, header: r.Header, later: &later, work: &todo, mu: &mu, said: &said}, r.URL.Path, string(body)))
	}))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := playback.Run(ctx, playback.Options{
		Recording: &recording.HAR{Log: recording.Log{Entries: entries}}, Contract: c, Now: clock.Wall, Addr: here,
		SUT: &sut.SUT{
			Webhooks: map[string]string{"post": server.URL + "/webhooks"},
			Probe:    map[string]sut.Probe{sut.PendingProbe: {Path: "/left", Field: "count"}},
		},
		Values: map[string]string{"post.secret": secret}, Patience: 2 * time.Second, Quiet: 50 * time.Millisecond,
	})
	server.Close() // nothing is noted any more
	later.Wait()
	return r, said, err
}

// text is the text of a webhook's body.
func text(body string) (from, text string) {
	parts := strings.Split(body, `"`)
	return parts[7], parts[15]
}

func TestWhatIsToldOfCalls(t *testing.T) {
	t.Parallel()
	echo := func(a *actor, _, body string) int {
		from, said := text(body)
		a.send(from, "re "+said)
		return 200
	}
	twice := []recording.Entry{came(1, 4, "+1", "a"), sent(2, 3, "+1", "re a"), came(5, 8, "+2", "b"), sent(6, 7, "+2", "re b")}
	for name, tt := range map[string]struct {
		do   app
		want []string
	}{
		"the same": {echo, nil},
		"none":     {func(*actor, string, string) int { return 200 }, []string{"missing call", "missing call"}},
		"two each": {func(a *actor, p, body string) int { echo(a, p, body); return echo(a, p, body) }, []string{"extra call", "extra call"}},
		"elsewhere": {func(a *actor, _, body string) int {
			_, said := text(body)
			a.send("+1", "re "+said)
			return 200
		}, []string{"other conversation"}},
		"refuses": {func(a *actor, p, body string) int { echo(a, p, body); return 500 }, []string{"other answer", "other answer"}},
		"otherwise": {func(a *actor, _, body string) int {
			from, said := text(body)
			a.call("/v1/acct_7/send", fmt.Sprintf(`{"to":%q,"text":"re %s","key":7,"kind":"text"}`, from, said))
			return 200
		}, []string{"other shape", "other shape"}},
		"another operation": {func(a *actor, p, body string) int {
			echo(a, p, body)
			a.call("/v1/acct_7/nothing", "{}")
			return 200
		}, []string{"extra call", "extra call"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _, err := perform(t, tt.do, twice...)
			var kinds []string
			for _, d := range r.Differences {
				kinds = append(kinds, string(d.Kind))
			}
			if err != nil || !slices.Equal(kinds, tt.want) {
				t.Errorf("%v\n%s\nwant %v", err, told(t, r), tt.want)
			}
		})
	}
}

// One text after the other, in one conversation, and the application turns them round.
func TestOtherOrder(t *testing.T) {
	t.Parallel()
	r, _, err := perform(t, func(a *actor, _, _ string) int {
		a.send("+1", "second")
		a.send("+1", "first")
		return 200
	}, came(1, 6, "+1", "a"), sent(2, 3, "+1", "first"), sent(4, 5, "+1", "second"))
	if err != nil || len(r.Differences) != 1 || r.Differences[0].Kind != playback.OtherOrder || !slices.Equal(r.Differences[0].Entries, []string{"/log/entries/1", "/log/entries/2"}) {
		t.Errorf("%v\n%s", err, told(t, r))
	}
}

// The answer to the second of two texts need not wait for the receipt of the
// first answer, though it came after it when they were recorded.
func TestAnAnswerWaitsForItsTextAlone(t *testing.T) {
	t.Parallel()
	receipt := came(7, 8, "+1", "")
	receipt.Request.SetBody("application/json", []byte(`{"type":"came","from":"+1","key":"recorded-5"}`))
	for _, second := range []string{"b", "a"} {
		r, _, err := perform(t, func(a *actor, _, body string) int {
			if strings.Contains(body, "key") {
				return 200
			}
			_, said := text(body)
			a.send("+1", "re "+said)
			return 200
		}, came(1, 2, "+1", "a"), came(3, 4, "+1", second), sent(5, 6, "+1", "re a"), receipt, sent(9, 10, "+1", "re "+second))
		if err != nil || len(r.Differences) > 0 {
			t.Errorf("%s: %v\n%s", second, err, told(t, r))
		}
	}
}

// In a silence the application may do something that nobody sees, and is given
// the time; where there was none it is not.
func TestASilenceIsTimeToGetDone(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		silence time.Duration
		want    []string
	}{
		"a silence": {time.Second, []string{"did a", "told b"}},
		"none":      {time.Millisecond, []string{"told b", "did a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := came(1, 2, "+1", "a"), came(3, 4, "+1", "b")
			second.Started = first.Started.Add(tt.silence)
			r, said, err := perform(t, func(a *actor, _, body string) int {
				if _, said := text(body); said == "b" {
					a.note("told b")
					return 200
				}
				a.work.left.Store(1)
				a.later.Go(func() {
					<-a.work.thrice
					a.note("did a")
					a.work.left.Store(0)
				})
				return 200
			}, first, second)
			if err != nil || len(r.Differences) > 0 || !slices.Equal(said, tt.want) {
				t.Errorf("%v, %q; want %q\n%s", err, said, tt.want, told(t, r))
			}
		})
	}
}

func TestOtherWordsAreANote(t *testing.T) {
	t.Parallel()
	r, said, err := perform(t, func(a *actor, _, _ string) int {
		a.send("+1", "hello\u202e")
		return 200
	}, came(1, 4, "+1", "a"), sent(2, 3, "+1", "hi"))
	if err != nil || len(r.Differences) > 0 || len(r.Notes) != 1 || !slices.Equal(said, []string{`200 {"id":2}`}) {
		t.Errorf("%v, %q\n%s", err, said, told(t, r))
	}
	if strings.Contains(told(t, r), "\u202e") {
		t.Error("what the application said steers the terminal")
	}
}

// The status of a text came before the answer to its send, with the key that
// the application had made for it.
func TestOverlapAndKeysComeAgain(t *testing.T) {
	t.Parallel()
	status := came(3, 4, "+1", "sent recorded-2")
	status.Request.SetBody("application/json", []byte(`{"type":"came","from":"+1","key":"recorded-2"}`))
	r, said, err := perform(t, func(a *actor, _, body string) int {
		if strings.Contains(body, "key") {
			a.note("%s", body)
			return 200
		}
		a.later.Go(func() { a.send("+1", "hi") })
		return 200
	}, came(0, 1, "+1", "a"), sent(2, 5, "+1", "hi"), status)
	if want := []string{`{"type":"came","from":"+1","key":"played-hi"}`, `200 {"id":2}`}; err != nil || len(r.Differences) > 0 || !slices.Equal(said, want) {
		t.Errorf("%v, %q, want %q\n%s", err, said, want, told(t, r))
	}
}

func TestLostAndCutAnswersAreSoAgain(t *testing.T) {
	t.Parallel()
	lost, cut := sent(2, 3, "+1", "a"), sent(4, 5, "+1", "b")
	lost.Outcome, lost.Error, lost.Response = recording.Lost, "connection reset by peer", recording.Response{}
	cut.Outcome = recording.Cut
	r, said, err := perform(t, func(a *actor, _, _ string) int {
		a.send("+1", "a")
		a.send("+1", "b")
		return 200
	}, came(1, 6, "+1", "a"), lost, cut)
	if want := []string{"no answer", `half an answer: {"id":4}`}; err != nil || len(r.Differences) > 0 || !slices.Equal(said, want) {
		t.Errorf("%v, %q, want %q\n%s", err, said, want, told(t, r))
	}
}

func TestCallsThatWereNeverRecordedGetTheVendorsWords(t *testing.T) {
	t.Parallel()
	_, said, err := perform(t, func(a *actor, _, _ string) int {
		a.send("+1", "a")
		a.call("/elsewhere", "")
		return 200
	}, came(1, 2, "+1", "a"))
	if want := []string{`404 {"problem":"nobody"}`, `404 {"error":"not found"}`}; err != nil || !slices.Equal(said, want) {
		t.Errorf("%v, %q; want %q", err, said, want)
	}
}

// Webhooks are signed as they were: rightly, wrongly or not at all.
func TestSignaturesAreAsTheyWere(t *testing.T) {
	t.Parallel()
	c, err := contracts.Parse("post", []byte(post))
	if err != nil {
		t.Fatal(err)
	}
	wrong, absent := came(3, 4, "+1", "b"), came(5, 6, "+1", "c")
	wrong.Signature, absent.Signature = recording.Invalid, recording.Absent
	_, said, err := perform(t, func(a *actor, _, body string) int {
		found := c.CheckWebhook(contracts.Webhook{Request: contracts.Request{Header: a.header, Body: []byte(body)}, Secrets: []string{secret}, At: clock.Wall()})
		a.note("%d %v", len(found), a.header.Get("X-Signature") != "")
		return 200
	}, came(1, 2, "+1", "a"), wrong, absent)
	if want := []string{"0 true", "1 true", "1 false"}; err != nil || !slices.Equal(said, want) {
		t.Errorf("%v, %q; want %q", err, said, want)
	}
}

// What ended before something began ends before it begins again, and paths go
// where the application declares, triggers to their own.
func TestOrderAndPlaces(t *testing.T) {
	t.Parallel()
	status := came(7, 8, "+1", "c")
	status.Request.URL += "/status?x=1"
	trigger := at(3, 4, recording.Trigger, "/notify", `{"to":"+1"}`, 202, "")
	r, said, err := perform(t, func(a *actor, path, _ string) int {
		a.note("%s", path)
		if path == "/notify" {
			a.later.Go(func() {
				a.note("sends")
				a.send("+1", "b")
			})
		}
		return 200
	}, came(1, 2, "+1", "a"), trigger, sent(5, 6, "+1", "b"), status)
	said = slices.DeleteFunc(said, func(s string) bool { return s == `200 {"id":5}` }) // it may be noted late
	want := []string{"/webhooks", "/notify", "sends", "/webhooks/status"}
	if err != nil || len(r.Differences) > 0 || !slices.Equal(said, want) {
		t.Errorf("%v, %q, want %q\n%s", err, said, want, told(t, r))
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	c, err := contracts.Parse("post", []byte(post))
	if err != nil {
		t.Fatal(err)
	}
	whole := func() playback.Options {
		return playback.Options{
			Recording: &recording.HAR{Log: recording.Log{Entries: []recording.Entry{came(1, 2, "+1", "a")}}}, Contract: c, Now: clock.Wall,
			SUT: &sut.SUT{Webhooks: map[string]string{"post": "http://127.0.0.1:1/"}},
		}
	}
	for want, change := range map[string]func(*playback.Options){
		"a clock":                func(o *playback.Options) { o.Now = nil },
		"takes no webhooks":      func(o *playback.Options) { o.SUT = &sut.SUT{} },
		"nothing in the":         func(o *playback.Options) { o.Recording = &recording.HAR{} },
		"not on this machine":    func(o *playback.Options) { o.SUT.Webhooks["post"] = "http://192.0.2.1/" },
		"listen for calls":       func(o *playback.Options) { o.Addr = "127.0.0.1:none" },
		"unknown placeholder":    func(o *playback.Options) { o.SUT.Ready = "http://127.0.0.1/{{post.none}}" },
		"start the application:": func(o *playback.Options) { o.SUT.Start = []string{"/no/such/program"} },
	} {
		o := whole()
		change(&o)
		if _, err := playback.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c, err := contracts.Parse("post", []byte(post))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body) // until then nobody looks whether the other side hangs up
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	_, err = playback.Run(ctx, playback.Options{
		Recording: &recording.HAR{Log: recording.Log{Entries: []recording.Entry{came(1, 2, "+1", "a"), sent(3, 4, "+1", "b")}}},
		Contract:  c, Now: clock.Wall, SUT: &sut.SUT{Webhooks: map[string]string{"post": server.URL}},
	})
	if err == nil || !strings.Contains(err.Error(), "not played to its end") {
		t.Errorf("Run: %v", err)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := playback.JSON(&b, playback.Result{Provider: "post", Calls: 1}); err != nil || !strings.Contains(b.String(), `"differences": []`) {
		t.Errorf("%v, %s", err, b.String())
	}
}
