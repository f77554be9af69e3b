package sms

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestNumberValid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		number Number
		valid  bool
	}{
		{"+18015550142", true},
		{"+1234567", true},
		{"+123456789012345", true},
		{"+123456", false},
		{"+1234567890123456", false},
		{"", false},
		{"+", false},
		{"18015550142", false},
		{"+08015550142", false},
		{"+1 801 555 0142", false},
		{"+1801555CALL", false},
		{"+１８０１５５５０１４２", false},
		{"+18015550142\n", false},
		{"+18015550142\r\nX-Other: 1", false},
		{" +18015550142", false},
		{"60001", false},
	} {
		if got := tt.number.Valid(); got != tt.valid {
			t.Errorf("Number(%q).Valid() = %t, want %t", tt.number, got, tt.valid)
		}
	}
}

func TestParseNumberNamesTheField(t *testing.T) {
	t.Parallel()
	if n, err := ParseNumber("+18015550142"); n != "+18015550142" || err != nil {
		t.Errorf("ParseNumber = %q, %v", n, err)
	}
	n, err := ParseNumber("8015550142")
	var fault *Error
	if n != "" || !errors.As(err, &fault) || fault.Code != Invalid || len(fault.Fields["number"]) != 1 {
		t.Errorf("ParseNumber of a national number = %q, %#v; want no number and an Invalid error about it", n, err)
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, seed := range []string{"+18015550142", "", "+", "+0", "+1\n", "+１", "\xff", "+1234567890123456"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ParseNumber(text)
		if err != nil {
			if n != "" {
				t.Fatalf("ParseNumber(%q) = %q and also an error", text, n)
			}
			return
		}
		if string(n) != text || !onlyDigitsAfterPlus(text) {
			t.Fatalf("ParseNumber(%q) = %q; only exact E.164 may pass", text, n)
		}
	})
}

func onlyDigitsAfterPlus(text string) bool {
	digits, plus := strings.CutPrefix(text, "+")
	return plus && len(digits) >= 7 && len(digits) <= 15 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}

func TestKeywordsMatch(t *testing.T) {
	t.Parallel()
	words := Keywords{Stop: []string{"STOP", "STOPALL"}, Start: []string{"START", "YES"}, Help: []string{"HELP"}}
	for _, tt := range []struct {
		body string
		want Keyword
	}{
		{"STOP", Stop},
		{"stop", Stop},
		{" Stop\r\n", Stop},
		{"stopall", Stop},
		{"yes", Start},
		{"Start", Start},
		{"help", Help},
		{"", NoKeyword},
		{"Stop.", NoKeyword},
		{"please do not stop", NoKeyword},
		{"stop stop", NoKeyword},
		{"nonstop", NoKeyword},
		{"ＳＴＯＰ", NoKeyword},
	} {
		if got := words.Match(tt.body, false); got != tt.want {
			t.Errorf("Match(%q) = %q, want %q", tt.body, got, tt.want)
		}
	}
	words.StartIfOut = []string{"RESUME", "STOP"}
	for _, tt := range []struct {
		body string
		out  bool
		want Keyword
	}{
		{"resume", false, NoKeyword},
		{" Resume ", true, Start},
		{"stop", false, Stop},
		{"stop", true, Start}, // what starts whom is out comes first
		{"help", true, Help},
		{"please resume", true, NoKeyword},
	} {
		if got := words.Match(tt.body, tt.out); got != tt.want {
			t.Errorf("Match(%q, %v) = %q, want %q", tt.body, tt.out, got, tt.want)
		}
	}
	if got := (Keywords{}).Match("STOP", true); got != NoKeyword {
		t.Errorf("without words, Match(STOP) = %q", got)
	}
}

func TestDurationText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want time.Duration
		out  string
	}{
		{"10m", 10 * time.Minute, "10m0s"},
		{"1h30m", 90 * time.Minute, "1h30m0s"},
		{"200ms", 200 * time.Millisecond, "200ms"},
		{"-5s", -5 * time.Second, "-5s"},
		{"", 0, "0s"},
	} {
		d := Duration(time.Hour) // must be overwritten
		if err := d.UnmarshalText([]byte(tt.text)); err != nil || d.D() != tt.want {
			t.Errorf("UnmarshalText(%q) = %v, %v, want %v", tt.text, d.D(), err, tt.want)
		}
		if out, err := d.MarshalText(); err != nil || string(out) != tt.out {
			t.Errorf("MarshalText of %q = %q, %v, want %q", tt.text, out, err, tt.out)
		}
	}
}

func TestDurationRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"10", "ten minutes", "1d", "1h30"} {
		d := Duration(time.Hour)
		err := d.UnmarshalText([]byte(text))
		if err == nil || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), `"10m"`) {
			t.Errorf("UnmarshalText(%q): %v; want an error with the text and how to write it", text, err)
		}
		if d.D() != time.Hour {
			t.Errorf("a refused %q changed the value to %v", text, d.D())
		}
	}
}

func TestDurationInJSON(t *testing.T) {
	t.Parallel()
	out, err := json.Marshal(Endpoint{Timeout: Duration(15 * time.Second)})
	if err != nil || !strings.Contains(string(out), `"timeout":"15s"`) {
		t.Fatalf("%s, %v", out, err)
	}
	var back Endpoint
	if err := json.Unmarshal(out, &back); err != nil || back.Timeout.D() != 15*time.Second {
		t.Errorf("read back %v, %v", back.Timeout.D(), err)
	}
}

func TestNewHandsetWorks(t *testing.T) {
	t.Parallel()
	h := NewHandset("+18015550142")
	if h.Number != "+18015550142" || !h.Reachable || !h.Receipts || !h.MMS || h.Failure != "" || h.Flagged != "" {
		t.Errorf("NewHandset = %+v; want one that works", h)
	}
	if h.Sent != 0 || h.Delivered != 0 {
		t.Errorf("NewHandset takes %v and %v; want the provider's own pace", h.Sent.D(), h.Delivered.D())
	}
}

func TestMagicHandset(t *testing.T) {
	t.Parallel()
	const n = Number("+18015550199")
	silent, noMMS, filtered := NewHandset(n), NewHandset(n), NewHandset(n)
	silent.Receipts, noMMS.MMS, filtered.Failure = false, false, Filtered
	for _, tt := range []struct {
		magic Magic
		want  Handset
	}{
		{Magic{Number: n}, NewHandset(n)},
		{Magic{Number: n, Silent: true}, silent},
		{Magic{Number: n, NoMMS: true}, noMMS},
		{Magic{Number: n, Failure: Filtered}, filtered},
	} {
		if got := tt.magic.Handset(); got != tt.want {
			t.Errorf("%+v makes %+v, want %+v", tt.magic, got, tt.want)
		}
	}
}

func TestEndpointWants(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		endpoint Endpoint
		want     bool
	}{
		{"all events", Endpoint{}, true},
		{"subscribed", Endpoint{Events: []EventType{MessageSent, OptedOut}}, true},
		{"subscribed to others", Endpoint{Events: []EventType{MessageSent}}, false},
	} {
		if got := tt.endpoint.Wants(OptedOut); got != tt.want {
			t.Errorf("%s: Wants(OptedOut) = %t, want %t", tt.name, got, tt.want)
		}
	}
}

func TestStatesAndReasons(t *testing.T) {
	t.Parallel()
	done := map[State]bool{Scheduled: false, Accepted: false, Sent: false, Delivered: true, Failed: true, Received: true}
	for state, want := range done {
		if state.Done() != want {
			t.Errorf("%s.Done() = %t, want %t", state, !want, want)
		}
	}
	early := map[Reason]bool{NotMobile: true, NoRoute: true, InvalidNumber: true, Refused: true}
	flags := map[Reason]bool{NotMobile: true, NoRoute: true}
	for _, r := range append(Reasons(), Refused) {
		if r.BeforeCarrier() != early[r] || r.Flags() != flags[r] {
			t.Errorf("%s: BeforeCarrier %t, Flags %t, want %t, %t", r, r.BeforeCarrier(), r.Flags(), early[r], flags[r])
		}
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  *Error
		want string
	}{
		{Fail(NotFound, ""), "not-found"},
		{Fail(NoLine, "the account has no number"), "no-line: the account has no number"},
		{InvalidField("to", "is missing"), "invalid: to is missing"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("Error() = %q, want %q", got, tt.want)
		}
	}
}
