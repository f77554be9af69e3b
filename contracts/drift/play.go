package drift

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/exchange"
)

// Player is the network that a recording is played at.
type Player interface {
	// Call makes a request of the application; its URL is a path of the contract.
	Call(ctx context.Context, q contracts.Request) (contracts.Answer, error)
	// Text lets a handset text a number of the application.
	Text(ctx context.Context, handset, line, text string) error
	// Next are the webhooks that came since it was last asked. If there are none
	// it lets time go on until something happens; more is false if nothing will.
	Next(ctx context.Context) (heard []contracts.Request, more bool, err error)
	// Pass lets so much time go by.
	Pass(ctx context.Context, d time.Duration) error
}

// Options of a run.
type Options struct {
	Provider string
	// World is what an application is given at the Player: account, number,
	// number2 and whatever else the vendor has.
	World map[string]string
	// Key is the credential there, "user:password" where it has two parts.
	Key string
	// Hook is where the Player sends webhooks: URLs of the recorded application
	// become it. "" leaves them alone, and webhooks out.
	Hook *url.URL
}

// Run plays the exchanges of one recording, all of one contract, and compares.
// It stops with an error if the Player does.
func Run(ctx context.Context, all []exchange.Exchange, p Player, o Options) (Report, error) {
	r := &run{
		Options: o, player: p, ids: newIDs(o.World, linesOf(o.World)),
		report: Report{Provider: o.Provider}, place: map[*hook]int{}, kinds: map[*contracts.Operation]bool{},
	}
	r.prepare(all)
	for i, x := range all {
		err := r.pause(ctx, x)
		switch {
		case err != nil:
		case x.Operation == nil:
			r.unknown++
		case !x.Webhook():
			err = r.call(ctx, x)
		case r.Hook != nil:
			err = r.webhook(ctx, i, all)
		}
		if err != nil {
			return r.report, err
		}
	}
	r.finish()
	return r.report, nil
}

func linesOf(world map[string]string) []string {
	var all []string
	for _, name := range []string{"number", "number2"} {
		if world[name] != "" {
			all = append(all, world[name])
		}
	}
	return all
}

type run struct {
	Options
	player Player
	ids    *ids
	report Report
	found  findings

	key     string // the credential that most recorded calls had
	hooks   map[int]*hook
	kinds   map[*contracts.Operation]bool // webhooks that the recording has
	told    map[*mo]bool                  // MOs that were made to happen
	seen    map[string]bool               // webhooks that were waited for
	heard   []*hook                       // what was played
	free    []*hook                       // of heard: what nothing was found for yet
	paired  []*hook                       // of the recording, as they were expected
	place   map[*hook]int
	last    time.Time // when the last call was made
	lost    int
	unknown int
}

// prepare reads what the whole recording says about its world.
func (r *run) prepare(all []exchange.Exchange) {
	r.hooks, r.told = map[int]*hook{}, map[*mo]bool{}
	r.seen = map[string]bool{}
	keys := map[string]int{}
	var theirs []*url.URL
	for i, x := range all {
		if x.Operation == nil {
			continue
		}
		if !x.Webhook() {
			r.lines(x)
			for name, value := range credentialsOf(x.Request.Header) {
				if keys[value]++; keys[value] > keys[r.key] && name != "" {
					r.key = value
				}
			}
			continue
		}
		h := newHook(x.Operation, x.Request)
		h.entry = x.Index
		r.hooks[i], r.kinds[x.Operation] = h, true
		if h.mo != nil {
			r.ids.line(h.mo.line)
		}
		if u, err := url.Parse(x.Request.URL); err == nil {
			theirs = append(theirs, u)
		}
	}
	r.ids.hook = r.redirect(theirs)
}

// redirect makes of a URL of the recorded application one of the Player's.
func (r *run) redirect(theirs []*url.URL) func(string) (string, bool) {
	return func(text string) (string, bool) {
		if r.Hook == nil || !strings.HasPrefix(text, "http") {
			return "", false
		}
		u, err := url.Parse(text)
		if err != nil || !slices.ContainsFunc(theirs, func(t *url.URL) bool { return t.Path == u.Path && len(u.Path) > 1 || t.Host == u.Host }) {
			return "", false
		}
		u.Scheme, u.Host, u.User = r.Hook.Scheme, r.Hook.Host, nil
		return u.String(), true
	}
}

// lines notes which recorded numbers are the application's: those that it sends from.
func (r *run) lines(x exchange.Exchange) {
	m, _ := x.Operation.ReadRequest(x.Request)
	for _, line := range m.Roles("x-mt", "line") {
		r.ids.line(line)
	}
}

