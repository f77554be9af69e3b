package exotel

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// refusedWith is the answer to a request that met an error.
func refusedWith(method, path string, auth [2]string, e *sms.Error) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	if auth[0] != "" {
		r.SetBasicAuth(auth[0], auth[1])
	}
	w := httptest.NewRecorder()
	refuse(w, r, e)
	return w
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const send = "/v1/Accounts/acme1/Sms/send"
	key := [2]string{"fakekey1", "faketoken1"}
	for _, tt := range []struct {
		name, method, path string
		auth               [2]string
		err                *sms.Error
		status             int
		body               string
	}{
		{
			"vendor's own, JSON", "POST", send + ".json", key, fail(40210), 400,
			`{"RestException":{"Status":400,"Message":"The 'From' parameter is required.","Code":40210}}`,
		},
		{
			"vendor's own, XML", "POST", send, key, fail(340030), 403,
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TwilioResponse><RestException><Status>403</Status>" +
				"<Message>Your account is not yet KYC compliant</Message><Code>340030</Code></RestException></TwilioResponse>",
		},
		{
			"with a detail", "POST", send + ".json", key, fail(40203, "Invalid Recipient [<1>]"), 400,
			`{"RestException":{"Status":400,"Message":"Invalid Recipient [<1>]","Code":40203}}`,
		},
		{
			"no key", "POST", send + ".json",
			[2]string{},
			sms.Fail(sms.NoCredential, ""), 401,
			`{"RestException":{"Status":401,"Message":"Authentication failed. Verify your API key and token."}}`,
		},
		{
			"wrong key", "POST", send + ".json", key, sms.Fail(sms.BadCredential, ""), 401,
			`{"RestException":{"Status":401,"Message":"Authentication failed. Verify your API key and token.","Code":34010}}`,
		},
		{
			"key that is none", "POST", send + ".json",
			[2]string{"my key!", "x"},
			sms.Fail(sms.BadCredential, ""), 400,
			`{"RestException":{"Status":400,"Message":"Invalid API key or token.","Code":34001}}`,
		},
		{
			"too many POSTs", "POST", send + ".json", key, sms.Fail(sms.RateLimited, ""), 429,
			`{"RestException":{"Status":429,"Message":"Rate limit exceeded. Max 200 requests per minute.","Code":40402}}`,
		},
		{
			"too many GETs", "GET", "/v1/Accounts/acme1/Balance.json", key, sms.Fail(sms.RateLimited, ""), 429,
			`{"RestException":{"Status":429,"Message":"Rate limit exceeded. Max 200 requests per minute.","Code":40403}}`,
		},
		{
			"throttled", "POST", send + ".json", key, sms.Fail(sms.Unavailable, ""), 503,
			`{"RestException":{"Status":503,"Message":"Throttle limit reached","Code":40405}}`,
		},
		{
			"a code of another time", "POST", send + ".json", key, sms.Fail("unheard-of", ""), 500,
			`{"RestException":{"Status":500,"Message":"Internal Server Error","Code":35000}}`,
		},
		{
			"an engine's complaint", "POST", send + ".json", key, sms.InvalidField("to", "is bad"), 400,
			`{"RestException":{"Status":400,"Message":"Invalid Parameters","Code":40500}}`,
		},
		{
			"GET of an action", "GET", send + ".json", key, sms.Fail(sms.NotFound, ""), 400,
			`{"RestException":{"Status":400,"Message":"Invalid Parameters","Code":40500}}`,
		},
		{
			"no action", "GET", "/v1/Accounts/acme1/Sms.json", key, sms.Fail(sms.NotFound, ""), 400,
			`{"RestException":{"Status":400,"Message":"Invalid Parameters","Code":40500}}`,
		},
		{
			"unknown action", "POST", "/v1/Accounts/acme1/sMs/sned.json", key, sms.Fail(sms.NotFound, ""), 405,
			`{"RestException":{"Status":405,"Message":"Unknown SMS action","Code":40502}}`,
		},
		{
			"another version", "POST", "/v7/Accounts/acme1/Sms/send", key, sms.Fail(sms.NotFound, ""), 400,
			`{"RestException":{"Status":400,"Message":"Unsupported API version"}}`,
		},
		{
			"no /Accounts/", "POST", "/v1/acme1/Sms/send.json", key, sms.Fail(sms.NotFound, ""), 400,
			`{"RestException":{"Status":400,"Message":"'/Accounts/' is missing from the URL"}}`,
		},
		{
			"no account sid", "POST", "/v1/Accounts/Sms/send.json", key, sms.Fail(sms.NotFound, ""), 403,
			`{"RestException":{"Status":403,"Message":"Account sid is missing or the action is forbidden","Code":34009}}`,
		},
		{
			"empty account sid", "POST", "/v1/Accounts//Sms/send.json", key, sms.Fail(sms.NotFound, ""), 403,
			`{"RestException":{"Status":403,"Message":"Account sid is missing or the action is forbidden","Code":34009}}`,
		},
		{
			"nothing after /Accounts/", "GET", "/v2_beta/Accounts/", key, sms.Fail(sms.NotFound, ""), 403,
			`{"RestException":{"Status":403,"Message":"Account sid is missing or the action is forbidden","Code":34009}}`,
		},
		{
			"something else", "GET", "/v1/Accounts/acme1/Calls.json", key, sms.Fail(sms.NotFound, ""), 404,
			`{"RestException":{"Status":404,"Message":"Not Found"}}`,
		},
		{
			"the root", "GET", "/", key, sms.Fail(sms.NotFound, ""), 400,
			`{"RestException":{"Status":400,"Message":"Unsupported API version"}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := refusedWith(tt.method, tt.path, tt.auth, tt.err)
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("%d %s\nwant %d %s", w.Code, w.Body, tt.status, tt.body)
			}
			if asks := w.Header().Get("WWW-Authenticate") != ""; asks != (tt.status == 401) {
				t.Errorf("status %d, WWW-Authenticate %t", tt.status, asks)
			}
			if w.Header().Get("Retry-After") == "" && (tt.status == 429 || tt.status == 503) {
				t.Errorf("status %d without Retry-After", tt.status)
			}
		})
	}
}

func TestRetryAfterRoundsUp(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{0: "30", time.Millisecond: "1", time.Second: "1", 1500 * time.Millisecond: "2"} {
		e := &sms.Error{Code: sms.RateLimited, RetryAfter: d}
		if got := refusedWith("POST", "/v1", [2]string{}, e).Header().Get("Retry-After"); got != want {
			t.Errorf("Retry-After of %v is %s, want %s", d, got, want)
		}
	}
}

// Every code of the engine has an answer of its own, none of which is 500 but
// for what went wrong inside.
func TestEveryCodeHasAnAnswer(t *testing.T) {
	t.Parallel()
	for _, code := range []sms.Code{
		sms.BadRequest, sms.TooLarge, sms.Unsupported, sms.NoCredential, sms.BadCredential, sms.DemoCredential, sms.DemoLimit,
		sms.NotFound, sms.AccountNotFound, sms.Invalid, sms.BadCursor, sms.RecipientOut, sms.RecipientOff, sms.NoLine,
		sms.LineNotFound, sms.Links, sms.BadMedia, sms.Taken, sms.RateLimited, sms.Unavailable,
	} {
		w := refusedWith("POST", "/v1/Accounts/acme1/Sms/send", [2]string{"a", "b"}, sms.Fail(code, ""))
		if w.Code == 500 || w.Code < 400 {
			t.Errorf("%s is answered with %d", code, w.Code)
		}
	}
}

func TestTableOfRefusals(t *testing.T) {
	t.Parallel()
	for code, row := range refusals {
		if row.status < 400 || row.text == "" || row.kind == "" {
			t.Errorf("%d: %+v", code, row)
		}
	}
	if len(refusals) != 32 {
		t.Errorf("%d codes; the table of the status-codes page has 32", len(refusals))
	}
}
