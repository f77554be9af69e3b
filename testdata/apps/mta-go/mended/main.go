// A small booking assistant on Mobile Text Alerts: each text is answered once,
// and nobody who said STOP is texted.
package main

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// event has the fields of all webhooks that matter here.
type event struct {
	Event      string    `json:"event"` // the name, if the body says it here
	Type       string    `json:"type"`  // or here
	FromNumber string    `json:"fromNumber"`
	ToNumber   string    `json:"toNumber"`
	ReplyID    string    `json:"replyId"` // of the events with a known name or none, only a reply has one
	Message    string    `json:"message"`
	Status     int       `json:"status"` // only a delivery status has one
	Timestamp  time.Time `json:"timestamp"`
}

const stopped = 11 // the delivery status of a text to somebody who had left

var (
	eventNames = strings.Fields("message-reply delivery-status message-send number-opt-in")
	stopWords  = strings.Fields("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT")
	startWords = strings.Fields("START YES UNSTOP")
	helpWords  = strings.Fields("HELP INFO")
)

func main() {
	b, err := open(cmp.Or(os.Getenv("DATA_DIR"), "."))
	if err != nil {
		log.Fatal(err)
	}
	b.resume()
	http.HandleFunc("POST /webhooks/mta", b.webhook)
	http.HandleFunc("POST /notify", b.notify)
	http.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("GET /pending", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"count": %d}`, b.pending())
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func (b *book) webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil || !signed(r.Header.Get("X-Signature"), body) {
		http.Error(w, "bad signature", http.StatusUnauthorized)
		return
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	switch {
	case e.unknown(): // it is taken, and means nothing here
	case e.Status == stopped:
		b.write(line{Choice: &choice{Who: e.ToNumber, Out: true, At: e.Timestamp}})
	case e.ReplyID != "":
		b.receive(e)
	}
	// MTA takes 200 alone for success, and that is what an empty answer is.
}

// unknown reports whether the event says a name that this program does not know.
// Then even a replyId does not make it a new text.
func (e event) unknown() bool {
	name := cmp.Or(e.Event, e.Type)
	return name != "" && !slices.Contains(eventNames, name)
}

func signed(given string, body []byte) bool {
	mac := hmac.New(sha256.New, []byte(os.Getenv("MTA_WEBHOOK_SECRET")))
	mac.Write(body)
	return hmac.Equal([]byte(given), []byte(hex.EncodeToString(mac.Sum(nil))))
}

// receive writes down what is to be done. MTA itself answers STOP, START and HELP.
func (b *book) receive(e event) {
	l, word := line{Took: e.ReplyID}, strings.ToUpper(strings.TrimSpace(e.Message))
	switch {
	case slices.Contains(stopWords, word), slices.Contains(startWords, word):
		l.Choice = &choice{Who: e.FromNumber, Out: slices.Contains(stopWords, word), At: e.Timestamp}
	case !slices.Contains(helpWords, word):
		// The key is made of the reply's id, so it is the same however often this is tried.
		l.Send = &text{Key: "reply" + e.ReplyID, From: e.ToNumber, To: e.FromNumber, Body: answerTo(e.Message)}
	}
	if b.write(l) && l.Send != nil {
		go b.deliver(l.Send.To)
	}
}

// notify takes a text that the customer did not ask for.
func (b *book) notify(w http.ResponseWriter, r *http.Request) {
	var ask struct{ To, Text string }
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil || ask.To == "" || ask.Text == "" {
		http.Error(w, "to and text are needed", http.StatusBadRequest)
		return
	}
	if b.out(ask.To) {
		http.Error(w, "the customer said STOP", http.StatusConflict)
		return
	}
	b.write(line{Send: &text{Key: rand.Text(), To: ask.To, Body: ask.Text}})
	go b.deliver(ask.To)
	w.WriteHeader(http.StatusAccepted)
}

var booking = regexp.MustCompile(`(?i)^book (.+) for (.+)$`)

func answerTo(text string) string {
	if b := booking.FindStringSubmatch(text); b != nil {
		return fmt.Sprintf("Booked %s for %s.", b[1], b[2])
	}
	return "Yes, 3pm is free."
}