// credentialsOf are the headers that open a provider's door.
func credentialsOf(h http.Header) map[string]string {
	all := map[string]string{}
	for _, name := range []string{"Authorization", "X-Api-Key"} {
		if v := h.Get(name); v != "" {
			all[name] = v
		}
	}
	return all
}

// maxPause is how long a pause in a recording is kept at most.
const maxPause = time.Hour

// pause lets the time between two calls go by, so that limits on calls hold as
// they did.
func (r *run) pause(ctx context.Context, x exchange.Exchange) error {
	if x.Webhook() {
		return nil
	}
	before := r.last
	r.last = x.Entry.Started
	if d := r.last.Sub(before); !before.IsZero() && d > 0 {
		return r.player.Pass(ctx, min(d, maxPause))
	}
	return nil
}

// call plays one request and compares the answer.
func (r *run) call(ctx context.Context, x exchange.Exchange) error {
	if strings.Contains(x.Entry.Comment, "request body") && strings.Contains(x.Entry.Comment, "left out") {
		r.note("entry %d: the body of the request was not kept, so it is not played", x.Index)
		return nil
	}
	if x.Answer.Status != http.StatusNotFound { // what is not there is not to be found
		r.seed(x)
	}
	q := r.ids.request(x.Path(), x.Request)
	q.Header = r.header(x.Request.Header)
	played, err := r.player.Call(ctx, q)
	if err != nil {
		return fmt.Errorf("play entry %d, %s: %w", x.Index, x.Operation, err)
	}
	r.report.Calls++
	if !x.Answered() {
		r.lost++
		return nil
	}
	r.add(x.Operation.String(), x.Index, Answers(x.Operation, x.Answer, played))
	a, okA := x.Operation.ReadAnswer(x.Answer)
	b, okB := x.Operation.ReadAnswer(played)
	if okA == nil && okB == nil {
		r.ids.learn("", a.Value, b.Value, 0)
	}
	return nil
}

// seed takes what was there before the recording began from the path and the body.
func (r *run) seed(x exchange.Exchange) {
	path, _, _ := strings.Cut(x.Path(), "?")
	parts, names := strings.Split(path, "/"), strings.Split(x.Operation.Path, "/")
	for i := range min(len(parts), len(names)) {
		name, isParameter := strings.CutPrefix(names[i], "{")
		if !isParameter || i == 0 {
			continue
		}
		if name = strings.TrimSuffix(name, "}"); name == "id" {
			name = strings.TrimSuffix(names[i-1], "s")
		}
		if value, err := url.PathUnescape(parts[i]); err == nil {
			r.ids.seed(name, value)
		}
	}
	body, _ := x.Read(exchange.OfRequest)
	object, _ := body.Value.(map[string]any)
	for name, v := range object {
		if text, ok := textOf(v); ok {
			r.ids.seed(name, text)
		}
	}
}

// onlyConnection are headers that belong to a connection, not to a request.
var onlyConnection = map[string]bool{
	"Host": true, "Content-Length": true, "Connection": true, "Accept-Encoding": true, "Cookie": true,
	"Transfer-Encoding": true, "Te": true, "Trailer": true, "Upgrade": true, "Keep-Alive": true, "Proxy-Connection": true,
}

// header is that of a request as it is played, with the credential of the Player.
func (r *run) header(recorded http.Header) http.Header {
	h := http.Header{}
	for name, values := range recorded {
		if !onlyConnection[name] {
			h[name] = values
		}
	}
	for name, value := range credentialsOf(recorded) {
		if value != r.key || r.Key == "" {
			continue // a wrong key was recorded, and stays one
		}
		h.Set(name, credential(value, r.Key))
	}
	return h
}

// credential writes a key as the recorded one was written.
func credential(recorded, key string) string {
	scheme, _, hasScheme := strings.Cut(recorded, " ")
	switch {
	case hasScheme && strings.EqualFold(scheme, "Basic"):
		if !strings.Contains(key, ":") {
			key += ":"
		}
		return scheme + " " + base64.StdEncoding.EncodeToString([]byte(key))
	case hasScheme:
		return scheme + " " + key
	}
	return key
}

// maxSteps bounds how long one webhook is waited for.
const maxSteps = 200

