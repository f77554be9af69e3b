package refapp

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// notice is the body of POST /notify: a text that nobody asked for.
type notice struct {
	To   string `json:"to"`
	Text string `json:"text"`
	Ref  string `json:"ref"`  // travels with the text as metadata
	At   string `json:"at"`   // RFC 3339; the provider holds the text until then
	When string `json:"when"` // next-inbound: this app holds it until the handset's next webhook

	Provider string `json:"provider"` // by which it leaves
}

var (
	punctuation = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "")
	e164        = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// outbound checks a notice. Spellings of one number become one handset.
func (n notice) outbound() (outbound, error) {
	o := outbound{handset: punctuation.Replace(n.To), body: n.Text, ref: n.Ref}
	switch {
	case !e164.MatchString(o.handset):
		return o, errors.New("to is not a telephone number: write it as +14155550100")
	case n.Text == "":
		return o, errors.New("text is empty")
	case n.When != "" && n.When != "next-inbound":
		return o, errors.New("when is unknown: leave it out or use next-inbound")
	}
	if n.At != "" {
		at, err := time.Parse(time.RFC3339, n.At)
		if err != nil {
			return o, errors.New("at is not a time: write it as 2026-08-20T15:04:05Z")
		}
		o.sendAt = at.UTC().Format(time.RFC3339)
	}
	return o, nil
}

func (a *App) notify(w http.ResponseWriter, r *http.Request) {
	var n notice
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&n); err != nil {
		fail(w, http.StatusBadRequest, "the body is not a JSON object with to and text")
		return
	}
	o, err := n.outbound()
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
		answer(w, http.StatusAccepted, map[string]any{"id": d.notice(o, n.When == "next-inbound")})
	}
}

// notice takes a text that nobody asked for and returns its id.
func (d *desk) notice(o outbound, hold bool) string {
	id, waiting := d.store.notice(o, hold)
	if waiting {
		d.lanes.put(o.handset, func() { d.deliver(id) })
	}
	return id
}

// message says how far a text got, by the id that /notify gave or the
// provider's own.
func (a *App) message(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	for _, d := range a.desks {
		if status, known := d.store.state(id); known {
			answer(w, http.StatusOK, map[string]any{"id": id, "status": status})
			return
		}
	}
	fail(w, http.StatusNotFound, "no such message")
}

func (a *App) pending(w http.ResponseWriter, _ *http.Request) {
	count := 0
	for _, d := range a.desks {
		count += d.store.pending()
	}
	answer(w, http.StatusOK, map[string]any{"count": count})
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
