package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/cmd/switchhook/cli"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/sms"
)

const ana = sms.Number("+18015550142")

// done is what a command left behind.
type done struct {
	code     int
	out, err string
}

// run runs a command to its end.
func run(t *testing.T, env map[string]string, stdin string, args ...string) done {
	t.Helper()
	var out, errs bytes.Buffer
	code := cli.Main(t.Context(), args, lookup(env), strings.NewReader(stdin), &out, &errs)
	return done{code, out.String(), errs.String()}
}

func lookup(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

// live is a command that goes on.
type live struct {
	t     *testing.T
	in    *io.PipeWriter
	lines *bufio.Scanner
	said  []string // lines read so far
	stop  context.CancelFunc
	code  chan int
	errs  *bytes.Buffer // to be read once the command has ended
}

// begin runs a command beside the test.
func begin(t *testing.T, args ...string) *live {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	stdin, in := io.Pipe()
	stdout, out := io.Pipe()
	l := &live{t: t, in: in, lines: bufio.NewScanner(stdout), stop: stop, code: make(chan int, 1), errs: &bytes.Buffer{}}
	go func() {
		code := cli.Main(ctx, args, lookup(nil), stdin, out, l.errs)
		_ = out.Close()
		l.code <- code
	}()
	t.Cleanup(func() {
		stop()
		_ = in.Close()
		_ = stdout.Close()
	})
	return l
}

// until reads lines up to one that matches, and returns its groups.
func (l *live) until(pattern string) []string {
	l.t.Helper()
	re := regexp.MustCompile(pattern)
	for l.lines.Scan() {
		l.said = append(l.said, l.lines.Text())
		if found := re.FindStringSubmatch(l.lines.Text()); found != nil {
			return found
		}
	}
	l.t.Fatalf("the command ended before it printed %s; it printed\n%s", pattern, strings.Join(l.said, "\n"))
	return nil
}

// end reads the rest and returns the exit code.
func (l *live) end() int {
	for l.lines.Scan() { // the command must not wait for a reader
	}
	return <-l.code
}

// typing sends a line as if it were typed.
func (l *live) typing(line string) {
	l.t.Helper()
	if _, err := fmt.Fprintln(l.in, line); err != nil {
		l.t.Fatal(err)
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	serve := begin(t, "serve", "--addr", "127.0.0.1:0", "--clock", "manual", "--start", "2026-02-03T04:05:06Z")
	url := serve.until(`^switchhook listens on (http://127\.0\.0\.1:\d+)$`)[1]
	serve.until(`^  switchhook tail --emulator ` + url + `$`)

	tail := begin(t, "tail", "--emulator", url, "--kind", "message")
	text := run(t, nil, "", "text", "--emulator", url, string(ana), "+18015550100", "evil \x1b[2J\u202e")
	if text.code != 0 || strings.ContainsAny(text.out, "\x1b\u202e") {
		t.Errorf("text: %+v, want code 0 and its body made harmless", text)
	}
	tail.until(`2026-02-03 04:05:06\.000  message .* evil \\x1b\[2J\\u202e$`)

	serve.stop()
	if code := serve.end(); code != 0 {
		t.Errorf("serve ended with %d: %s", code, serve.errs)
	}
	if code := tail.end(); code != 4 || !strings.Contains(tail.errs.String(), "no emulator answers") {
		t.Errorf("tail of a network that is gone ended with %d: %s", code, tail.errs)
	}
}

func TestServeBeyondThisMachineNeedsAToken(t *testing.T) {
	t.Parallel()
	serve := begin(t, "serve", "--addr", "0.0.0.0:0")
	url := serve.until(`^switchhook listens on (http://127\.0\.0\.1:\d+)$`)[1]
	token := serve.until(`^  export SWITCHHOOK_TOKEN=(\S{20,})$`)[1]
	serve.until(`^  switchhook tail`)

	without := run(t, nil, "", "env", firstProvider(), "--emulator", url)
	if without.code != 2 || !strings.Contains(without.err, "hint: add --token TOKEN") {
		t.Errorf("without the token: %+v, want code 2 and a hint", without)
	}
	with := run(t, map[string]string{"SWITCHHOOK_TOKEN": token}, "", "env", firstProvider(), "--emulator", url)
	if with.code != 0 || !strings.Contains(with.out, url+"/"+firstProvider()) {
		t.Errorf("with the token: %+v, want code 0 and the address of the provider", with)
	}
}

func TestServeKeepsAGivenTokenToItself(t *testing.T) {
	t.Parallel()
	serve := begin(t, "serve", "--addr", "127.0.0.1:0", "--token", "canary")
	serve.until(`^  switchhook tail`)
	if said := strings.Join(serve.said, "\n"); strings.Contains(said, "canary") {
		t.Errorf("the token is in the output:\n%s", said)
	}
}

func TestServeEndsWellEvenAtOnce(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out bytes.Buffer
	if code := cli.Main(ctx, []string{"serve", "--addr", "127.0.0.1:0"}, lookup(nil), strings.NewReader(""), &out, &out); code != 0 {
		t.Errorf("serve ended with %d: %s", code, &out)
	}
}

func firstProvider() string { return emulator.Providers()[0].Name }

func TestPhone(t *testing.T) {
	t.Parallel()
	em := emulatortest.StartWith(t, emulator.Options{Clock: clock.Options{Mode: clock.Auto}})
	phone := begin(t, "phone", string(ana), "--emulator", em.URL)
	phone.until(`^handset ` + regexp.QuoteMeta(string(ana)) + `: type a line`)
	phone.typing("hello there")
	phone.until(`^00:00:00  you to \+18015550100: hello there$`)
	phone.typing("HELP")
	phone.until(`^00:00:01  \+18015550100: .*reply STOP`)
	phone.typing("/off")
	phone.until(`^the handset is off$`)
	phone.typing("HELP")
	phone.until(`^00:00:0\d  \(not delivered: unreachable\) \+18015550100: `)
	phone.typing("/on")
	phone.until(`^the handset is on$`)
	phone.typing("/help")
	phone.until(`/quit leaves`)
	phone.typing("/quit")
	if code := phone.end(); code != 0 {
		t.Errorf("phone ended with %d: %s", code, phone.errs)
	}

	again := run(t, nil, "", "phone", string(ana), "--emulator", em.URL)
	if again.code != 0 || !strings.Contains(again.out, "you to +18015550100: hello there") {
		t.Errorf("a second look: %+v, want the thread", again)
	}
}

func TestPhoneShowsWhatIsRefusedAndStays(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	got := run(t, nil, "hello\n", "phone", string(ana), "--to", "+18015550999", "--emulator", em.URL)
	if got.code != 0 || !strings.Contains(got.out, "not sent: ") {
		t.Errorf("%+v, want code 0 and why the text was not sent", got)
	}
}

func TestFollowersEndWithTheirSandbox(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"tail", "phone"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			em := emulatortest.Start(t)
			args := []string{command, "--emulator", em.URL}
			first := `switches`
			if command == "phone" {
				args, first = append(args, string(ana)), `^handset`
			}
			l := begin(t, args...)
			l.until(first)
			if command == "phone" { // it says hello before it listens
				l.typing("/off")
				l.until(`^the handset is off$`)
			}
			if err := em.Client.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
			if code := l.end(); code != 4 || !strings.Contains(l.errs.String(), "was dropped or reset") {
				t.Errorf("ended with %d: %s", code, l.errs)
			}
		})
	}
}

