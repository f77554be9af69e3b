package surge

import (
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestProviderIsComplete(t *testing.T) {
	t.Parallel()
	v := reflect.ValueOf(New())
	for i := range v.NumField() {
		// Surge does nothing of its own about an MO.
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() && name != "Heard" {
			t.Errorf("field %s is not set", name)
		}
	}
	without := []string{"GET /attachments/{attachment_id}", "GET /files/{id}", "GET /l/{code}"} // a key
	for _, r := range New().Routes {
		if open := slices.Contains(without, r.Pattern); (r.Open != nil) != open {
			t.Errorf("%s: open is %v, want %v", r.Pattern, r.Open != nil, open)
		}
	}
}

// index is the vendor's own, of 41 operations.
const index = `
POST /accounts
GET /accounts
GET /accounts/{id}
PATCH /accounts/{id}
DELETE /accounts/{id}
GET /accounts/{account_id}/status
POST /accounts/{account_id}/messages
GET /accounts/{account_id}/messages
GET /messages/{id}
POST /accounts/{account_id}/blasts
POST /accounts/{account_id}/contacts
GET /accounts/{account_id}/contacts
GET /contacts/{id}
PATCH /contacts/{id}
POST /accounts/{account_id}/audiences
POST /audiences/{audience_id}/contacts
GET /audiences/{audience_id}/contacts
GET /attachments/{attachment_id}/file
POST /accounts/{account_id}/phone_numbers
GET /accounts/{account_id}/phone_numbers
GET /accounts/{account_id}/available_phone_numbers
GET /phone_numbers/{id}
PATCH /phone_numbers/{id}
DELETE /phone_numbers/{id}
POST /accounts/{account_id}/campaigns
GET /accounts/{account_id}/campaigns
GET /campaigns/{id}
PATCH /campaigns/{id}
POST /accounts/{account_id}/brand_verification_messages
POST /accounts/{account_id}/users
GET /accounts/{account_id}/users
GET /users/{id}
PATCH /users/{id}
DELETE /users/{id}
POST /users/{user_id}/tokens
POST /accounts/{account_id}/verifications
POST /verifications/{id}/checks
GET /recordings/{id}
GET /accounts/{account_id}/recordings
DELETE /recordings/{id}
GET /recordings/{recording_id}/file
`

// TestOperationsAreAllServed holds the index. Besides it there are three older
// paths, and three addresses that answers and texts hold.
func TestOperationsAreAllServed(t *testing.T) {
	t.Parallel()
	served := map[string]int{}
	for _, r := range New().Routes {
		served[r.Pattern]++
	}
	all := strings.Split(strings.TrimSpace(index), "\n")
	for _, operation := range all {
		if served[operation] != 1 {
			t.Errorf("%s is served %d times", operation, served[operation])
		}
	}
	if len(all) != 41 || len(served) != 41+3+3 {
		t.Errorf("%d operations, %d of them in the index", len(served), len(all))
	}
	for _, d := range New().Declined {
		if d.Reason == "" || served[d.Operation] > 0 {
			t.Errorf("%s is declined for %q, and served %d times", d.Operation, d.Reason, served[d.Operation])
		}
	}
}

func TestReasonsAndMagic(t *testing.T) {
	t.Parallel()
	p := New()
	numbers := map[sms.Number]bool{}
	for _, m := range p.Magic {
		if !m.Number.Valid() || numbers[m.Number] {
			t.Errorf("magic number %q is not a number of its own", m.Number)
		}
		numbers[m.Number] = true
		if m.Failure != "" && !strings.HasSuffix(m.Says, " "+p.Reasons[m.Failure]) {
			t.Errorf("%s says %q, not its reason", m.Number, m.Says)
		}
	}
	if want := len(sms.Reasons()) + 2; len(numbers) != want {
		t.Errorf("%d magic numbers, want %d", len(numbers), want)
	}
	if got := p.Magic[0]; got.Number != "+15005550001" || got.Failure != sms.Unreachable {
		t.Errorf("first magic number is %+v", got)
	}
	for _, r := range append(sms.Reasons(), sms.Refused) {
		if p.Reasons[r] == "" {
			t.Errorf("no slug for %s", r)
		}
	}
}

func TestKeywords(t *testing.T) {
	t.Parallel()
	k := New().Keywords
	for text, want := range map[string]sms.Keyword{
		"STOP": sms.Stop, " stop ": sms.Stop, "Unsubscribe": sms.Stop, "optout": sms.Stop,
		"yes": sms.Start, "UNSTOP": sms.Start, "help": sms.Help, "info": sms.Help,
		"please stop": sms.NoKeyword, "STOP.": sms.NoKeyword, "": sms.NoKeyword,
	} {
		if got := k.Match(text, false); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for class, want := range map[sms.Keyword]string{
		sms.Stop:      "You have been unsubscribed and will receive no more messages from Acme. Reply START to resubscribe.",
		sms.Start:     "You are now opted in to messages from Acme. Frequency varies. Msg&data rates apply. Reply STOP to opt out.",
		sms.Help:      "Acme: reply STOP to opt out.",
		sms.NoKeyword: "",
	} {
		if got := k.Reply(class, "Acme"); got != want {
			t.Errorf("reply to %q is %q, want %q", class, got, want)
		}
	}
}

// TestLadder holds the table of waits in seconds after failed attempt n.
func TestLadder(t *testing.T) {
	t.Parallel()
	want := []int{
		17, 19, 23, 31, 47, 79, 143, 271, 527, 1039, 2063, 4111, 8207, 16399, 32783, 65551, 131087, 262159, 524303,
	}
	l := New().Retry(nil)
	for i, d := range l.Delays {
		if i >= len(want) || d != time.Duration(want[i])*time.Second {
			t.Errorf("wait %d is %v", i+1, d)
		}
	}
	if len(l.Delays) != len(want) || l.Jitter != 0.10 || l.Timeout != 15*time.Second {
		t.Errorf("ladder is %+v", l)
	}
	for status, want := range map[int]bool{199: false, 200: true, 204: true, 299: true, 300: false, 404: false, 500: false} {
		if l.Success(status) != want {
			t.Errorf("success of %d is %v", status, !want)
		}
	}
}

// minter makes ids from a count.
func minter() provider.Mint {
	n := uint64(0)
	return func(kind sms.Kind) string {
		n++
		var entropy [16]byte
		binary.BigEndian.PutUint64(entropy[8:], n*0x9e3779b97f4a7c15)
		return newID(kind, n, epoch, entropy)
	}
}

func TestSetup(t *testing.T) {
	t.Parallel()
	s := New().Setup(minter())
	key := regexp.MustCompile(`^sk_(live|demo)_[0-9a-z]{32}$`)
	if !key.MatchString(s.Key) || !key.MatchString(s.Trial) || s.Key[8:] == s.Trial[8:] {
		t.Errorf("keys are %q and %q", s.Key, s.Trial)
	}
	again := New().Setup(minter())
	if first := New().Setup(minter()); !reflect.DeepEqual(first, again) {
		t.Errorf("the same seed gives %+v, then %+v", first, again)
	}
	env := map[string]string{"account": s.Account.ID, "number": "+18015550100", "number2": "+18015550101"}
	if !reflect.DeepEqual(s.Env, env) {
		t.Errorf("env is %v, want %v", s.Env, env)
	}
	if demo := s.Account.Lines[2]; demo.Kind != sms.DemoLine || demo.Cap != 25 || demo.Name != "Demo phone number" {
		t.Errorf("demo line is %+v", demo)
	}
	if s.Secret != "" {
		t.Errorf("secret is %q; the network makes it", s.Secret)
	}
	short := New().Setup(func(sms.Kind) string { return "x" })
	if short.Key != "sk_live_xx" {
		t.Errorf("key of short ids is %q", short.Key)
	}
}

func TestCredential(t *testing.T) {
	t.Parallel()
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	for header, want := range map[string]string{
		"":                             "",
		"Bearer":                       "",
		"Bearer sk_live_1":             "sk_live_1",
		"bearer   sk_live_1 ":          "sk_live_1",
		basic("sk_live_1:"):            "sk_live_1",
		basic("sk_live_1:sesame"):      basic("sk_live_1:sesame"),
		"Basic %%%":                    "Basic %%%",
		"Token sk_live_1":              "Token sk_live_1",
		"sk_live_1":                    "sk_live_1",
		"Bearer sk_live_1 and another": "sk_live_1 and another",
	} {
		r, _ := http.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", header)
		if got := New().Credential(r); got != want {
			t.Errorf("%q carries %q, want %q", header, got, want)
		}
	}
}

func TestMMSOver(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"": 10, "off": 10, "on": 2} {
		if got := New().MMSOver(func(string) string { return value }); got != want {
			t.Errorf("auto_mms %q: MMS over %d, want %d", value, got, want)
		}
	}
	if got := New().MMSOver(nil); got != 10 {
		t.Errorf("no settings: MMS over %d", got)
	}
}

func TestSwitchValues(t *testing.T) {
	t.Parallel()
	for _, s := range switches {
		if s.Says == "" || len(s.Values) > 0 && s.Values[0] != s.Default {
			t.Errorf("switch %s: says %q, default %q of %v", s.Name, s.Says, s.Default, s.Values)
		}
	}
	with := func(v string) provider.Context {
		return provider.Context{Settings: func(string) string { return v }}
	}
	for text, want := range map[string]int{"7": 7, "1": 1, "0": 50, "-3": 50, "": 50, "many": 50} {
		if got := count(with(text), "page_size", 1); got != want {
			t.Errorf("page_size %q counts as %d, want %d", text, got, want)
		}
	}
	if got := setting(provider.Context{}, "no such switch"); got != "" {
		t.Errorf("an unknown switch is %q", got)
	}
}