// webhook waits for what was recorded, making it happen if it brings an MO.
func (r *run) webhook(ctx context.Context, i int, all []exchange.Exchange) error {
	h := r.hooks[i]
	if again := h.text(); r.seen[again] {
		return nil // a retry, which hangs on what the application answered
	} else if len(r.seen) < maxIDs {
		r.seen[again] = true
	}
	if err := r.text(ctx, r.cause(i, all)); err != nil {
		return err
	}
	got, err := r.await(ctx, h)
	if err != nil {
		return err
	}
	if got == nil {
		r.found.add(Difference{Operation: h.operation.String(), Kind: Missing, Recorded: "it came", Played: "it does not come", Entry: h.entry})
		return nil
	}
	got.used = true
	r.free = slices.DeleteFunc(r.free, func(other *hook) bool { return other == got })
	r.paired = append(r.paired, h)
	r.place[h] = got.place
	r.report.Webhooks++
	r.add(h.operation.String(), h.entry, Requests(h.operation, h.request, got.request))
	r.ids.learn("", h.body, got.body, 0)
	return nil
}

// maxAhead is how far an MO is looked for behind what follows from it.
const maxAhead = 100

// cause is the MO that a webhook brings or follows from: one before the next
// call that is about the same, for some vendors tell of a new conversation, or
// of an opt-out, first.
func (r *run) cause(i int, all []exchange.Exchange) *mo {
	h := r.hooks[i]
	if h.mo != nil || h.message != "" {
		return h.mo
	}
	for j := i + 1; j < min(len(all), i+maxAhead) && all[j].Webhook(); j++ {
		if other := r.hooks[j]; other != nil && other.mo != nil && mentions(other.body, h.talk, 0) {
			return other.mo
		}
	}
	return nil
}

// mentions reports whether one of the texts stands in a value.
func mentions(v any, texts []string, level int) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			if level < maxLevels && mentions(inner, texts, level+1) {
				return true
			}
		}
		return false
	case []any:
		return level < maxLevels && slices.ContainsFunc(v, func(inner any) bool { return mentions(inner, texts, level+1) })
	}
	text, ok := textOf(v)
	return ok && text != "" && slices.Contains(texts, text)
}

// text makes an MO happen, once.
func (r *run) text(ctx context.Context, m *mo) error {
	if m == nil || r.told[m] {
		return nil
	}
	r.told[m] = true
	if err := r.player.Text(ctx, r.ids.number(m.handset), r.ids.number(m.line), m.text); err != nil {
		return fmt.Errorf("text from %s: %w", m.handset, err)
	}
	return nil
}

// await is the webhook that fits best; nil if none comes. One that tells of
// another state will do only where none tells of the right one.
func (r *run) await(ctx context.Context, h *hook) (*hook, error) {
	for range maxSteps {
		if best := r.best(h); best != nil && best.state == h.state {
			return best, nil
		}
		heard, more, err := r.player.Next(ctx)
		if err != nil {
			return nil, fmt.Errorf("wait for %s: %w", h.operation, err)
		}
		for _, q := range heard {
			r.hear(q, h)
		}
		if !more && len(heard) == 0 {
			break
		}
	}
	return r.best(h), nil
}

// best is the webhook so far that fits best.
func (r *run) best(h *hook) (best *hook) {
	score := 0
	for _, played := range r.free {
		if n := h.fits(played, r.ids); n > score {
			best, score = played, n
		}
	}
	return best
}

// hear takes a webhook that was played. like is of the contract in hand.
func (r *run) hear(q contracts.Request, like *hook) {
	o := like.operation.Contract().FindWebhook(contracts.Webhook{Request: q})
	if o == nil {
		r.note("a webhook came that the contract does not name")
		return
	}
	played := newHook(o, q)
	played.place = len(r.heard)
	r.heard, r.free = append(r.heard, played), append(r.free, played)
}

func (r *run) add(operation string, entry int, found []Difference) {
	for _, d := range found {
		d.Operation, d.Entry = operation, entry
		r.found.add(d)
	}
}

func (r *run) note(format string, args ...any) {
	const most = 50
	if text := fmt.Sprintf(format, args...); len(r.report.Notes) < most && !slices.Contains(r.report.Notes, text) {
		r.report.Notes = append(r.report.Notes, text)
	}
}

// finish compares what only the whole shows.
func (r *run) finish() {
	for _, d := range order(r.paired, r.place) {
		r.found.add(d)
	}
	for _, played := range r.heard {
		switch {
		case played.used:
		case r.kinds[played.operation]:
			r.found.add(Difference{Operation: played.operation.String(), Kind: Surplus, Recorded: "it did not come", Played: "it comes", Entry: -1})
		default:
			r.note("%s comes; the recording has none of it, and may be of an application that did not ask for it", played.operation)
		}
	}
	if r.lost > 0 {
		r.note("%d calls had no whole answer when they were recorded; they were played and not compared", r.lost)
	}
	if r.unknown > 0 {
		r.note("%d exchanges are none that the contract names; they were not played (switchhook contracts check names them)", r.unknown)
	}
	r.report.Differences = r.found.sorted()
}
