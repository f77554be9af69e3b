package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/drift"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

// emulated plays a recording at an emulator of its own.
type emulated struct {
	caller
	provider string
	station  *station
	box      *sandbox.Sandbox
	ear      *ear
}

// emulate starts an emulator with a sandbox for one recording.
func emulate(provider, path string, switches map[string]string, unlimited bool) (*emulated, error) {
	station, err := listen("127.0.0.1:0", emulator.Options{Clock: clock.Options{Mode: clock.Manual}, NoContracts: true})
	if err != nil {
		return nil, err
	}
	p := &emulated{provider: provider, station: station}
	if p.ear, err = listening(); err != nil {
		station.close()
		return nil, err
	}
	p.box, err = station.em.Make(client.SandboxOptions{
		Clock:    &client.ClockOptions{Mode: string(clock.Manual), Start: "now"},
		Webhooks: map[string]string{provider: p.ear.url.String() + path},
		Switches: map[string]map[string]string{provider: switches}, Unlimited: unlimited,
	})
	if err != nil {
		p.close()
		return nil, misuse(err.Error(), "switchhook list switches")
	}
	p.caller = caller{base: p.box.Placeholders()[provider]["url"], client: &http.Client{Transport: &http.Transport{}, Timeout: callTime}}
	return p, nil
}

func (p *emulated) close() {
	p.ear.door.close()
	p.station.close()
	if p.client != nil {
		p.client.CloseIdleConnections()
	}
}

// options are those of a run at p.
func (p *emulated) options() drift.Options {
	world := p.box.Placeholders()[p.provider]
	o := drift.Options{Provider: p.provider, World: world, Key: world["key"], Hook: p.ear.url}
	if token := world["token"]; token != "" {
		o.Key += ":" + token
	}
	return o
}

// Text lets a handset text.
func (p *emulated) Text(_ context.Context, handset, line, text string) error {
	from, err := sms.ParseNumber(international(handset, p.box.Placeholders()[p.provider]["number"]))
	if err != nil {
		return err
	}
	to, err := sms.ParseNumber(international(line, p.box.Placeholders()[p.provider]["number"]))
	if err != nil {
		return err
	}
	_, err = p.box.Text(p.provider, from, to, text, nil)
	return err
}

// international writes a number with plus and country code; what is spelled
// without one is of the country of like.
func international(number, like string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	if strings.HasPrefix(number, "+") || len(like) < 11 {
		return "+" + digits
	}
	country := strings.TrimPrefix(like[:len(like)-10], "+")
	return "+" + country + digits[max(0, len(digits)-10):]
}

// Next lets time go on.
func (p *emulated) Next(ctx context.Context) ([]contracts.Request, bool, error) {
	if _, err := p.box.Advance(ctx, clock.Move{To: p.box.Now()}); err != nil { // what is open ends
		return nil, false, err
	}
	if heard := p.ear.take(); len(heard) > 0 {
		return heard, true, nil
	}
	if p.box.Clock().Pending == 0 {
		return nil, false, nil
	}
	_, err := p.box.Advance(ctx, clock.Move{Next: true})
	return p.ear.take(), true, err
}

// Pass lets so much time go by.
func (p *emulated) Pass(ctx context.Context, d time.Duration) error {
	_, err := p.box.Advance(ctx, clock.Move{To: p.box.Now().Add(d)})
	return err
}

// ear is an endpoint that takes everything and remembers it.
type ear struct {
	url  *url.URL
	door *door

	mu    sync.Mutex
	heard []contracts.Request
}

// maxHeard bounds one webhook.
const maxHeard = 1 << 20

func listening() (*ear, error) {
	e := &ear{}
	door, err := open("127.0.0.1:0", "--addr", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxHeard))
		if err != nil {
			return // the emulator hung up
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.heard = append(e.heard, contracts.Request{Method: r.Method, URL: r.URL.String(), Header: r.Header, Body: body})
		w.WriteHeader(http.StatusOK)
	}))
	if err != nil {
		return nil, err
	}
	e.door = door
	e.url, err = url.Parse(door.url)
	return e, err
}

func (e *ear) take() []contracts.Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	heard := e.heard
	e.heard = nil
	return heard
}

// callTime is how long one call may take.
const callTime = 30 * time.Second

// caller makes the calls of a recording.
type caller struct {
	base   string // where paths of the contract begin
	client *http.Client
}

// maxAnswer bounds one answer.
const maxAnswer = 8 << 20

// Call makes one request. It follows no redirect: that is the answer.
func (c caller) Call(ctx context.Context, q contracts.Request) (contracts.Answer, error) {
	r, err := http.NewRequestWithContext(ctx, q.Method, c.base+q.URL, bytes.NewReader(q.Body))
	if err != nil {
		return contracts.Answer{}, err
	}
	r.Header = q.Header.Clone()
	client := *c.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	if err != nil {
		return contracts.Answer{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	return contracts.Answer{Status: answer.StatusCode, Header: answer.Header, Body: body}, err
}

// upstream plays calls at the real service. Nobody can text there, and its
// webhooks go elsewhere.
type upstream struct{ caller }

// Text is not possible.
func (upstream) Text(context.Context, string, string, string) error {
	return fmt.Errorf("nobody can text at the real service from here")
}

// Next has nothing.
func (upstream) Next(context.Context) ([]contracts.Request, bool, error) { return nil, false, nil }

// Pass does not wait: nobody's limits are tested there.
func (upstream) Pass(context.Context, time.Duration) error { return nil }

var _ = []drift.Player{(*emulated)(nil), upstream{}}
