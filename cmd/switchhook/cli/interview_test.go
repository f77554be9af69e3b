package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// answered gives the answers to init, a line each, and returns what it asked
// and the description that came of it.
func answered(t *testing.T, c *initCommand, lines ...string) (string, *sut.SUT) {
	t.Helper()
	var out bytes.Buffer
	if err := c.interview(newInterview(strings.NewReader(strings.Join(lines, "\n")+"\n"), &out)); err != nil {
		t.Fatal(err)
	}
	text, err := c.text()
	if err != nil {
		t.Fatal(err)
	}
	s, err := sut.Parse("sut.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), s
}

func guessed() *initCommand {
	return &initCommand{Name: "bookings", Provider: []string{"surge"}, Start: "node server.js", Ready: "/healthz", Out: "sut.yaml"}
}

func TestEmptyAnswersTakeTheGuesses(t *testing.T) {
	t.Parallel()
	asked, s := answered(t, guessed(), make([]string, len(questions))...)
	for _, usual := range []string{"[bookings]", "[surge]", "[node server.js]", "[/healthz]", "[/webhooks/surge]", "[Is the 3pm slot still available?]"} {
		if !strings.Contains(asked, usual) {
			t.Errorf("the questions do not offer %s:\n%s", usual, asked)
		}
	}
	want := map[string]string{"surge": "http://127.0.0.1:{{port}}/webhooks/surge"}
	if diff := cmp.Diff(want, s.Webhooks); diff != "" || s.Name != "bookings" || s.Policy != "" {
		t.Errorf("%+v\n%s", s, diff)
	}
}

func TestAnswersCountAndWrongOnesAreAskedAgain(t *testing.T) {
	t.Parallel()
	asked, s := answered(t, guessed(),
		"orders", "acme", "mta exotel", "no", "http", "8080", "ready", "/up",
		"mta=hooks", "mta=/in exotel=/sms", "Where is {{token}}?", "never", sut.AtLeastOnce)
	for _, says := range []string{`there is no provider "acme"`, "a number from 1 to 65535", "a path that begins with /", "write at-least-once or at-most-once"} {
		if !strings.Contains(asked, "\n  "+says) && !strings.Contains(asked, says) {
			t.Errorf("nobody said %q:\n%s", says, asked)
		}
	}
	want := &sut.SUT{
		Name: "orders", Ready: "http://127.0.0.1:8080/up", Policy: sut.AtLeastOnce,
		Webhooks: map[string]string{"mta": "http://127.0.0.1:8080/in", "exotel": "http://127.0.0.1:8080/sms"},
		Replies:  []sut.Reply{{To: "Where is {{token}}?", Expect: 1}},
	}
	if diff := cmp.Diff(want, s, cmpopts.IgnoreUnexported(sut.SUT{})); diff != "" {
		t.Errorf("the description (-want +got):\n%s", diff)
	}
}

func TestAnswersThatEndEarlyWriteNothing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := guessed().interview(newInterview(strings.NewReader("orders\n"), &out))
	var p *problem
	if !errors.As(err, &p) || p.code != exitMisuse || !strings.Contains(p.says, "ended before") {
		t.Errorf("interview: %v, want that the answers ended", err)
	}
}

// Whatever a line holds, it is a value in the file and no part of its grammar.
func TestNamesAreQuoted(t *testing.T) {
	t.Parallel()
	c := guessed()
	c.Name, c.Start, c.Reply = `a "b": {c} # d`, `run 'x y'`, []string{`- <&> "7": yes\`}
	_, s := answered(t, c, make([]string, len(questions))...)
	if s.Name != c.Name || s.Replies[0].To != c.Reply[0] || s.Start[2] != c.Start {
		t.Errorf("%+v, want the same words", s)
	}
}

// Every provider of the network has a guess, and one that came later a usual one.
func TestEveryProviderHasAGuess(t *testing.T) {
	t.Parallel()
	for _, name := range providerNames() {
		if _, ok := guesses[name]; !ok {
			t.Errorf("there is no guess for %s", name)
		}
	}
	c := guessed()
	c.Provider = []string{"acme"}
	text, err := c.text()
	if err != nil || !strings.Contains(string(text), `ACME_WEBHOOK_SIGNING_SECRET: "{{acme.secret}}"`) {
		t.Errorf("%v:\n%s", err, text)
	}
}
