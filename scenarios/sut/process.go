package sut

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// How long a process may take; real time.
const (
	readyTime = 30 * time.Second      // from its start to its first 2xx
	stopTime  = 5 * time.Second       // from SIGTERM to SIGKILL
	askEvery  = 20 * time.Millisecond // between looks at the ready URL
	lookTime  = 2 * time.Second       // for a stranger to answer at the ready URL
)

// Process is a running application.
type Process struct {
	cmd    *exec.Cmd
	output *tail
	ended  chan struct{}
}

// Run starts the application of an expanded description, and waits until it is
// ready. The process has its own process group. Its output also goes to log,
// if that is not nil.
func (s *SUT) Run(ctx context.Context, log io.Writer) (*Process, error) {
	if err := s.vacant(ctx); err != nil {
		return nil, err
	}
	p := &Process{cmd: exec.Command(s.Start[0], s.Start[1:]...), output: &tail{also: log}, ended: make(chan struct{})}
	p.cmd.Dir = s.Dir
	p.cmd.Env = os.Environ()
	for k, v := range s.Env {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.WaitDelay = time.Second // for children that keep the output open
	ownGroup(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the application: %w", err)
	}
	go func() {
		_ = p.cmd.Wait() // ProcessState says how it ended
		close(p.ended)
	}()
	if err := p.ready(ctx, s.Ready); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

// vacant makes sure that nobody answers at the ready URL yet: whoever does would
// be taken for the application and get its webhooks.
func (s *SUT) vacant(ctx context.Context) error {
	if s.Ready == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if answers(ctx, s.Ready) {
		return fmt.Errorf("%s answers before the application is started; stop what listens there", s.Ready)
	}
	return nil
}

// ready asks the URL until it answers 2xx. The answer of another does not make
// up for an application that has ended.
func (p *Process) ready(ctx context.Context, at string) error {
	if at == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for !answers(ctx, at) {
		select {
		case <-tick.C:
		case <-p.ended:
			return p.Err()
		case <-ctx.Done():
			return fmt.Errorf("the application did not answer 2xx at %s in time; %s", at, p.LastWords())
		}
	}
	return p.Err()
}

func answers(ctx context.Context, at string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return false
	}
	_, status, err := fetch(req)
	return err == nil && status/100 == 2
}

// Ended is closed once the process is gone.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Code is the exit code once the process is gone; -1 if a signal ended it.
func (p *Process) Code() int {
	<-p.ended
	return p.cmd.ProcessState.ExitCode()
}

// Err says that the process ended by itself, with the end of its output; nil while it runs.
func (p *Process) Err() error {
	select {
	case <-p.ended:
		return fmt.Errorf("the application ended with code %d; %s", p.Code(), p.LastWords())
	default:
		return nil
	}
}

// Stop ends the process and all of its group: SIGTERM, and SIGKILL if that
// does not do. It returns when the process is gone.
func (p *Process) Stop() {
	terminate(p.cmd)
	timer := time.NewTimer(stopTime)
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
	}
	kill(p.cmd)
	<-p.ended
}

// Kill ends the process and all of its group at once, without a chance to do
// anything about it. It returns when the process is gone.
func (p *Process) Kill() {
	kill(p.cmd)
	<-p.ended
}

// Output is the last 64 KiB of what the process wrote.
func (p *Process) Output() string { return p.output.String() }

// lastLines is how much of its output people read about an application that failed.
const lastLines = 12

// LastWords says what the last lines of the output are, the lines below the
// sentence.
func (p *Process) LastWords() string {
	said := strings.TrimSpace(p.Output())
	if said == "" {
		return "it wrote nothing"
	}
	all := strings.Split(said, "\n")
	return "its output ends with:\n" + strings.Join(all[max(0, len(all)-lastLines):], "\n")
}

// tailSize is how much output is kept.
const tailSize = 64 << 10

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
	also io.Writer
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if len(t.kept) > 2*tailSize {
		t.kept = append([]byte(nil), t.kept[len(t.kept)-tailSize:]...)
	}
	if t.also != nil {
		_, _ = t.also.Write(b) // a log that fails must not stop the application
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept[max(0, len(t.kept)-tailSize):])
}
