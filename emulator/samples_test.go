package emulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// The samples of the vendors' guides are sent to the default sandbox as they
// are printed; only the host and the credentials are changed.

// desk is an emulator with an application that notes what it is told.
type desk struct {
	*emulatortest.Emulator
	t        *testing.T
	provider string
	env      map[string]string

	mu     sync.Mutex
	told   []told
	answer int // status of the application's answers
}

// told is a webhook as it came: a JSON object or a form.
type told struct {
	form  url.Values
	event map[string]any
}

// newDesk begins on 1 May 2026, so that the moments that samples name are near.
func newDesk(t *testing.T, provider string) *desk {
	t.Helper()
	began := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	em := emulatortest.StartWith(t, emulator.Options{Clock: clock.Options{Mode: clock.Manual, Start: began}})
	d := &desk{Emulator: em, t: t, provider: provider, env: em.Sandbox.Providers[provider], answer: http.StatusOK}
	app := httptest.NewServer(d)
	t.Cleanup(app.Close)
	if _, err := em.Client.SetWebhooks(t.Context(), provider, client.Webhooks{URL: app.URL}); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var is told
	body, _ := io.ReadAll(r.Body)
	if json.Unmarshal(body, &is.event) != nil {
		is.form, _ = url.ParseQuery(string(body))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, is)
	w.WriteHeader(d.answer)
}

// events are the webhooks of a type so far; what has the type differs by vendor.
func (d *desk) events(matches func(map[string]any) bool) (out []map[string]any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, is := range d.told {
		if is.event != nil && matches(is.event) {
			out = append(out, is.event)
		}
	}
	return out
}

func typed(name string) func(map[string]any) bool {
	return func(event map[string]any) bool { return event["type"] == name }
}

// isReply tells a message-reply, whose body does not name its type, from the
// rest: it alone has an id of its own.
func isReply(event map[string]any) bool { return event["replyId"] != nil }

func (d *desk) text(from, to sms.Number, body string) {
	d.t.Helper()
	if _, err := d.Client.Text(d.t.Context(), from, client.Text{Provider: d.provider, To: to, Body: body}); err != nil {
		d.t.Fatal(err)
	}
	d.pass(time.Second)
}

// pass lets virtual time go by, with all that is due in it.
func (d *desk) pass(by time.Duration) {
	d.t.Helper()
	if _, err := d.Client.Advance(d.t.Context(), client.Advance{By: sms.Duration(by)}); err != nil {
		d.t.Fatal(err)
	}
}

// The parts of a curl command.
var (
	curlURL    = regexp.MustCompile(`https://\S+`)
	curlMethod = regexp.MustCompile(`-X (\w+)`)
	curlHeader = regexp.MustCompile(`-H "([^:]+): ([^"]*)"`)
	curlBody   = regexp.MustCompile(`(?s)-d '(.*)'`)
)

// curl does what a printed command does, with host and credentials exchanged.
// A form is what -d without a content type sends.
func (d *desk) curl(command string, exchange ...string) (int, map[string]any) {
	d.t.Helper()
	command = strings.NewReplacer(exchange...).Replace(command)
	where := strings.Replace(curlURL.FindString(command), "https://", "http://", 1)
	body := curlBody.FindStringSubmatch(command)
	request, err := http.NewRequestWithContext(d.t.Context(), curlMethod.FindStringSubmatch(command)[1], where, strings.NewReader(body[1]))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, h := range curlHeader.FindAllStringSubmatch(command, -1) {
		request.Header.Set(h[1], h[2])
	}
	if who := request.URL.User; who != nil {
		password, _ := who.Password()
		request.SetBasicAuth(who.Username(), password)
	}
	return d.do(request)
}

func (d *desk) do(request *http.Request) (int, map[string]any) {
	d.t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		d.t.Fatalf("%d %s: %v", response.StatusCode, text, err)
	}
	return response.StatusCode, answer
}

