package refapp

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
)

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

// The command over real sockets: from a signed webhook to the send call.
func TestCommandServes(t *testing.T) {
	t.Parallel()
	fake := &carrier{got: make(chan string, 4)}
	provider := httptest.NewServer(fake)
	defer provider.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	out, stdout := io.Pipe()
	exit := make(chan int, 1)
	go func() {
		exit <- Run(ctx, []string{"--policy=at-least-once", "--key", "sk"}, env(map[string]string{
			"SURGE_BASE_URL": provider.URL, "SURGE_API_KEY": "overridden", "SURGE_ACCOUNT_ID": "acct_1",
			"SURGE_WEBHOOK_SIGNING_SECRET": secretA + ", " + secretB,
		}), stdout, io.Discard)
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	base := strings.TrimSpace(strings.TrimPrefix(line, "listening on "))

	w := &world{clock: "2026-08-20T15:04:05Z"}
	body := `{"type":"message.received","data":` + ana.text(w, "m1", "free?") + `}`
	req, err := http.NewRequestWithContext(ctx, "POST", base+hooks+"surge", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = sign(t, "evt_1", time.Now(), body, secretB)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the webhook was answered with %s", resp.Status)
	}
	select {
	case got := <-fake.got:
		if want := "cnv_ana: " + yes; got != want {
			t.Errorf("sent %q, want %q", got, want)
		}
	case <-ctx.Done():
		t.Fatal("no send call came")
	}
	if resp, err = client.Get(base + "/healthz"); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, resp); got != `{"ok":true}` {
		t.Errorf("/healthz said %s", got)
	}
	cancel()
	if code := <-exit; code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	provider := "--base-url=http://127.0.0.1:1"
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--list-bugs"}, 0, "poisoned-dedupe"},
		{[]string{"--help"}, 0, "-list-bugs"},
		{[]string{provider, "--bug=silent,typo"}, 2, `unknown bug "typo"`},
		{[]string{provider, "--bug=silent", "--bug", "typo"}, 2, `unknown bug "typo"`},
		{[]string{provider, "--nonsense"}, 2, "nonsense"},
		{[]string{provider, "serve"}, 2, `unexpected argument "serve"`},
		{[]string{provider, "--port=none"}, 4, "taking port none"},
		{nil, 2, "set SURGE_BASE_URL"},
	} {
		var output bytes.Buffer
		code := Run(t.Context(), c.args, env(map[string]string{"SURGE_API_KEY": "sk_canary", "SURGE_WEBHOOK_SIGNING_SECRET": secretA}), &output, &output)
		if code != c.code || !strings.Contains(output.String(), c.says) {
			t.Errorf("%v: exit code %d, output %q; want %d and %q", c.args, code, &output, c.code, c.says)
		}
		if strings.Contains(output.String(), "sk_canary") || strings.Contains(output.String(), secretA) {
			t.Errorf("%v: the output shows a secret: %q", c.args, &output)
		}
	}
}

// The description must be YAML and name routes and variables that exist.
func TestSUTFitsTheApp(t *testing.T) {
	t.Parallel()
	type answered []struct {
		To     string
		Expect int
	}
	var sut struct {
		Name      string
		Start     []string
		Env       map[string]string
		Ready     string
		Webhooks  map[string]string
		Replies   answered
		Providers map[string]struct{ Replies answered }
		Policy    Policy
	}
	if err := yaml.Unmarshal([]byte(SUT), &sut); err != nil {
		t.Fatal(err)
	}
	if sut.Name != "bookings" || sut.Policy != AtMostOnce || !strings.HasSuffix(sut.Ready, "/healthz") {
		t.Errorf("sut.yaml says %+v", sut)
	}
	read := map[string]bool{}
	_, _, _, err := parse(nil, func(name string) string { read[name] = true; return "" }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for name := range sut.Env {
		if !read[name] {
			t.Errorf("sut.yaml sets %s, which the command does not read", name)
		}
	}
	for _, v := range vendors {
		if !strings.HasSuffix(sut.Webhooks[v.name], hooks+v.name) {
			t.Errorf("sut.yaml has the webhooks of %s go to %q", v.name, sut.Webhooks[v.name])
		}
		for _, reply := range slices.Concat(sut.Replies, sut.Providers[v.name].Replies) {
			inBubbleWith(t, v.name, Options{}, func(w *world) {
				w.says(ana, "m1", reply.To)
				if got := len(w.sent()); got != reply.Expect {
					t.Errorf("%q got %d replies with %s, sut.yaml says %d", reply.To, got, v.name, reply.Expect)
				}
			})
		}
	}
	if len(sut.Replies) == 0 || len(sut.Webhooks) != len(vendors) {
		t.Errorf("sut.yaml declares replies %v and webhooks %v", sut.Replies, sut.Webhooks)
	}
}
