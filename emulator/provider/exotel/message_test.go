package exotel

import (
	"encoding/json"
	"encoding/xml"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
	"github.com/switchhook/switchhook/emulator/sms"
)

var madeAt = time.Date(2025, 1, 15, 5, 0, 0, 0, time.UTC)

// sample is an MT that was just taken.
func sample() sms.Message {
	return sms.Message{
		ID: "5d1c0e7be1b54b1f9a0c2f6d3a7e4410", Provider: "exotel", Account: "acme1", Direction: sms.MT,
		Handset: "+919999900001", Line: "+911140000000", Body: "Your order 4411 has shipped\n<b>&", Segments: 1,
		State: sms.Accepted, Created: madeAt, Changed: madeAt,
		Extra: json.RawMessage(`{"sender":"EMUSMS"}`), Reference: "order-4411",
		Callback: "http://127.0.0.1:3000/exotel/status?a=1",
		Next:     &sms.Step{State: sms.Sending, At: madeAt.Add(100 * time.Millisecond)},
	}
}

// ended3s is sample in a state that nothing follows.
func ended3s(state sms.State, why sms.Reason) sms.Message {
	m := sample()
	m.State, m.Reason, m.Changed, m.Next = state, why, madeAt.Add(3*time.Second), nil
	return m
}

func settings(values map[string]string) provider.Settings {
	return func(name string) string { return values[name] }
}

// answerOf is what messages look like on the wire.
func answerOf(t *testing.T, path string, status int, alone bool, views ...message) string {
	t.Helper()
	w := httptest.NewRecorder()
	c := call{w: w, r: httptest.NewRequest("GET", path, nil)}
	c.writeMessages(status, alone, views...)
	return w.Result().Status + "\n" + w.Header().Get("Content-Type") + "\n\n" + w.Body.String()
}

func TestMessagesOnTheWire(t *testing.T) {
	t.Parallel()
	const path = "/v1/Accounts/acme1/Sms/send"
	fresh := messageView(sample(), nil)
	two := []message{
		messageView(ended3s(sms.Delivered, ""), nil),
		rejectedView("acme1", "Hi", nil, rejectedNumber, nil),
	}
	golden.Check(t, "message.json", answerOf(t, path+".json", 200, true, fresh))
	golden.Check(t, "message.xml", answerOf(t, path, 200, true, fresh))
	golden.Check(t, "messages.json", answerOf(t, path+".json", 207, false, two...))
	golden.Check(t, "messages.xml", answerOf(t, path, 207, false, two...))
}

func TestXMLIsWellFormedWhateverTheText(t *testing.T) {
	t.Parallel()
	m := sample()
	m.Body = "\x01\x1b ]]> </Body> & \u2028 😀"
	body, err := xml.Marshal(response{Messages: []xmlMessage{messageView(m, nil).xml()}})
	if err != nil {
		t.Fatal(err)
	}
	var back response
	if err := xml.Unmarshal(body, &back); err != nil || back.Messages[0].Body != "\ufffd\ufffd ]]> </Body> & \u2028 😀" {
		t.Errorf("%s reads back as %+v, %v", body, back.Messages, err)
	}
}

