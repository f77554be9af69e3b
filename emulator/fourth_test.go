package emulator_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/providertest"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// pigeon is one more vendor: all that its folder would hold.
func pigeon() provider.Provider {
	reasons := map[sms.Reason]string{sms.Refused: "NOT_WANTED"}
	for _, why := range sms.Reasons() {
		reasons[why] = strings.ToUpper(string(why))
	}
	return provider.Provider{
		Name: "pigeon", Hosts: []string{"api.pigeon.test"},
		Routes:     []provider.Route{{Pattern: "POST /letters", Serve: pigeonSend}},
		Credential: func(r *http.Request) string { return r.Header.Get("X-Api-Key") },
		Refuse: func(w http.ResponseWriter, _ *http.Request, e *sms.Error) {
			status := map[sms.Code]int{
				sms.NoCredential: 401, sms.BadCredential: 401, sms.RecipientOut: 403, sms.NotFound: 404,
				sms.TooLarge: 413, sms.RateLimited: 429, sms.Internal: 500, sms.Unavailable: 503,
			}[e.Code]
			pigeonSay(w, max(status, 400), map[string]string{"wrong": e.Error()})
		},
		Setup: func(mint provider.Mint) provider.Setup {
			one := sms.Line{ID: mint(sms.KindLine), Number: "+18015550100", Kind: sms.LongCode}
			two := sms.Line{ID: mint(sms.KindLine), Number: "+18015550101", Kind: sms.LongCode}
			account := sms.Account{ID: mint(sms.KindAccount), Name: "Loft", Lines: []sms.Line{one, two}}
			return provider.Setup{Account: account, Key: "key-" + mint(sms.KindEvent)}
		},
		ID: func(kind sms.Kind, _ uint64, _ time.Time, entropy [16]byte) string {
			return fmt.Sprintf("%s-%x", kind, entropy[:8])
		},
		Render: func(body string, _ sms.Contact) string { return body },
		Encode: func(e sms.Event, _ provider.Context) (webhook.Payload, bool) {
			body, err := json.Marshal(letter{
				Event: string(e.Type), ID: e.Message.ID, Loft: e.Message.Conversation, Who: e.Handset, Text: e.Message.Body, Why: reasons[e.Message.Reason],
			})
			return webhook.Payload{Type: string(e.Type), ContentType: "application/json", Body: body}, err == nil
		},
		Signed: provider.Signed{Body: true, Time: true, Several: true}, Typed: true,
		Sign: func(r *http.Request, s webhook.Signing) {
			r.Header.Set("Pigeon-Time", strconv.FormatInt(s.Time.Unix(), 10))
			for _, secret := range s.Secrets {
				r.Header.Add("Pigeon-Seal", seal(secret, r.Header.Get("Pigeon-Time"), s.Body))
			}
		},
		NewSecret: func(entropy [32]byte) string { return hex.EncodeToString(entropy[:]) },
		Retry: func(provider.Settings) webhook.Ladder {
			return webhook.Ladder{
				Delays: []time.Duration{time.Minute, 5 * time.Minute}, Jitter: 0.5, Timeout: 5 * time.Second,
				Success: func(status int) bool { return status == 200 || status == 410 }, Source: "the pigeon's own rules",
			}
		},
		Events:   []sms.EventType{sms.MessageReceived, sms.MessageSent, sms.MessageDelivered, sms.MessageFailed},
		Pace:     sms.Pace{Sent: sms.Duration(time.Second), Delivered: sms.Duration(time.Hour)},
		MMSOver:  func(provider.Settings) int { return 0 },
		Keywords: sms.Keywords{Stop: []string{"STOP"}, Start: []string{"START"}, Blocks: sms.BlockRefuse},
		Reasons:  reasons,
		Magic:    []sms.Magic{{Number: "+15005550001", Failure: sms.Spam, Says: "fails as SPAM"}},
		Switches: []provider.Switch{{Name: "echo", Default: "on", Values: []string{"on", "off"}, Says: "answers hold the text, or the id alone"}},
		Declined: []provider.Decline{{Operation: "GET /letters/{id}", Reason: "a pigeon forgets"}},
		Contract: pigeonContract,
	}
}

// pigeonContract is what its folder under contracts would hold.
var pigeonContract = sync.OnceValues(func() (*contracts.Contract, error) {
	text, err := os.ReadFile("testdata/pigeon/openapi.yaml")
	if err != nil {
		return nil, err
	}
	return contracts.Parse("pigeon", text)
})

// letter is what goes over the pigeon's wire, in all directions.
type letter struct {
	Event string     `json:"event,omitempty"`
	ID    string     `json:"id,omitempty"`
	Loft  string     `json:"loft,omitempty"`
	Who   sms.Number `json:"who,omitempty"`
	From  sms.Number `json:"from,omitempty"`
	Text  string     `json:"text,omitempty"`
	Why   string     `json:"why,omitempty"`
}

func pigeonSend(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	var in letter
	all, _ := net.Book().Accounts(sms.Page{Limit: 1})
	switch err := json.NewDecoder(r.Body).Decode(&in); {
	case err != nil:
		return sms.Fail(sms.BadRequest, "no letter")
	case in.Loft == "" && !in.Who.Valid() || in.Text == "":
		return sms.InvalidField("who", "and text are needed")
	}
	m, err := net.Send(sms.Outbound{
		Account: all.Items[0].ID, Handset: in.Who, Conversation: in.Loft, Line: in.From, Body: in.Text,
	})
	if err != nil {
		return err
	}
	said := letter{ID: m.ID, Loft: m.Conversation, Who: m.Handset}
	if net.Context().Settings("echo") == "on" {
		said.Text = m.Body
	}
	pigeonSay(w, http.StatusAccepted, said)
	return nil
}