func TestAnInterruptEndsFollowersWell(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	tail := begin(t, "tail", "--emulator", em.URL)
	tail.until(`switches`)
	tail.stop()
	if code := tail.end(); code != 0 {
		t.Errorf("tail ended with %d: %s", code, tail.errs)
	}
}

func TestEnvNamesTheNetworkAsItWasReached(t *testing.T) {
	t.Parallel()
	em := emulatortest.StartWith(t, emulator.Options{BaseURL: "http://192.0.2.1:7767"})
	got := run(t, nil, "", "env", firstProvider(), "--json", "--emulator", em.URL)
	var vars map[string]string
	if err := json.Unmarshal([]byte(got.out), &vars); err != nil {
		t.Fatalf("%+v: %v", got, err)
	}
	if at := vars[strings.ToUpper(firstProvider())+"_BASE_URL"]; at != em.URL+"/"+firstProvider() {
		t.Errorf("base URL %s, want one at %s", at, em.URL)
	}
}

func TestListsForMachines(t *testing.T) {
	t.Parallel()
	for _, topic := range []string{"scenarios", "numbers", "faults", "oracles", "providers", "switches"} {
		t.Run(topic, func(t *testing.T) {
			t.Parallel()
			got := run(t, nil, "", "list", topic, "--json")
			var items []map[string]any
			if err := json.Unmarshal([]byte(got.out), &items); err != nil || len(items) == 0 {
				t.Fatalf("%+v: %v, want a list that is not empty", got, err)
			}
			table := run(t, nil, "", "list", topic)
			if rows := strings.Count(table.out, "\n"); rows < len(items)+1 {
				t.Errorf("%d lines for %d items", rows, len(items))
			}
		})
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		words []string
		want  string
	}{
		"commands":           {[]string{"t"}, "text tail"},
		"flags":              {[]string{"phone", "--t"}, "--to --token"},
		"values":             {[]string{"serve", "--clock", "a"}, "auto"},
		"values after =":     {[]string{"serve", "--clock", "=", "sc"}, "scaled"},
		"topics":             {[]string{"list", "s"}, "scenarios switches"},
		"after a value":      {[]string{"serve", "--addr", ":0", "--seed", "1", "--s"}, "--scale --seed --self-check --set --start"},
		"after a switch":     {[]string{"list", "--json", "or"}, "oracles"},
		"one topic only":     {[]string{"list", "faults", ""}, ""},
		"pages":              {[]string{"verify", "replies/once", "duplicates/at-"}, "duplicates/at-once"},
		"bugs":               {[]string{"demo", "--bug", "no-d"}, "no-dedupe"},
		"kinds":              {[]string{"tail", "--kind", "attempt.p"}, "attempt.planned"},
		"apps are described": {[]string{"init", "--policy", "at-l"}, "at-least-once"},
		"apps are looked at": {[]string{"doctor", "--provider", firstProvider()[:2]}, firstProvider()},
		"providers":          {[]string{"env", firstProvider()[:2]}, firstProvider()},
		"hidden stays so":    {[]string{"ref"}, ""},
		"unknown for a URL":  {[]string{"tail", "--emulator", ""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, nil, "", append([]string{"__complete"}, c.words...)...)
			if words := strings.Join(strings.Fields(got.out), " "); words != c.want || got.code != 0 {
				t.Errorf("%+v, want %q", got, c.want)
			}
		})
	}
}

func TestNotAnEmulator(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	got := run(t, nil, "", "env", firstProvider(), "--emulator", em.URL+"/"+firstProvider())
	if got.code != 4 || !strings.Contains(got.err, "is not an emulator") {
		t.Errorf("%+v, want code 4 and that this is no emulator", got)
	}
	gone := run(t, nil, "", "env", firstProvider(), "--emulator", em.URL, "--sandbox", client.Default+"-2")
	if gone.code != 2 || !strings.Contains(gone.err, "there is no sandbox") {
		t.Errorf("%+v, want code 2 and that there is no such sandbox", gone)
	}
}
