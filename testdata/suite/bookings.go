package bookings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// NoDedupe is a bug: every webhook is taken for a new text.
const NoDedupe = "no-dedupe"

// Options say which Surge account the application works for.
type Options struct {
	URL     string // of the API
	Key     string
	Account string
	Secret  string // that signs its webhooks
	Bug     string // NoDedupe, or empty
}

// App is the application.
type App struct {
	surge    surge
	verifier *webhooks.Webhook
	bug      string
	work     sync.WaitGroup

	mu      sync.Mutex
	seen    map[string]bool   // ids of texts already taken
	out     map[string]bool   // contacts that said STOP
	contact map[string]string // by phone number
	pending int               // texts taken but not yet answered
}

// New is an application; it does nothing until it is served.
func New(o Options) (*App, error) {
	verifier, err := webhooks.NewWebhook(o.Secret)
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	if o.Bug != "" && o.Bug != NoDedupe {
		return nil, fmt.Errorf("unknown bug %q; write %s", o.Bug, NoDedupe)
	}
	return &App{
		surge: surge{url: o.URL, key: o.Key, account: o.Account}, verifier: verifier, bug: o.Bug,
		seen: map[string]bool{}, out: map[string]bool{}, contact: map[string]string{},
	}, nil
}

// Close waits for what was begun.
func (a *App) Close() { a.work.Wait() }

// Handler serves webhooks, POST /notify, and how much work is left.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks/surge", a.webhook)
	mux.HandleFunc("POST /notify", a.notify)
	mux.HandleFunc("GET /debug/pending", func(w http.ResponseWriter, _ *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		_ = json.NewEncoder(w).Encode(map[string]int{"count": a.pending})
	})
	return mux
}

// maxBody bounds a request.
const maxBody = 1 << 20

// webhook believes nothing before the signature is checked, and answers before
// the work is done.
func (a *App) webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = a.verifier.Verify(body, r.Header)
	}
	if err != nil {
		http.Error(w, "not signed by Surge", http.StatusUnauthorized)
		return
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	switch e.Type {
	case "message.received":
		a.receive(e.Data)
	case "contact.opted_out":
		a.consent(e.Data.ID, true)
	case "contact.opted_in":
		a.consent(e.Data.ID, false)
	}
}

// Surge answers these words itself.
var (
	stop  = []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
	start = []string{"START", "YES", "UNSTOP"}
	help  = []string{"HELP", "INFO"}
)

func (a *App) receive(m message) {
	contact := m.Conversation.Contact
	a.mu.Lock()
	known := a.seen[m.ID] && a.bug != NoDedupe
	a.seen[m.ID], a.contact[contact.PhoneNumber] = true, contact.ID
	a.mu.Unlock()
	word := strings.ToUpper(strings.TrimSpace(m.Body))
	switch {
	case known, slices.Contains(help, word):
	case slices.Contains(stop, word):
		a.consent(contact.ID, true)
	case slices.Contains(start, word):
		a.consent(contact.ID, false)
	default:
		a.send(contact.ID, map[string]string{"conversation": m.Conversation.ID, "body": answer(m.Body)})
	}
}

func answer(text string) string {
	if what, who, ok := strings.Cut(text, " for "); ok {
		return fmt.Sprintf("%s: done, for %s.", what, who)
	}
	return "Yes, 3pm is free."
}

func (a *App) consent(contact string, out bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.out[contact] = out
}

// notify texts a customer of the application's own accord.
func (a *App) notify(w http.ResponseWriter, r *http.Request) {
	var n struct{ To, Text string }
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&n)
	if err == nil && (n.To == "" || n.Text == "") {
		err = errors.New("to and text are needed")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	contact := a.contact[n.To]
	a.mu.Unlock()
	a.send(contact, map[string]string{"to": n.To, "body": n.Text})
	w.WriteHeader(http.StatusAccepted)
}

// send has a text sent in the background, unless the contact is out. What Surge
// does not take is lost: to ask again could text the customer twice.
func (a *App) send(contact string, text map[string]string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.out[contact] {
		return
	}
	a.pending++
	a.work.Go(func() {
		a.surge.send(text)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.pending--
	})
}
