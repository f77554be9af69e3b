package refapp

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// role in the environment makes the test binary the application itself.
const role = "REFAPP_TEST_ROLE"

// process is the application in a process of its own.
type process struct {
	cmd  *exec.Cmd
	base string
}

// startProcess starts the application for MTA on a folder.
func startProcess(t *testing.T, provider, dir string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), role+"=application", "MTA_BASE_URL="+provider+"/v3", "MTA_API_KEY=mk", "MTA_WEBHOOK_SECRET="+secretA, "STORE="+dir)
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the application did not start: %v", err)
	}
	p.base = strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	return p
}

// kill ends the process at once, however often it is called.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

var killClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// tell posts a text and reports whether it was acknowledged.
func (p *process) tell(ctx context.Context, id string) bool {
	body := fmt.Sprintf(`{"fromNumber":"+1801555%s","toNumber":%q,"replyId":%q,"messageId":%q,"message":"Book 3pm for %s","timestamp":"2026-08-20T15:04:05Z"}`,
		id, line, id, id, id)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+hooks+"mta", strings.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("X-Signature", hexMAC(secretA, body))
	resp, err := killClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// rest waits until the application has nothing left to do.
func (p *process) rest(ctx context.Context, t *testing.T) {
	t.Helper()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/debug/pending", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := killClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if readAll(t, resp) == `{"count":0}` {
			return
		}
		sleep(ctx, 10*time.Millisecond)
	}
}

// points are where a round kills the application; the texts that were
// acknowledged before have been told to it by then.
var points = map[string]func(*round){
	"before any is told":     func(*round) {},
	"while they are told":    func(r *round) { r.wait(r.acked, r.texts/2) },
	"when all are told":      func(r *round) { r.wait(r.acked, r.texts) },
	"when a call was made":   func(r *round) { r.wait(r.called, 1) },
	"when calls were made":   func(r *round) { r.wait(r.called, 1+r.texts/3) },
	"when nothing is left":   func(r *round) { r.wait(r.acked, r.texts); r.process.rest(r.ctx, r.t) },
	"soon after some answer": func(r *round) { r.wait(r.called, 2); r.wait(r.acked, 1) },
}

// round is a number of texts told at once to a process that is killed meanwhile.
type round struct {
	t       *testing.T
	ctx     context.Context
	texts   int
	process *process
	acked   chan struct{}
	called  chan struct{}
}

func (r *round) wait(what chan struct{}, n int) {
	for range n {
		select {
		case <-what:
		case <-r.ctx.Done():
			r.t.Fatal("the application did not come to the point")
		}
	}
}

// Whenever the process is killed, a text that it acknowledged is answered once,
// and one that it did not acknowledge is, too, when it is told again.
func TestKillAtAnyPoint(t *testing.T) {
	t.Parallel()
	for point, come := range points {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			fake := &carrier{}
			provider := httptest.NewServer(fake)
			defer provider.Close()
			dir := t.TempDir()
			for n := range 2 {
				playRound(ctx, t, fake, provider.URL, dir, n, come)
			}
		})
	}
}

func playRound(ctx context.Context, t *testing.T, fake *carrier, url, dir string, n int, come func(*round)) {
	t.Helper()
	r := &round{t: t, ctx: ctx, texts: 6, process: startProcess(t, url, dir), acked: make(chan struct{}, 100), called: make(chan struct{}, 100)}
	fake.mu.Lock()
	fake.during = func(int, string, *http.Request) { r.called <- struct{}{} }
	fake.mu.Unlock()
	var wg sync.WaitGroup
	for i := range r.texts {
		wg.Go(func() {
			if r.process.tell(ctx, textID(n, i)) {
				r.acked <- struct{}{}
			}
		})
	}
	come(r)
	r.process.kill()
	wg.Wait()

	after := startProcess(t, url, dir)
	for i := range r.texts {
		if !after.tell(ctx, textID(n, i)) {
			t.Errorf("text %d of round %d was not acknowledged after the restart", i, n)
		}
	}
	after.rest(ctx, t)
	after.kill()
	fake.mu.Lock()
	defer fake.mu.Unlock()
	var want []string
	for before := range n + 1 {
		for i := range r.texts {
			id := textID(before, i)
			want = append(want, fmt.Sprintf("+1801555%s: Booked 3pm for %s.", id, id))
		}
	}
	got := slices.Sorted(slices.Values(fake.calls))
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("round %d: sent %q, want %q", n, got, want)
	}
}

func textID(round, i int) string { return fmt.Sprintf("%02d%02d", round, i) }

// Two replicas on one folder: what is told to both is answered once, and what
// one leaves behind when it is killed the other does.
func TestReplicaIsKilled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	fake, open := &carrier{}, make(chan struct{}, 100)
	provider := httptest.NewServer(fake)
	defer provider.Close()
	dir := t.TempDir()
	one, two := startProcess(t, provider.URL, dir), startProcess(t, provider.URL, dir)
	fake.during = func(n int, _ string, r *http.Request) {
		if n == 1 {
			open <- struct{}{}
			<-r.Context().Done() // the first call is open until its caller is gone
		}
	}
	if !one.tell(ctx, "0001") {
		t.Fatal("the text was not acknowledged")
	}
	select {
	case <-open:
	case <-ctx.Done():
		t.Fatal("no call came")
	}
	if !two.tell(ctx, "0001") {
		t.Error("the duplicate was not acknowledged")
	}
	one.kill()
	two.rest(ctx, t)
	fake.mu.Lock()
	defer fake.mu.Unlock()
	if want := []string{"+18015550001: Booked 3pm for 0001."}; !slices.Equal(fake.calls, want) || fake.n != 2 {
		t.Errorf("%d calls, sent %q; want 2 and %q", fake.n, fake.calls, want)
	}
}

// application is what the test binary does in its other role.
func application() int {
	return Run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, io.Discard)
}