// at finds a value in nested objects.
func at(v any, path ...string) any {
	for _, key := range path {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

const surgeSample = `curl -X POST https://api.surge.app/accounts/YOUR_ACCOUNT_ID/messages \
-H "Authorization: Bearer YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '`

func (d *desk) surge(body string) (int, map[string]any) {
	d.t.Helper()
	return d.curl(surgeSample+body+"'",
		"https://api.surge.app", strings.Replace(d.env["url"], "http://", "https://", 1),
		"YOUR_ACCOUNT_ID", "acct_01m0ft9f48frjstvg8ddz5cx9s", "YOUR_API_KEY", "sk_live_switchhook0fake0switchhook0fake0")
}

func TestSurgeSamples(t *testing.T) {
	t.Parallel()
	const handset = sms.Number("+18015551234")
	for name, tt := range map[string]struct {
		body, says, from string // what the handset reads, and from which number
		after            time.Duration
		metadata         any
		attachments      int
	}{
		"the least": {
			body: `{
"to": "+18015551234",
"body": "Your appointment is confirmed for Friday at 2pm."
}`, says: "Your appointment is confirmed for Friday at 2pm.", from: "+18015550100",
		},
		"from a number": {
			body: `{
"to": "+18015551234",
"from": "pn_01jrzhe8d9enptypyx360pcmxm",
"body": "Your appointment is confirmed for Friday at 2pm."
}`, says: "Your appointment is confirmed for Friday at 2pm.", from: "+18015550101",
		},
		"an attachment": {
			body: `{
"to": "+18015551234",
"body": "Here is your invoice.",
"attachments": [
{ "url": "https://acme.com/invoices/inv-1234.pdf" }
]
}`, says: "Here is your invoice.", from: "+18015550100", attachments: 1,
		},
		"at a time": {
			body: `{
"to": "+18015551234",
"body": "Your trial ends tomorrow — upgrade to keep your data.",
"send_at": "2026-06-01T09:00:00Z"
}`, says: "Your trial ends tomorrow — upgrade to keep your data.", from: "+18015550100", after: 31 * 24 * time.Hour,
		},
		"a token": {
			body: `{
"to": "+18015551234",
"body": "Hi {first_name}, your order has shipped!"
}`, says: "Hi , your order has shipped!", from: "+18015550100",
		},
		"metadata": {
			body: `{
"to": "+18015551234",
"body": "Your order has shipped.",
"metadata": {
"order_id": "ord_9887",
"customer_tier": "premium"
}
}`, says: "Your order has shipped.", from: "+18015550100",
			metadata: map[string]any{"order_id": "ord_9887", "customer_tier": "premium"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, "surge")
			status, answer := d.surge(tt.body)
			if status != http.StatusCreated || !strings.HasPrefix(text(answer["id"]), "msg_") || answer["blast_id"] != nil ||
				!strings.HasPrefix(text(at(answer, "conversation", "id")), "cnv_") {
				t.Fatalf("%d %v", status, answer)
			}
			if list, _ := answer["attachments"].([]any); len(list) != tt.attachments {
				t.Errorf("attachments %v", list)
			}
			if tt.after > 0 {
				d.pass(tt.after - time.Second)
				if got := d.events(typed("message.sent")); len(got) != 0 {
					t.Errorf("it was sent before its time: %v", got)
				}
			}
			d.pass(10 * time.Second)
			done := d.events(typed("message.delivered"))
			if len(done) != 1 || at(done[0], "data", "id") != answer["id"] || at(done[0], "data", "body") != tt.says ||
				at(done[0], "data", "conversation", "phone_number", "number") != tt.from {
				t.Fatalf("delivered: %v", done)
			}
			if tt.metadata == nil {
				tt.metadata = map[string]any{}
			}
			if got := at(done[0], "data", "metadata"); !sameJSON(got, tt.metadata) {
				t.Errorf("metadata %v, want %v", got, tt.metadata)
			}
			h, err := d.Client.Handset(t.Context(), handset)
			if err != nil || len(h.Thread) != 1 || h.Thread[0].Body != tt.says {
				t.Errorf("the handset has %v (%v)", h.Thread, err)
			}
		})
	}
}

func text(v any) string { s, _ := v.(string); return s }

func sameJSON(a, b any) bool {
	one, _ := json.Marshal(a)
	other, _ := json.Marshal(b)
	return bytes.Equal(one, other)
}

// The ids in this one are those of the default sandbox.
func TestSurgeSampleWithOurIDs(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "surge")
	status, answer := d.surge(`{"to":"+18015550142","from":"pn_01m0ftgsg8fz18kkpy5qvfyzke","body":"Hi {first_name}, see you at 3","metadata":{"order_id":"ord_17"}}`)
	if status != http.StatusCreated || answer["body"] != "Hi , see you at 3" ||
		at(answer, "conversation", "phone_number", "id") != "pn_01m0ftgsg8fz18kkpy5qvfyzke" || at(answer, "metadata", "order_id") != "ord_17" {
		t.Errorf("%d %v", status, answer)
	}
}

