package main

import (
	"bufio"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden texts in testdata")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"switchhook": main})
}

// TestScripts plays the pages of testdata with the real program. Beside the
// usual commands they have:
//
//	exits CODE COMMAND...     run to the end and compare the exit code
//	start REGEXP COMMAND...   run in the background, once a line matches; the
//	                          first URL it prints becomes SWITCHHOOK_EMULATOR
//	interrupt                 interrupt what was started; it must exit with 0
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata", UpdateScripts: *update, RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Values[background{}] = &background{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "start": start, "interrupt": interrupt},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		got = ended.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// background is the command that start started in a script.
type background struct {
	command *exec.Cmd
	ended   chan error
}

var address = regexp.MustCompile(`http://[0-9.:]+`)

func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start REGEXP COMMAND...")
	}
	until, err := regexp.Compile(args[0])
	ts.Check(err)
	b := ts.Value(background{}).(*background)
	b.command, b.ended = exec.Command(args[1], args[2:]...), make(chan error, 1)
	b.command.Dir = ts.MkAbs(".")
	b.command.Stderr = os.Stderr
	out, err := b.command.StdoutPipe()
	ts.Check(err)
	ts.Check(b.command.Start())
	ts.Defer(func() { _ = b.command.Process.Kill() }) // in vain if interrupt did its work
	lines, found := bufio.NewScanner(out), false
	for !found && lines.Scan() {
		ts.Logf("%s", lines.Text())
		if at := address.FindString(lines.Text()); at != "" && ts.Getenv("SWITCHHOOK_EMULATOR") == "" {
			ts.Setenv("SWITCHHOOK_EMULATOR", at)
		}
		found = until.MatchString(lines.Text())
	}
	go func() {
		_, _ = io.Copy(io.Discard, out) // until it ends
		b.ended <- b.command.Wait()
	}()
	if !found {
		ts.Fatalf("it ended before it printed %s: %v", until, <-b.ended)
	}
}

func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	b := ts.Value(background{}).(*background)
	if neg || len(args) > 0 || b.command == nil {
		ts.Fatalf("usage: interrupt, after start")
	}
	ts.Check(b.command.Process.Signal(os.Interrupt))
	if err := <-b.ended; err != nil {
		ts.Fatalf("it was interrupted and did not end well: %v", err)
	}
}