func TestEveryState(t *testing.T) {
	t.Parallel()
	silent := ended3s(sms.Sent, "")
	onItsWay := silent
	onItsWay.Next = &sms.Step{State: sms.Delivered, At: madeAt.Add(time.Minute)}
	parked := sample()
	parked.State = sms.Scheduled
	sending := sample()
	sending.State = sms.Sending
	for _, tt := range []struct {
		name              string
		m                 sms.Message
		canonical, guide  int
		status, guideSays string
		price             any
	}{
		{"queued", sample(), 21010, 21010, "queued", "queued", nil},
		{"parked", parked, 21020, 20002, "submitted", "sent", nil},
		{"sending", sending, 21015, 21015, "sending", "queued", nil},
		{"submitted", onItsWay, 21020, 20002, "submitted", "sent", nil},
		{"no receipt", silent, 20006, 20001, "sent", "delivered", json.Number("0.18")},
		{"delivered", ended3s(sms.Delivered, ""), 20005, 20000, "sent", "delivered", json.Number("0.18")},
		{"unreachable", ended3s(sms.Failed, sms.Unreachable), 23035, 30011, "failed", "undelivered", json.Number("0.18")},
		{"dnd", ended3s(sms.Failed, failDND), 23005, 30004, "failed-dnd", "failed", json.Number("0")},
		{"a reason that nobody knows", ended3s(sms.Failed, "cosmic-rays"), 24990, 30099, "failed", "failed", json.Number("0.18")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := messageView(tt.m, nil)
			if v.DetailedStatusCode != tt.canonical || v.Status != tt.status || v.Price != tt.price {
				t.Errorf("%v %s at %v, want %d %s at %v", v.DetailedStatusCode, v.Status, v.Price, tt.canonical, tt.status, tt.price)
			}
			if final := tt.price != nil; (v.SmsUnits != nil) != final || (v.DateSent != nil) != (final && tt.m.State != sms.Failed) {
				t.Errorf("units %v, sent %v of a message whose price is %v", v.SmsUnits, v.DateSent, tt.price)
			}
			tt.m.Extra = json.RawMessage(`{"sender":"EMUSMS","guide":true}`)
			if g := messageView(tt.m, nil); g.DetailedStatusCode != tt.guide || g.Status != tt.guideSays {
				t.Errorf("in the guide's words: %v %s, want %d %s", g.DetailedStatusCode, g.Status, tt.guide, tt.guideSays)
			}
		})
	}
}

func TestViewSwitches(t *testing.T) {
	t.Parallel()
	m := ended3s(sms.Failed, failDND)
	m.Segments = 10
	long := ended3s(sms.Delivered, "")
	long.Segments = 10
	if v := messageView(long, settings(map[string]string{"price": "string"})); v.Price != "1.800000" {
		t.Errorf("price %v, want 1.800000", v.Price)
	}
	if v := messageView(long, nil); v.Price != json.Number("1.8") {
		t.Errorf("price %v, want 1.8", v.Price)
	}
	if v := messageView(m, settings(map[string]string{"status_code_type": "string"})); v.DetailedStatusCode != "23005" {
		t.Errorf("code %#v, want text", v.DetailedStatusCode)
	}
	if v := messageView(m, settings(map[string]string{"number_form": "e164"})); *v.To != "+919999900001" || *v.From != "+911140000000/EMUSMS" {
		t.Errorf("from %s to %s, want E.164", *v.From, *v.To)
	}
	if v := messageView(m, settings(map[string]string{"dnd_spelling": "underscore"})); v.Status != "failed_dnd" {
		t.Errorf("status %s, want failed_dnd", v.Status)
	}
}

// The table of failures is the vendor's: each code once, but for the reasons
// that only other vendors have.
func TestFailuresCoverTheVendorsCodes(t *testing.T) {
	t.Parallel()
	codes := []int{
		23005, 23010, 23015, 23020, 23030, 23035, 23040, 23050, 23060, 23070, 23072, 23080, 23081, 23082, 23083, 23084,
		23181, 23182, 23183, 23184, 23185, 23186, 23281, 24010, 24105, 24110, 24120, 24990,
	}
	have := map[int]string{}
	for _, f := range failures {
		if word, ok := have[f.canonical.code]; ok && word != f.canonical.detailed {
			t.Errorf("code %d is both %s and %s", f.canonical.code, word, f.canonical.detailed)
		}
		have[f.canonical.code] = f.canonical.detailed
		if f.guide.code < 30001 || f.guide.code > 30099 {
			t.Errorf("%s: the guides have no code %d", f.reason, f.guide.code)
		}
	}
	for _, code := range codes {
		if have[code] == "" {
			t.Errorf("no reason fails with %d", code)
		}
	}
	if len(have) != len(codes) {
		t.Errorf("%d codes, want %d", len(have), len(codes))
	}
	for _, r := range append(sms.Reasons(), sms.Refused) {
		if failureOf(r).reason != r {
			t.Errorf("the neutral reason %s has no row", r)
		}
	}
}

func TestMagicNumbersEndInTheirCode(t *testing.T) {
	t.Parallel()
	for _, m := range magic() {
		if !m.Number.Valid() || len(m.Number) != len("+919999923005") {
			t.Errorf("%s is not an Indian number", m.Number)
		}
		if m.Failure != "" && m.Number != magicNumber(failureOf(m.Failure).canonical.code) {
			t.Errorf("%s fails with %d", m.Number, failureOf(m.Failure).canonical.code)
		}
	}
}
