package refapp

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Exotel is what the app needs to speak to Exotel.
type Exotel struct {
	BaseURL    string // of the API, without a slash at the end
	SID        string // the account
	Key, Token string // of the API
	Number     string // the ExoPhone for those who have not written
	Callback   string // URL of this app's status webhook; empty: no status is asked for
	Secret     string // that webhook URLs carry as ?token=…; empty: every webhook is believed, for none is signed
}

// exotel is the edge to Exotel: forms both ways and the send call.
type exotel struct {
	Exotel
	client *http.Client
	now    func() time.Time
	bug    func(string) bool
}

func newExotel(opts Options, client *http.Client, bug func(string) bool) (vendor, error) {
	if opts.Exotel.Number == "" {
		return nil, errors.New("no number to send from: set EXOTEL_NUMBER to an ExoPhone of the account")
	}
	return &exotel{Exotel: opts.Exotel, client: client, now: opts.Now, bug: bug}, nil
}

// verify checks what there is instead of a signature: a secret in the URL.
func (x *exotel) verify(r *http.Request, _ []byte) error {
	if x.Secret == "" || x.bug("no-signature-check") {
		return nil
	}
	if subtle.ConstantTimeCompare([]byte(r.URL.Query().Get("token")), []byte(x.Secret)) != 1 {
		return errors.New("the URL lacks the token")
	}
	return nil
}

// exotelFields are the documented fields of both webhooks; only the bug
// extra-field-500 minds any other.
var exotelFields = strings.Fields(`SmsSid From To Body DateCreated AccountSid
	Status SmsUnits DetailedStatus DetailedStatusCode DateSent CustomField`)

func (x *exotel) decode(_ *http.Request, body []byte) (inbound, error) {
	f, err := url.ParseQuery(string(body))
	if err != nil {
		return inbound{}, fmt.Errorf("reading the form: %w", err)
	}
	in, err := readExotel(f)
	if err != nil {
		return inbound{}, err
	}
	for _, name := range exotelFields {
		f.Del(name)
	}
	if in.Kind != other && len(f) > 0 && x.bug("extra-field-500") {
		return inbound{}, errBug
	}
	return in, nil
}

// readExotel tells a status from a text by what it has.
func readExotel(f url.Values) (inbound, error) {
	in := inbound{Message: f.Get("SmsSid")}
	switch {
	case in.Message == "":
		return in, errors.New("the form has no SmsSid")
	case f.Has("Status"):
		in.Kind, in.Key = progress, f.Get("CustomField")
		in.Status = exotelStatus(f.Get("Status"), f.Get("DetailedStatusCode"))
		in.Left = f.Get("DetailedStatusCode") == exotelStopped
		return in, nil
	case !f.Has("Body"):
		return in, nil
	case f.Get("From") == "" || f.Get("To") == "":
		return in, errors.New("the form does not say who wrote to whom")
	}
	in.Kind, in.Body, in.Handset = text, f.Get("Body"), f.Get("From")
	in.Conversation = thread(f.Get("To"), in.Handset)
	at, err := time.Parse(time.RFC3339, f.Get("DateCreated"))
	if err != nil {
		return in, fmt.Errorf("reading DateCreated: %w", err)
	}
	in.At = at
	return in, nil
}

// Codes that say more than their status.
const (
	exotelStopped = "23020" // the recipient had opted out
	exotelNoWord  = "20006" // the operator has it, and no receipt will come
)

// exotelStatus is a status in this app's words; empty for one that it has no
// use for. What Exotel calls sent was delivered.
func exotelStatus(status, code string) string {
	switch status {
	case "sent", "delivered":
		if code == exotelNoWord {
			return "sent"
		}
		return "delivered"
	case "submitted":
		return "sent"
	case "queued", "sending":
		return ""
	}
	return "failed" // there are many words for it
}

// send posts one message, from the number that the handset wrote to.
func (x *exotel) send(ctx context.Context, o outbound) receipt {
	line, handset := o.ends()
	form := url.Values{
		"From": {cmp.Or(line, x.Number)}, "To": {handset}, "Body": {o.Body}, "CustomField": {cmp.Or(o.Ref, o.Key)},
	}
	if x.Callback != "" {
		form.Set("StatusCallback", x.Callback)
	}
	at := strings.TrimSuffix(x.BaseURL, "/") + "/v1/Accounts/" + url.PathEscape(x.SID) + "/Sms/send.json"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		return receipt{outcome: refused}
	}
	req.SetBasicAuth(x.Key, x.Token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := call(x.client, req)
	got := answer.receipt(x.now())
	if got.outcome != accepted {
		return got
	}
	var sent struct{ SMSMessage struct{ Sid string } }
	if !answer.read(&sent) || sent.SMSMessage.Sid == "" {
		return receipt{}
	}
	got.message = sent.SMSMessage.Sid
	return got
}
