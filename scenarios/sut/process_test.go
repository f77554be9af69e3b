package sut_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchhook/switchhook/scenarios/sut"
)

// The test binary is also the application: ROLE says what it does.
func TestMain(m *testing.M) {
	if role := os.Getenv("ROLE"); role != "" {
		act(role)
		return
	}
	goleak.VerifyTestMain(m)
}

// lines are how many the application writes before its last.
const lines = 12

func act(role string) {
	switch role {
	case "crash":
		for n := range lines {
			fmt.Println("line", n)
		}
		fmt.Println("cannot open the store")
		os.Exit(3)
	case "silent":
		os.Exit(4)
	case "reserve":
		port, _ := strconv.Atoi(os.Getenv("PORT"))
		_, err := sut.Reserve(port)
		fmt.Println(err)
		return
	case "deaf": // to SIGTERM, with a child that keeps its output open
		signal.Ignore(syscall.SIGTERM)
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "ROLE=child")
		child.Stdout = os.Stdout
		_ = child.Start()
	case "child":
		signal.Ignore(syscall.SIGTERM)
		select {}
	}
	fmt.Println(strings.Repeat("x", 200<<10) + "the end")
	asked := 0
	_ = http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable) // still starting
		}
	}))
}

func application(t *testing.T, role string) *sut.SUT {
	t.Helper()
	port, err := sut.ReservePort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(port.Release)
	return &sut.SUT{
		Start: []string{os.Args[0]}, Env: map[string]string{"ROLE": role, "PORT": port.String()},
		Ready: fmt.Sprintf("http://127.0.0.1:%s/", port), Dir: t.TempDir(),
	}
}

// buffer is a log that may be written and read at once.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Len()
}

func TestProcessRunsUntilItIsStopped(t *testing.T) {
	t.Parallel()
	var log buffer
	p, err := application(t, "serve").Run(t.Context(), &log)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Err(); err != nil {
		t.Errorf("a running process has ended: %v", err)
	}
	p.Stop()
	if p.Code() != -1 || p.Err() == nil {
		t.Errorf("after Stop: code %d, %v", p.Code(), p.Err())
	}
	if out := p.Output(); len(out) != 64<<10 || !strings.HasSuffix(out, "the end\n") {
		t.Errorf("kept %d bytes of output; want the last 64 KiB", len(out))
	}
	if log.Len() <= 200<<10 {
		t.Errorf("the log got %d bytes; want all", log.Len())
	}
}

func TestProcessThatEndsAtOnceSaysWhy(t *testing.T) {
	t.Parallel()
	_, err := application(t, "crash").Run(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "code 3; its output ends with:\nline 1\n") || !strings.HasSuffix(err.Error(), "\ncannot open the store") {
		t.Errorf("Run: %v; want the exit code and the last lines of the output", err)
	}
	_, err = application(t, "silent").Run(t.Context(), nil)
	if want := "the application ended with code 4; it wrote nothing"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("Run: %v; want %s", err, want)
	}
}

func TestProcessThatIsNeverReady(t *testing.T) {
	t.Parallel()
	s := application(t, "serve")
	other, err := net.Listen("tcp", "127.0.0.1:0") // accepts and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	s.Ready = "http://" + other.Addr().String()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := s.Run(ctx, nil); err == nil || !strings.Contains(err.Error(), s.Ready) {
		t.Errorf("Run: %v; want the URL that did not answer", err)
	}
}

// stranger is another program, which answers 2xx to everything.
func stranger(t *testing.T) (url, port string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	return server.URL, server.URL[strings.LastIndex(server.URL, ":")+1:]
}

// Another program at the port must not be taken for the application, which can
// only end there: it would get the application's webhooks, and refuse them.
func TestProcessWhosePortIsTaken(t *testing.T) {
	t.Parallel()
	s := application(t, "serve")
	s.Ready, s.Env["PORT"] = stranger(t)
	p, err := s.Run(t.Context(), nil)
	if err == nil {
		p.Stop()
	}
	if err == nil || !strings.Contains(err.Error(), s.Ready+" answers before the application is started") {
		t.Errorf("Run: %v; want that another answers", err)
	}
}

func TestProcessThatEndedIsNotReady(t *testing.T) {
	t.Parallel()
	s := application(t, "crash")
	s.Ready = ""
	p, err := s.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	<-p.Ended()
	url, _ := stranger(t)
	if err := p.AwaitReady(t.Context(), url); err == nil || !strings.Contains(err.Error(), "code 3") {
		t.Errorf("ready: %v; want the exit code", err)
	}
}

func TestProcessThatCannotStart(t *testing.T) {
	t.Parallel()
	s := &sut.SUT{Start: []string{"./no-such-program"}, Dir: t.TempDir()}
	if _, err := s.Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no-such-program") {
		t.Errorf("Run: %v; want the name of the program", err)
	}
}

// Stop ends a process that ignores SIGTERM, and what it started.
func TestStopEndsTheWholeGroup(t *testing.T) {
	t.Parallel()
	p, err := application(t, "deaf").Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Stop() // returns only when the output is closed, so the child is gone too
	select {
	case <-p.Ended():
	default:
		t.Error("the process is still there")
	}
}

// Kill asks nobody: one that ignores SIGTERM is gone at once, with what it started.
func TestKillEndsTheWholeGroup(t *testing.T) {
	t.Parallel()
	p, err := application(t, "deaf").Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	if p.Code() != -1 {
		t.Errorf("code %d, want -1 for a signal", p.Code())
	}
	if err := p.Err(); err == nil || strings.Contains(err.Error(), "WaitDelay") {
		t.Errorf("the end is told as %v", err)
	}
}