func TestSurgeReplyInTheSameThread(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "surge")
	d.text("+18015551234", "+18015550101", "Is the 3pm slot still available?")
	came := d.events(typed("message.received"))
	if len(came) != 1 || at(came[0], "data", "body") != "Is the 3pm slot still available?" || len(d.events(typed("conversation.created"))) != 1 {
		t.Fatalf("told: %v", came)
	}
	thread := text(at(came[0], "data", "conversation", "id"))
	status, answer := d.surge(`{"conversation": "` + thread + `", "body": "Yes, 3pm is still available. Want me to book it?"}`)
	if status != http.StatusCreated || at(answer, "conversation", "id") != thread ||
		at(answer, "conversation", "phone_number", "number") != "+18015550101" ||
		at(answer, "conversation", "contact", "phone_number") != "+18015551234" {
		t.Errorf("%d %v", status, answer)
	}

	d.text("+18015551234", "+18015550101", "STOP")
	out := d.events(typed("contact.opted_out"))
	if len(out) != 1 || at(out[0], "data", "id") != at(came[0], "data", "conversation", "contact", "id") {
		t.Errorf("told of STOP: %v", out)
	}
	status, answer = d.surge(`{"conversation": "` + thread + `", "body": "Shall I?"}`)
	if status != http.StatusUnprocessableEntity || at(answer, "error", "type") != "opted_out" {
		t.Errorf("after STOP: %d %v", status, answer)
	}
}

func (d *desk) mta(body string) map[string]any {
	d.t.Helper()
	status, answer := d.curl(`curl -X POST https://api.mobile-text-alerts.com/v3/send \
-H "Authorization: Bearer YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '`+body+`'`,
		"https://api.mobile-text-alerts.com", strings.Replace(d.env["url"], "http://", "https://", 1),
		"YOUR_API_KEY", "fa4efa4e-fa4e-4fa4-8fa4-fa4efa4efa4e")
	if status != http.StatusOK || text(at(answer, "data", "messageId")) == "" {
		d.t.Fatalf("%d %v", status, answer)
	}
	return answer
}

