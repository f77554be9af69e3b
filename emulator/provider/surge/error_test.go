package surge

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
	"github.com/switchhook/switchhook/emulator/sms"
)

// codes are all that sms knows.
var codes = []sms.Code{
	sms.BadRequest, sms.TooLarge, sms.Unsupported, sms.NoCredential, sms.BadCredential, sms.DemoCredential, sms.DemoLimit,
	sms.NotFound, sms.AccountNotFound, sms.Invalid, sms.BadCursor, sms.RecipientOut, sms.RecipientOff, sms.NoLine,
	sms.LineNotFound, sms.Links, sms.BadMedia, sms.Taken,
	archived, notReady, tooManyAccounts, locked, noMatch, tooManyNumbers, sms.RateLimited, sms.Internal, sms.Unavailable,
}

// TestErrorTable holds every answer that a code leads to.
func TestErrorTable(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, code := range codes {
		if _, ok := refusals[code]; !ok {
			t.Errorf("no answer for %s", code)
		}
		rec := httptest.NewRecorder()
		New().Refuse(rec, httptest.NewRequest("GET", "/", nil), sms.Fail(code, ""))
		if got := rec.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
			t.Errorf("%s has content type %q", code, got)
		}
		fmt.Fprintf(&all, "%s\n%d %s\n\n", code, rec.Code, rec.Body)
	}
	if len(codes) != len(refusals) {
		t.Errorf("%d codes, %d answers", len(codes), len(refusals))
	}
	golden.Check(t, "errors.txt", all.String())
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		err    *sms.Error
		status int
		after  string
		body   string
	}{
		// The sample of docs.surge.app/api-reference/errors.
		{
			"fields", sms.InvalidField("body", "can't be blank"), 422, "",
			`{"error":{"type":"validation_error","message":"Could not perform the request with the provided parameters.","detail":{"body":["can't be blank"]}}}`,
		},
		{
			"the vendor's text stays", sms.Fail(sms.NotFound, "no such route"), 404, "",
			`{"error":{"type":"not_found","message":"The requested resource could not be found."}}`,
		},
		{
			"our text gives way", sms.Fail(sms.BadRequest, "<nothing>"), 400, "",
			`{"error":{"type":"bad_request","message":"<nothing>"}}`,
		},
		{
			"retry after", &sms.Error{Code: sms.RateLimited, RetryAfter: 1500 * time.Millisecond}, 429, "2",
			`{"error":{"type":"rate_limited","message":"Too many requests."}}`,
		},
		{
			"unknown code", sms.Fail("no such code", "x"), 500, "",
			`{"error":{"type":"internal_server_error","message":"Something went wrong on our end."}}`,
		},
	} {
		rec := httptest.NewRecorder()
		New().Refuse(rec, httptest.NewRequest("GET", "/", nil), c.err)
		if rec.Code != c.status || rec.Body.String() != c.body || rec.Header().Get("Retry-After") != c.after {
			t.Errorf("%s: %d %v %s", c.name, rec.Code, rec.Header(), rec.Body)
		}
	}
}

// TestOptedOut is the seed's case: 422 opted_out, and no message is made.
func TestOptedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.text(t, "+18015550142", "", "STOP")
	got := w.send(t, `{"to":"+18015550142","body":"Hi"}`)
	// The STOP and its answer are messages; there is no third.
	want := `{"error":{"type":"opted_out","message":"This contact has opted out of messages."}}`
	if got.status != 422 || got.body != want || len(w.messages(t)) != 2 {
		t.Errorf("%d %s", got.status, got.body)
	}
}
