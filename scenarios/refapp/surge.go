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
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	surgePath      = "/webhooks/surge"
	surgeTolerance = 300 * time.Second // how far off a signature's time may be
)

// surge is the edge to Surge: signatures, events and the send call.
type surge struct {
	url    string
	key    string
	keys   [][]byte
	client *http.Client
	now    func() time.Time
	bug    func(string) bool
}

func newSurge(opts Options, bug func(string) bool) (*surge, error) {
	if opts.BaseURL == "" {
		return nil, errors.New("no base URL: set SURGE_BASE_URL to the address of the provider's API")
	}
	s := &surge{
		url: strings.TrimSuffix(opts.BaseURL, "/") + "/accounts/" + url.PathEscape(opts.Account) + "/messages",
		key: opts.Key, now: opts.Now, bug: bug,
		client: &http.Client{
			Timeout: opts.Timeout,
			// A connection of its own for each send: on a reused one an idle
			// close looks like a send whose outcome is unknown.
			Transport:     &http.Transport{DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	for _, secret := range opts.Secrets {
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
func (s *surge) verify(header http.Header, body []byte) error {
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

func (s *surge) decode(header http.Header, body []byte) (inbound, error) {
	var e surgeEvent
	if err := json.Unmarshal(body, &e); err != nil {
		return inbound{}, fmt.Errorf("reading the event: %w", err)
	}
	in := inbound{event: header.Get("webhook-id"), at: e.Timestamp}
	err := in.readSurge(e)
	switch {
	case err != nil:
		return inbound{}, err
	case in.kind == other && s.bug("unknown-event-500"):
		return inbound{}, errBug
	case in.kind != other && s.bug("extra-field-500") && (!onlyFields(body, surgeFields) || !onlyFields(e.Data, surgeFields)):
		return inbound{}, errBug
	}
	return in, nil
}

// readSurge fills in what the event's type carries; it leaves the kind alone
// when the app has no use for the type.
func (in *inbound) readSurge(e surgeEvent) error {
	switch e.Type {
	case "message.received":
		in.kind = text
	case "message.sent", "message.delivered", "message.failed":
		in.kind, in.status = progress, strings.TrimPrefix(e.Type, "message.")
	case "contact.opted_out":
		in.kind = optedOut
	case "contact.opted_in":
		in.kind = optedIn
	case "conversation.created":
		in.kind = newThread
	default:
		return nil
	}
	return in.readSurgeData(e.Data)
}

func (in *inbound) readSurgeData(data json.RawMessage) error {
	var m surgeMessage
	var err error
	switch in.kind {
	case newThread:
		err = json.Unmarshal(data, &m.Conversation)
		m.ID = m.Conversation.ID
	case optedOut, optedIn:
		err = json.Unmarshal(data, &m.Conversation.Contact)
		m.ID = m.Conversation.Contact.ID
	default:
		err = json.Unmarshal(data, &m)
		in.message = m.ID
	}
	if err != nil {
		return fmt.Errorf("reading the data: %w", err)
	}
	in.body, in.conversation = m.Body, m.Conversation.ID
	in.contact, in.handset = m.Conversation.Contact.ID, m.Conversation.Contact.PhoneNumber
	if !m.ReceivedAt.IsZero() {
		in.at = m.ReceivedAt
	}
	if m.ID == "" || in.kind == text && (in.conversation == "" || in.handset == "") {
		return errors.New("the data lacks an id or says not who wrote")
	}
	return nil
}

func onlyFields(object []byte, known []string) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) != nil {
		return false
	}
	for _, name := range known {
		delete(fields, name)
	}
	return len(fields) == 0
}

// send posts one message. Any answer that does not say clearly what was done
// leaves the outcome unknown.
func (s *surge) send(ctx context.Context, o outbound) receipt {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(encodeSurge(o)))
	if err != nil {
		return receipt{outcome: refused}
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(req)
	if err != nil {
		return receipt{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return s.read(resp, body, err)
}

func encodeSurge(o outbound) []byte {
	fields := map[string]any{"body": o.body}
	if o.conversation != "" {
		fields["conversation"] = o.conversation
	} else {
		fields["to"] = o.handset
	}
	if o.ref != "" {
		fields["metadata"] = map[string]string{"ref": o.ref}
	}
	if o.sendAt != "" {
		fields["send_at"] = o.sendAt
	}
	encoded, _ := json.Marshal(fields) // strings always encode
	return encoded
}

// read classes an answer. A status line is enough for a refusal; only a whole
// body that names the message is an acceptance.
func (s *surge) read(resp *http.Response, body []byte, readErr error) receipt {
	code, after := resp.StatusCode, resp.Header.Get("Retry-After")
	switch {
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable && after != "":
		return receipt{outcome: throttled, retryAfter: s.wait(after)}
	case code >= 500:
		return receipt{}
	case code >= 300:
		var problem struct{ Error struct{ Type string } }
		if json.Unmarshal(body, &problem) == nil && problem.Error.Type == "opted_out" {
			return receipt{outcome: consentNo}
		}
		return receipt{outcome: refused}
	}
	var m surgeMessage
	if readErr != nil || json.Unmarshal(body, &m) != nil || m.ID == "" {
		return receipt{}
	}
	contact := m.Conversation.Contact
	return receipt{outcome: accepted, message: m.ID, contact: contact.ID, handset: contact.PhoneNumber}
}

// wait reads a Retry-After header in either of its forms.
func (s *surge) wait(after string) time.Duration {
	if seconds, err := strconv.Atoi(after); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(after); err == nil {
		return at.Sub(s.now())
	}
	return 0
}