// TestMTAReceiveAndReply takes the steps of the tutorial twice, as it asks for.
func TestMTAReceiveAndReply(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "mta")
	sent := d.mta(`{"subscribers":["+18015551234"],"message":"Is Friday fine?","longcodeId":9002,` +
		`"externalId":"RequestId-4e0242e2-d101","tags":{"ABCompanyId":"4e0242e2-d101"}}`)
	d.pass(time.Second)

	d.text("+18015551234", "+18445550101", "Yes")
	replies := d.events(isReply)
	if len(replies) != 1 {
		t.Fatalf("told of %d replies", len(replies))
	}
	got := replies[0]
	if got["fromNumber"] != "+18015551234" || got["externalId"] != "RequestId-4e0242e2-d101" || got["message"] != "Yes" ||
		!sameJSON(got["tags"], map[string]string{"ABCompanyId": "4e0242e2-d101"}) {
		t.Errorf("the reply is %v", got)
	}
	if id := text(got["messageId"]); id == "" || id == at(sent, "data", "messageId") {
		t.Errorf("messageId %q is not the reply's own", id)
	}

	answered := d.mta(`{"subscribers":["` + text(got["fromNumber"]) + `"],"message":"Booked.","longcodeId":9002,"externalId":"RequestId-4e0242e2-d102"}`)
	if at(answered, "data", "messageId") == at(sent, "data", "messageId") {
		t.Errorf("two requests have one id: %v", answered)
	}
	d.pass(time.Second)
	h, err := d.Client.Handset(t.Context(), "+18015551234")
	if err != nil || len(h.Thread) != 3 {
		t.Fatalf("the thread has %d messages (%v)", len(h.Thread), err)
	}
	for _, m := range h.Thread {
		if m.Line != "+18445550101" || m.Conversation != h.Thread[0].Conversation {
			t.Errorf("%q went over %s in conversation %s", m.Body, m.Line, m.Conversation)
		}
	}

	d.text("+18015551234", "+18445550101", "Thanks")
	replies = d.events(isReply)
	if len(replies) != 2 || replies[1]["externalId"] != "RequestId-4e0242e2-d102" || replies[1]["tags"] != nil {
		t.Errorf("the second reply is %v", replies)
	}
}

func TestExotelTwoWay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "exotel")
	form := url.Values{"From": {"01140000000"}, "To": {"+919876543210"}, "Body": {"Reply YES to receive order updates. Reply STOP to unsubscribe."}}
	status, answer := d.curl(`curl -X POST https://your_api_key:your_api_token@api.exotel.com/v1/Accounts/your_sid/Sms/send.json -d '`+form.Encode()+`'`,
		"api.exotel.com", strings.TrimPrefix(d.env["url"], "http://"), "your_sid", "switchhook1",
		"your_api_key", "fakekey87095157432959a45ba238ce", "your_api_token", "faketokenswitchhook0fake0switchho")
	if status != http.StatusOK || at(answer, "SMSMessage", "Status") != "queued" || at(answer, "SMSMessage", "AccountSid") != "switchhook1" {
		t.Fatalf("%d %v", status, answer)
	}
	d.pass(time.Second)

	d.text("+919876543210", "", "YES")
	if len(d.told) != 1 || d.told[0].form == nil {
		t.Fatalf("told: %v", d.told)
	}
	inbound := d.told[0].form
	want := map[string]string{
		"From": "+919876543210", "To": "+911140000000", "Body": "YES", "AccountSid": "switchhook1",
		"DateCreated": "2026-05-01T14:30:01+05:30", "SmsSid": inbound.Get("SmsSid"),
	}
	if len(inbound) != len(want) || want["SmsSid"] == "" {
		t.Errorf("the fields are %v", inbound)
	}
	for name, value := range want {
		if got := inbound[name]; !slices.Equal(got, []string{value}) {
			t.Errorf("%s is %v, want %q", name, got, value)
		}
	}
}

// TestExotelRetryTable has an application that never takes an inbound text.
func TestExotelRetryTable(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "exotel")
	d.answer = http.StatusInternalServerError
	d.text("+919876543210", "", "YES")
	d.pass(24 * time.Hour)
	tries, err := d.Client.Wait(t.Context(), client.Wait{Count: 4, Where: client.Where{Kind: journal.KindAttemptEnded, Event: sms.MessageReceived}})
	if err != nil || !tries.Held {
		t.Fatalf("%d attempts (%v)", len(tries.Entries), err)
	}
	for i, after := range []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute} {
		if got := tries.Entries[i+1].At.Sub(tries.Entries[i].At); got != after {
			t.Errorf("retry %d comes after %v, want %v", i+1, got, after)
		}
	}
	for i, e := range tries.Entries {
		if last := i == 3; e.Attempt.GaveUp != last {
			t.Errorf("attempt %d: undeliverable %v, want %v", i+1, e.Attempt.GaveUp, last)
		}
	}
	if len(d.told) != 4 {
		t.Errorf("the application was called %d times, want 4", len(d.told))
	}
}
