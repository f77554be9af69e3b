package refapp

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// MTA is what the app needs to speak to Mobile Text Alerts.
type MTA struct {
	BaseURL string   // of the API with its version, without a slash at the end
	Key     string   // sent as a bearer token
	Secrets []string // webhook secrets, any of which may sign; none refuses every webhook
}

// mta is the edge to Mobile Text Alerts: signatures, events and the send call.
type mta struct {
	url     string
	key     string
	secrets []string
	client  *http.Client
	now     func() time.Time
	bug     func(string) bool

	mu      sync.Mutex
	numbers map[string]label // the account's numbers and their ids; nil until looked up
}

func newMTA(opts Options, client *http.Client, bug func(string) bool) (vendor, error) {
	o := opts.MTA
	return &mta{
		url: strings.TrimSuffix(o.BaseURL, "/"), key: o.Key, secrets: o.Secrets,
		client: client, now: opts.Now, bug: bug,
	}, nil
}

// verify checks the signature of the body. It has no time in it, so an old
// capture looks like the duplicate that it is.
func (m *mta) verify(r *http.Request, body []byte) error {
	if m.bug("no-signature-check") {
		return nil
	}
	given, err := hex.DecodeString(r.Header.Get("X-Signature"))
	if err != nil || len(given) == 0 {
		return errors.New("the webhook is not signed")
	}
	for _, secret := range m.secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		if hmac.Equal(given, mac.Sum(nil)) {
			return nil
		}
	}
	return errors.New("the signature does not fit")
}

// mtaEvent has the fields of all webhooks. A flat body does not say which it is.
type mtaEvent struct {
	Event      string          `json:"event"`
	Data       json.RawMessage `json:"data"`
	FromNumber string          `json:"fromNumber"`
	ToNumber   string          `json:"toNumber"`
	Message    string          `json:"message"`
	URL        string          `json:"url"`
	MessageID  label           `json:"messageId"`
	ReplyID    label           `json:"replyId"`
	ExternalID string          `json:"externalId"`
	Status     int             `json:"status"`
	Timestamp  time.Time       `json:"timestamp"`
}

// mtaFields are the documented fields; only the bug extra-field-500 minds any other.
var mtaFields = strings.Fields(`event data fromNumber toNumber destinationNumber message url messageId replyId externalId
	status tags senderName timestamp type number optInType`)

// mtaEvents are the names of events, where a body says one.
var mtaEvents = []string{"", "message-reply", "delivery-status", "message-send", "number-opt-in"}

func (m *mta) decode(r *http.Request, body []byte) (inbound, error) {
	var e mtaEvent
	err := json.Unmarshal(body, &e)
	if err == nil && len(e.Data) > 0 {
		err = json.Unmarshal(e.Data, &e)
	}
	if err != nil {
		return inbound{}, fmt.Errorf("reading the event: %w", err)
	}
	in, err := m.sort(r.Context(), e)
	switch {
	case err != nil:
		return inbound{}, err
	case in.Kind == other && m.bug("unknown-event-500") && !slices.Contains(mtaEvents, e.Event),
		in.Kind != other && m.bug("extra-field-500") && !onlyFields(body, mtaFields):
		return inbound{}, errBug
	}
	return in, nil
}

// sort finds out what an event is about: a status has a code, a reply comes
// from somebody else than the account itself.
func (m *mta) sort(ctx context.Context, e mtaEvent) (inbound, error) {
	in := inbound{At: e.Timestamp, Message: string(e.MessageID)}
	switch {
	case !slices.Contains(mtaEvents, e.Event):
		return in, nil
	case e.Status != 0:
		in.Kind, in.Status, in.Key = progress, mtaStatus(e.Status), e.ExternalID
		in.Left = e.Status == mtaStopped
		return in, nil
	case e.MessageID == "" || e.FromNumber == "" || e.ToNumber == "":
		return in, nil
	case e.ReplyID == "" && e.Event != "message-reply": // may be the notice that a text was sent
		numbers, _ := m.own(ctx)
		if numbers == nil {
			return in, errLater
		}
		if _, own := numbers[e.FromNumber]; own {
			return in, nil
		}
	}
	in.Kind, in.Body, in.Handset = text, e.Message, e.FromNumber
	in.Message = string(cmp.Or(e.MessageID, e.ReplyID))
	in.Conversation = thread(e.ToNumber, e.FromNumber)
	return in, nil
}

