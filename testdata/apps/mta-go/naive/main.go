// A small booking assistant on Mobile Text Alerts, as first written after the
// tutorial "Receive and Reply to Messages".
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"regexp"
	"strconv"
)

// reply is what a message-reply webhook brings.
type reply struct {
	FromNumber string `json:"fromNumber"`
	ReplyID    string `json:"replyId"`
	Message    string `json:"message"`
	ExternalID string `json:"externalId"`
}

var count = 0

func main() {
	http.HandleFunc("POST /webhooks/mta", webhook)
	http.HandleFunc("POST /notify", notify)
	http.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func webhook(w http.ResponseWriter, r *http.Request) {
	var in reply
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if in.ReplyID == "" { // a status
		return
	}
	if err := send(in.FromNumber, answerTo(in.Message)); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// notify sends a text that the customer did not ask for.
func notify(w http.ResponseWriter, r *http.Request) {
	var ask struct{ To, Text string }
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := send(ask.To, ask.Text); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

var booking = regexp.MustCompile(`(?i)^book (.+) for (.+)$`)

func answerTo(text string) string {
	if b := booking.FindStringSubmatch(text); b != nil {
		return fmt.Sprintf("Booked %s for %s.", b[1], b[2])
	}
	return "Yes, 3pm is free."
}

func send(to, text string) error {
	count++
	longcode, _ := strconv.Atoi(os.Getenv("MTA_LONGCODE"))
	body, _ := json.Marshal(map[string]any{
		"subscribers": []string{to}, "message": text, "longcodeId": longcode, "externalId": fmt.Sprint("RequestId-", count),
	})
	req, _ := http.NewRequest("POST", os.Getenv("MTA_BASE_URL")+"/v3/send", bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+os.Getenv("MTA_API_KEY"))
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("send: %s", res.Status)
	}
	return nil
}
