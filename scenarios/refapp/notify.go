package refapp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// notice is the body of POST /notify: a text that nobody asked for.
type notice struct {
	To   people `json:"to"`
	Text string `json:"text"`
	Ref  string `json:"ref"`  // travels with the text as metadata
	At   string `json:"at"`   // RFC 3339; the provider holds the text until then
	When string `json:"when"` // next-inbound: this app holds it until the handset's next webhook

	Provider string `json:"provider"` // by which it leaves
}

// people is a telephone number or a list of them.
type people []string

// UnmarshalJSON takes either.
func (p *people) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*p = people{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(p))
}

// mostPeople bounds a list.
const mostPeople = 1000

var (
	punctuation = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "")
	e164        = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// outbound checks a notice and returns a text to each of its people. Spellings
// of one number become one handset, which gets one text.
func (n notice) outbound() ([]outbound, error) {
	o := outbound{Body: n.Text, Ref: n.Ref}
	switch {
	case n.Text == "":
		return nil, errors.New("text is empty")
	case n.When != "" && n.When != "next-inbound":
		return nil, errors.New("when is unknown: leave it out or use next-inbound")
	case len(n.To) == 0 || len(n.To) > mostPeople:
		return nil, fmt.Errorf("to must be a telephone number or a list of 1 to %d", mostPeople)
	}
	if n.At != "" {
		at, err := time.Parse(time.RFC3339, n.At)
		if err != nil {
			return nil, errors.New("at is not a time: write it as 2026-08-20T15:04:05Z")
		}
		o.SendAt = at.UTC().Format(time.RFC3339)
	}
	var all []outbound
	for _, to := range n.To {
		o.Handset = punctuation.Replace(to)
		if !e164.MatchString(o.Handset) {
			return nil, errors.New("to is not a telephone number: write it as +14155550100")
		}
		if !slices.ContainsFunc(all, func(other outbound) bool { return other.Handset == o.Handset }) {
			all = append(all, o)
		}
	}
	return all, nil
}

func (a *App) notify(w http.ResponseWriter, r *http.Request) {
	var n notice
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&n); err != nil {
		fail(w, http.StatusBadRequest, "the body is not a JSON object with to and text")
		return
	}
	texts, err := n.outbound()
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	d := a.fallback
	if n.Provider != "" {
		d = a.desk(n.Provider)
	}
	switch {
	case d == nil:
		fail(w, http.StatusBadRequest, "provider is not set up here: leave it out or name one that is")
	case n.At != "" && !d.manners.schedules:
		fail(w, http.StatusBadRequest, "at cannot be had: the provider holds no texts")
	default:
		ids, err := d.notice(texts, n.When == "next-inbound")
		if err != nil {
			d.log.Error("store", "problem", err)
			fail(w, http.StatusServiceUnavailable, "it could not be kept: try again")
			return
		}
		answer(w, http.StatusAccepted, map[string]any{"id": ids[0], "ids": ids})
	}
}

// notice takes texts that nobody asked for and returns their ids. Each has a
// lane of its own, so that nobody waits for, or goes without because of,
// somebody else.
func (d *desk) notice(texts []outbound, hold bool) ([]string, error) {
	c := &noticed{Texts: texts, Hold: hold, Worker: d.store.me}
	if d.bug("refusal-aborts-batch") {
		c.Lane = batchLane
	}
	err := d.store.do(c)
	d.wake(c.lanes...)
	return c.ids, err
}

// message says how far a text got, by the id that /notify gave or the
// provider's own.
func (a *App) message(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	for _, d := range a.desks {
		var status string
		var known bool
		if err := d.store.look(func(now *state) { status, known = now.state(id) }); err != nil {
			fail(w, http.StatusServiceUnavailable, "the store cannot be read")
			return
		}
		if known {
			answer(w, http.StatusOK, map[string]any{"id": id, "status": status})
			return
		}
	}
	fail(w, http.StatusNotFound, "no such message")
}

func (a *App) pending(w http.ResponseWriter, _ *http.Request) {
	count := 0
	for _, d := range a.desks {
		n, err := d.pending()
		if err != nil {
			fail(w, http.StatusServiceUnavailable, "the store cannot be read")
			return
		}
		count += n
	}
	answer(w, http.StatusOK, map[string]any{"count": count})
}

// pending counts what there is to do, by this worker or another.
func (d *desk) pending() (n int, err error) {
	err = d.store.look(func(now *state) { n = now.pending() })
	return n + int(d.unsaved.Load()), err
}

func (a *App) healthy(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"ok": true})
}

func fail(w http.ResponseWriter, code int, why string) {
	answer(w, code, map[string]any{"error": why})
}

func answer(w http.ResponseWriter, code int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the caller may have hung up
}