func pigeonSay(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func seal(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// pigeonDialect is what the suite must know of it.
func pigeonDialect(p provider.Provider) providertest.Dialect {
	return providertest.Dialect{
		Provider: p,
		Send: func(l *providertest.Lab, to, line sms.Number, body string) *http.Request {
			return dispatch(l, letter{Who: to, From: line, Text: body})
		},
		Reply: func(l *providertest.Lab, conversation, body string) *http.Request {
			return dispatch(l, letter{Loft: conversation, Text: body})
		},
		MessageID: func(answer []byte) string { return readLetter(answer).ID },
		Accepted:  http.StatusAccepted,
		Read: func(h providertest.Hook) providertest.Told {
			v := readLetter(h.Body)
			return providertest.Told{Type: v.Event, Message: v.ID, Conversation: v.Loft, Handset: v.Who, Text: v.Text, Reason: v.Why}
		},
		Verify: unseal,
		Hears:  []string{"message.received"},
		Life:   []string{"message.sent", "message.delivered"},
		Acks:   []int{200, 410},
		OptOut: sms.BlockRefuse,
		Bad: []providertest.Bad{
			{Name: "no letter", Body: "coo", Status: 400},
			{Name: "another's loft", Body: `{"who":"+18015550200","from":"+18015559999","text":"coo"}`, Status: 400},
		},
	}
}

func dispatch(l *providertest.Lab, v letter) *http.Request {
	text, err := json.Marshal(v)
	if err != nil {
		l.T.Fatal(err)
	}
	r := l.Request("POST", "/letters", "application/json", string(text))
	r.Header.Set("X-Api-Key", l.Env["key"])
	return r
}

func readLetter(text []byte) (v letter) {
	_ = json.Unmarshal(text, &v)
	return v
}

func unseal(h providertest.Hook, secret string) error {
	stamp := h.Header.Get("Pigeon-Time")
	sec, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || h.Wall.Sub(time.Unix(sec, 0)).Abs() > 5*time.Minute {
		return errors.New("the stamp is off")
	}
	for _, got := range h.Header.Values("Pigeon-Seal") {
		if got == seal(secret, stamp, h.Body) {
			return nil
		}
	}
	return errors.New("no seal fits")
}

// A vendor that this repository has never heard of needs one folder (here:
// this file), a contract (here: testdata/pigeon) and one line (here: in
// Options.Providers).
func TestFourthVendorPassesTheSuite(t *testing.T) {
	t.Parallel()
	providertest.Run(t, pigeonDialect(pigeon()))
}

func TestFourthVendorLivesBesideTheOthers(t *testing.T) {
	t.Parallel()
	emu, err := emulator.New(emulator.Options{
		Providers: append(emulator.Providers(), pigeon()), SelfCheck: true, OffContract: emulatortest.OffContract(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer emu.Close()
	r := httptest.NewRequest("POST", "/pigeon/letters", strings.NewReader(`{"who":"+18015550142","text":"coo"}`))
	r.Header.Set("X-Api-Key", emu.Default().Placeholders()["pigeon"]["key"])
	w := httptest.NewRecorder()
	emu.ServeHTTP(w, r)
	if w.Code != http.StatusAccepted {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	if got, want := len(emu.Default().Placeholders()), len(emulator.Providers())+1; got != want {
		t.Errorf("%d vendors are served; want %d", got, want)
	}
	// The control API lists and drives it without knowing it.
	body := bytes.NewReader([]byte(`{"provider":"pigeon","body":"coo"}`))
	r = httptest.NewRequest("POST", "/_switchhook/v1/handsets/+18015550142/messages", body)
	r.Host = "127.0.0.1:7767"
	r.Header.Set("Content-Type", "application/json")
	w = httptest.NewRecorder()
	emu.ServeHTTP(w, r)
	if text, _ := io.ReadAll(w.Body); w.Code >= 300 || !bytes.Contains(text, []byte("message-")) {
		t.Errorf("a text through the control API is answered %d %s", w.Code, text)
	}
}

// TestVendorIsOneFolderAndOneLine holds that shared code needs no change for a
// vendor: only the registry imports its folder, and no code knows its name.
func TestVendorIsOneFolderAndOneLine(t *testing.T) {
	t.Parallel()
	const registry, folder = "emulator/providers.go", "emulator/provider/"
	importers := map[string][]string{}
	var words []string
	all := sources(t)
	for file := range all {
		if dir := path.Dir(file); path.Dir(dir)+"/" == folder && path.Base(dir) != "providertest" && importers[dir] == nil {
			importers[dir] = []string{}
			words = append(words, path.Base(dir))
		}
	}
	for file, imports := range all {
		for _, imp := range imports {
			if dir := strings.TrimPrefix(imp, module); importers[dir] != nil && path.Dir(file) != dir {
				importers[dir] = append(importers[dir], file)
			}
		}
	}
	for dir, files := range importers {
		for _, file := range files {
			if file != registry {
				t.Errorf("%s imports %s; only %s may", file, dir, registry)
			}
		}
	}
	name := regexp.MustCompile(`(?i)\b(` + strings.Join(words, "|") + `)\b`)
	for file := range all {
		if !strings.HasPrefix(file, "emulator/") || strings.HasPrefix(file, folder) || file == registry {
			continue
		}
		for _, lit := range literals(t, file) {
			if name.MatchString(lit) {
				t.Errorf("%s knows a vendor: %s", file, lit)
			}
		}
	}
}

// literals are the names and texts in a file's code.
func literals(t *testing.T, file string) (words []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile(file, -1, len(text)), text, nil, 0)
	for {
		_, kind, word := s.Scan()
		if kind == token.EOF {
			return words
		}
		words = append(words, word)
	}
}
