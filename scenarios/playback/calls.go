package playback

import (
	"cmp"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recording"
)

func (it *item) isCall() bool { return it.Direction == recording.Call }

// arrived is a call that fits no recorded one.
type arrived struct {
	likeness
	early *item
}

// ServeHTTP is the provider as the application sees it.
func (p *player) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		panic(http.ErrAbortHandler) // it hung up
	}
	q := contracts.Request{Method: r.Method, URL: r.URL.String(), Header: r.Header, Body: body}
	message, like := likenessOf(p.o.Contract, q)
	var it *item
	p.change(func() { it = p.take(message, like) })
	if it == nil {
		p.improvise(w, message, like)
		return
	}
	defer p.set(it, ended)
	p.wait(r.Context(), holdTime, func() bool { return p.inside(it) })
	p.answer(w, r, it)
}

// take finds the recorded call that a call is, and notes what is different. nil
// says that it is one too many. The caller holds the lock.
func (p *player) take(m contracts.Message, like likeness) *item {
	p.arrivals++
	var best *item
	score := -1
	var early *item
	for _, it := range p.script.calls[like.operation] {
		if it.state != waiting && it.state != missed || it.like.conversation != like.conversation {
			continue
		}
		if it.after != nil && it.after.state == waiting {
			early = cmp.Or(early, it)
			continue
		}
		if s := p.alike(it.like, like); s > score {
			best, score = it, s
		}
	}
	if best == nil {
		p.extras = append(p.extras, arrived{like, early})
		p.giveUp(like)
		return nil
	}
	best.state, best.arrival = begun, p.arrivals
	p.keep(best, m)
	p.compare(best, like)
	return best
}

// giveUp waits no longer for a call that has just gone into another
// conversation, as it seems. The caller holds the lock.
func (p *player) giveUp(like likeness) {
	for _, it := range p.script.calls[like.operation] {
		if it.state == waiting && p.same(it.like, like) && (it.after == nil || it.after.state != waiting) {
			it.state = missed
			return
		}
	}
}

// same reports whether two calls of an operation are the same but for the
// conversation.
func (p *player) same(a, b likeness) bool {
	if p.script.words && b.text != "" {
		return a.text == b.text
	}
	return maps.Equal(a.shape, b.shape)
}

// alike says how much one call is like another of its operation and conversation.
func (p *player) alike(a, b likeness) int {
	score := 0
	if maps.Equal(a.shape, b.shape) {
		score++
	}
	if p.script.words && a.text == b.text {
		score += 2
	}
	return score
}

// answer answers a call as it was answered in the recording.
func (p *player) answer(w http.ResponseWriter, r *http.Request, it *item) {
	if it.Outcome == recording.Lost || it.Response.Status < 200 {
		if strings.Contains(it.Error, "hung up") { // it had waited long enough
			wait := time.NewTimer(time.Duration(it.Time)*time.Millisecond + p.o.Patience)
			defer wait.Stop()
			select {
			case <-r.Context().Done():
			case <-wait.C:
			case <-p.over:
			}
		}
		panic(http.ErrAbortHandler)
	}
	body, err := it.Response.Body()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	body = p.translated(body, it.Response.Content.MimeType)
	header := w.Header()
	for name, values := range recording.HeaderOf(it.Response.Headers) {
		if !slices.Contains(ownHeaders, name) {
			header[name] = values
		}
	}
	if it.Outcome == recording.Cut {
		half(w, it, body)
	}
	if status := it.Response.Status; status != http.StatusNoContent && status != http.StatusNotModified {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(it.Response.Status)
	_, _ = w.Write(body)
	_ = http.NewResponseController(w).Flush() // what waits for this answer goes on after it
}

// ownHeaders belong to a connection or to a coding that was taken off.
var ownHeaders = []string{
	"Connection", "Content-Encoding", "Content-Length", "Date", "Keep-Alive", "Transfer-Encoding", "Trailer", "Upgrade",
}

// half begins an answer and breaks off.
func half(w http.ResponseWriter, it *item, body []byte) {
	whole, err := strconv.Atoi(it.Response.Header("Content-Length"))
	if err != nil || whole <= len(body) {
		whole = len(body) + 100
	}
	w.Header().Set("Content-Length", strconv.Itoa(whole))
	w.WriteHeader(it.Response.Status)
	_, _ = w.Write(body)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// improvise answers a call that was never recorded: as the last one of its kind
// was answered, else in the vendor's words for what is not there.
func (p *player) improvise(w http.ResponseWriter, m contracts.Message, like likeness) {
	for _, same := range []func(*item) bool{
		func(it *item) bool { return it.like.conversation == like.conversation },
		func(*item) bool { return true },
	} {
		for _, it := range slices.Backward(p.script.calls[like.operation]) {
			if it.Outcome == "" && it.Response.Status >= 200 && same(it) {
				p.answer(w, nil, it)
				return
			}
		}
	}
	kind, body := "application/json", []byte(`{"error":"not found"}`)
	if m.Operation != nil {
		if k, example, ok := m.Operation.Example(http.StatusNotFound); ok {
			kind, body = k, example
		}
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(body)
}
