package bookings

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// event is what a webhook of Surge tells. Data holds the fields of a message or
// of a contact.
type event struct {
	Type string  `json:"type"`
	Data message `json:"data"`
}

type message struct {
	ID           string `json:"id"`
	Body         string `json:"body"`
	Conversation struct {
		ID      string `json:"id"`
		Contact struct {
			ID          string `json:"id"`
			PhoneNumber string `json:"phone_number"`
		} `json:"contact"`
	} `json:"conversation"`
}

// surge is the API of Surge.
type surge struct{ url, key, account string }

var caller = http.Client{Timeout: 5 * time.Second}

// send posts one message.
func (s surge) send(text map[string]string) {
	body, _ := json.Marshal(text) // strings always encode
	req, err := http.NewRequest(http.MethodPost, s.url+"/accounts/"+s.account+"/messages", bytes.NewReader(body))
	if err != nil {
		slog.Error("text not sent", "why", err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := caller.Do(req)
	if err != nil {
		slog.Error("text not sent", "why", err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, res.Body)
	if res.StatusCode/100 != 2 {
		slog.Error("text not sent", "status", res.Status)
	}
}