// mtaStopped is the status of a text to somebody who opted out.
const mtaStopped = 11

// mtaStatus is a code in this app's words; empty for one that it has no use for.
// A text that was never confirmed stays sent.
func mtaStatus(code int) string {
	switch {
	case code == 3, code == 7:
		return "sent"
	case code == 4:
		return "delivered"
	case code >= 5 && code <= 14:
		return "failed"
	}
	return ""
}

// own are the account's numbers with their ids, looked up once; nil, and what
// the provider said, if that failed.
func (m *mta) own(ctx context.Context) (map[string]label, receipt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.numbers != nil {
		return m.numbers, receipt{}
	}
	req, err := m.request(ctx, http.MethodGet, "/dedicated-numbers?pageSize=1000", nil)
	if err != nil {
		return nil, receipt{outcome: refused}
	}
	answer := call(m.client, req)
	got := answer.receipt(m.now())
	if got.outcome == unknown {
		got.outcome = throttled // nothing was to be done, so it can be asked again
	}
	if got.outcome != accepted {
		return nil, got
	}
	rows, ok := readMTANumbers(answer)
	if !ok {
		return nil, receipt{outcome: throttled}
	}
	m.numbers = map[string]label{}
	for _, row := range rows {
		m.numbers[row.Number] = row.ID
	}
	return m.numbers, receipt{}
}

type mtaNumber struct {
	ID     label  `json:"id"`
	Number string `json:"number"`
}

// readMTANumbers takes both forms that the list is known to have.
func readMTANumbers(answer reply) ([]mtaNumber, bool) {
	var list struct {
		Data struct{ Rows []mtaNumber }
	}
	if answer.read(&list) {
		return list.Data.Rows, true
	}
	var array struct{ Data []mtaNumber }
	ok := answer.read(&array)
	return array.Data, ok
}

// send texts one handset from the number that it wrote to. The text's key is
// both the idempotency key and what every later webhook about it carries.
func (m *mta) send(ctx context.Context, o outbound) receipt {
	line, handset := o.ends()
	fields := map[string]any{"subscribers": []string{handset}, "message": o.Body, "externalId": o.Key}
	if line != "" {
		numbers, got := m.own(ctx)
		if numbers == nil {
			return got
		}
		id, known := numbers[line]
		if !known {
			return receipt{outcome: refused} // better silent than from another number
		}
		fields["longcodeId"] = json.Number(id)
	}
	if o.Ref != "" {
		fields["tags"] = map[string]string{"ref": o.Ref}
	}
	if o.SendAt != "" {
		fields["scheduledDate"] = o.SendAt
	}
	encoded, err := json.Marshal(fields)
	if err != nil {
		return receipt{outcome: refused} // the id of the number is none
	}
	req, err := m.request(ctx, http.MethodPost, "/send", encoded)
	if err != nil {
		return receipt{outcome: refused}
	}
	req.Header.Set("X-Request-Id", o.Key)
	return m.read(call(m.client, req), o)
}

func (m *mta) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, m.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+m.key)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// read classes an answer. A conflict says that the same call was taken before,
// so the text is on its way; its id is then known by its key alone.
func (m *mta) read(answer reply, o outbound) receipt {
	got := answer.receipt(m.now())
	switch {
	case answer.code == http.StatusConflict:
		return receipt{outcome: accepted, message: o.Key}
	case got.outcome == accepted:
		var sent struct {
			Data struct {
				MessageID label `json:"messageId"`
			}
		}
		if !answer.read(&sent) || sent.Data.MessageID == "" {
			return receipt{}
		}
		got.message = string(sent.Data.MessageID)
	}
	return got
}
