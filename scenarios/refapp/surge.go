package refapp

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// surgeTolerance is how far off a signature's time may be.
const surgeTolerance = 300 * time.Second

// Surge is what the app needs to speak to Surge.
type Surge struct {
	BaseURL string   // of the API, without a slash at the end
	Key     string   // sent as a bearer token
	Account string   // the account that sends
	Secrets []string // webhook signing secrets, any of which may sign; none refuses every webhook
}

// surge is the edge to Surge: signatures, events and the send call.
type surge struct {
	url    string
	key    string
	keys   [][]byte
	client *http.Client
	now    func() time.Time
	bug    func(string) bool
}

func newSurge(opts Options, client *http.Client, bug func(string) bool) (vendor, error) {
	o := opts.Surge
	s := &surge{
		url: strings.TrimSuffix(o.BaseURL, "/") + "/accounts/" + url.PathEscape(o.Account) + "/messages",
		key: o.Key, client: client, now: opts.Now, bug: bug,
	}
	for _, secret := range o.Secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) == 0 {
			return nil, errors.New("a webhook signing secret is not base64: copy it whole, from whsec_ on")
		}
		s.keys = append(s.keys, key)
	}
	return s, nil
}

// verify checks a Standard Webhooks signature: any of the signatures sent may
// be made with any of the secrets known.
func (s *surge) verify(r *http.Request, body []byte) error {
	header := r.Header
	if s.bug("no-signature-check") {
		return nil
	}
	id, stamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if id == "" || err != nil {
		return errors.New("the webhook is not signed")
	}
	age := s.now().Sub(time.Unix(seconds, 0))
	if age.Abs() > surgeTolerance && !s.bug("no-timestamp-check") {
		return errors.New("the signature is too old or from the future")
	}
	signatures := strings.Fields(header.Get("webhook-signature"))
	if s.bug("first-signature-only") && len(signatures) > 1 {
		signatures = signatures[:1]
	}
	for _, signature := range signatures {
		if s.made(signature, id+"."+stamp+".", body) {
			return nil
		}
	}
	return errors.New("no signature fits")
}

func (s *surge) made(signature, prefix string, body []byte) bool {
	encoded, v1 := strings.CutPrefix(signature, "v1,")
	given, err := base64.StdEncoding.DecodeString(encoded)
	if !v1 || err != nil {
		return false
	}
	for _, key := range s.keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(prefix))
		mac.Write(body)
		if hmac.Equal(given, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

type surgeEvent struct {
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

type surgeThread struct {
	ID      string `json:"id"`
	Contact struct {
		ID          string `json:"id"`
		PhoneNumber string `json:"phone_number"`
	} `json:"contact"`
}

type surgeMessage struct {
	ID           string      `json:"id"`
	Body         string      `json:"body"`
	ReceivedAt   time.Time   `json:"received_at"`
	Conversation surgeThread `json:"conversation"`
}

// surgeFields are the documented fields of an envelope, a message, a contact
// event and a conversation; only the bug extra-field-500 minds any other.
var surgeFields = strings.Fields(`id type account_id timestamp data blast_id body metadata attachments conversation
	received_at sent_at delivered_at failed_at failure_reason reason status contact phone_number`)

func (s *surge) decode(r *http.Request, body []byte) (inbound, error) {
	var e surgeEvent
	if err := json.Unmarshal(body, &e); err != nil {
		return inbound{}, fmt.Errorf("reading the event: %w", err)
	}
	in := inbound{Event: r.Header.Get("webhook-id"), At: e.Timestamp}
	err := in.readSurge(e)
	switch {
	case err != nil:
		return inbound{}, err
	case in.Kind == other && s.bug("unknown-event-500"):
		return inbound{}, errBug
	case in.Kind != other && s.bug("extra-field-500") && (!onlyFields(body, surgeFields) || !onlyFields(e.Data, surgeFields)):
		return inbound{}, errBug
	}
	return in, nil
}

// readSurge fills in what the event's type carries; it leaves the kind alone
// when the app has no use for the type.
func (in *inbound) readSurge(e surgeEvent) error {
	switch e.Type {
	case "message.received":
		in.Kind = text
	case "message.sent", "message.delivered", "message.failed":
		in.Kind, in.Status = progress, strings.TrimPrefix(e.Type, "message.")
	case "contact.opted_out":
		in.Kind = optedOut
	case "contact.opted_in":
		in.Kind = optedIn
	case "conversation.created":
		in.Kind = newThread
	default:
		return nil
	}
	return in.readSurgeData(e.Data)
}

func (in *inbound) readSurgeData(data json.RawMessage) error {
	var m surgeMessage
	var err error
	switch in.Kind {
	case newThread:
		err = json.Unmarshal(data, &m.Conversation)
		m.ID = m.Conversation.ID
	case optedOut, optedIn:
		err = json.Unmarshal(data, &m.Conversation.Contact)
		m.ID = m.Conversation.Contact.ID
	default:
		err = json.Unmarshal(data, &m)
		in.Message = m.ID
	}
	if err != nil {
		return fmt.Errorf("reading the data: %w", err)
	}
	in.Body, in.Conversation = m.Body, m.Conversation.ID
	in.Contact, in.Handset = m.Conversation.Contact.ID, m.Conversation.Contact.PhoneNumber
	if !m.ReceivedAt.IsZero() {
		in.At = m.ReceivedAt
	}
	if m.ID == "" || in.Kind == text && (in.Conversation == "" || in.Handset == "") {
		return errors.New("the data lacks an id or says not who wrote")
	}
	return nil
}

// send posts one message.
func (s *surge) send(ctx context.Context, o outbound) receipt {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(encodeSurge(o)))
	if err != nil {
		return receipt{outcome: refused}
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	req.Header.Set("Content-Type", "application/json")
	return s.read(call(s.client, req))
}

func encodeSurge(o outbound) []byte {
	fields := map[string]any{"body": o.Body}
	if o.Conversation != "" {
		fields["conversation"] = o.Conversation
	} else {
		fields["to"] = o.Handset
	}
	if o.Ref != "" {
		fields["metadata"] = map[string]string{"ref": o.Ref}
	}
	if o.SendAt != "" {
		fields["send_at"] = o.SendAt
	}
	encoded, _ := json.Marshal(fields) // strings always encode
	return encoded
}

// read classes an answer. Only a whole body that names the message is an acceptance.
func (s *surge) read(answer reply) receipt {
	got := answer.receipt(s.now())
	switch got.outcome {
	case refused:
		var problem struct{ Error struct{ Type string } }
		if answer.read(&problem) && problem.Error.Type == "opted_out" {
			got.outcome = consentNo
		}
	case accepted:
		var m surgeMessage
		if !answer.read(&m) || m.ID == "" {
			return receipt{}
		}
		contact := m.Conversation.Contact
		got.message, got.contact, got.handset = m.ID, contact.ID, contact.PhoneNumber
	}
	return got
}
