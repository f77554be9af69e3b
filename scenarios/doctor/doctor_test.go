package doctor_test

import (
	"context"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/scenarios/doctor"
	"github.com/switchhook/switchhook/scenarios/refapp"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// The test binary is also the application: ROLE says with which arguments.
func TestMain(m *testing.M) {
	role, is := os.LookupEnv("ROLE")
	if !is {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(refapp.Run(ctx, strings.Fields(role), os.Getenv, io.Discard, os.Stderr))
}

// right describes the sample application as it is.
func right(t *testing.T) *sut.SUT {
	t.Helper()
	s, err := sut.Parse("sut.yaml", []byte(refapp.SUT))
	if err != nil {
		t.Fatal(err)
	}
	s.Start, s.Dir = []string{os.Args[0]}, t.TempDir()
	s.Env = maps.Clone(s.Env)
	s.Env["ROLE"] = ""
	return s
}

// examine returns the checks by their names.
func examine(t *testing.T, s *sut.SUT, provider string, patience time.Duration) map[string]doctor.Check {
	t.Helper()
	em := emulatortest.Start(t)
	var heard []doctor.Check
	checks, err := doctor.Examine(t.Context(), doctor.Options{
		URL: em.URL, SUT: s, Provider: provider, Patience: patience,
		Progress: func(c doctor.Check) { heard = append(heard, c) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(heard, checks) {
		t.Errorf("heard of %v, got %v", heard, checks)
	}
	out := map[string]doctor.Check{}
	for _, c := range checks {
		out[c.Name] = c
		if c.State == doctor.Problem && c.Do == "" {
			t.Errorf("%s is a problem and nothing is said to be done: %s", c.Name, c.Says)
		}
	}
	return out
}

func TestRightApplicationIsWell(t *testing.T) {
	t.Parallel()
	for provider, skips := range map[string][]string{"surge": nil, "mta": nil, "exotel": {"forged webhook"}} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			for name, c := range examine(t, right(t), provider, 20*time.Second) {
				want := doctor.OK
				if slices.Contains(skips, name) {
					want = doctor.Skipped
				}
				if c.State != want {
					t.Errorf("%s: %+v, want %s", name, c, want)
				}
			}
		})
	}
}

// Each mistake is found by one check, which says what to do.
func TestMistakes(t *testing.T) {
	t.Parallel()
	const port = "http://127.0.0.1:{{port}}"
	for name, tt := range map[string]struct {
		spoil func(*sut.SUT)
		check string
		says  string
		do    string
	}{
		"no program":     {func(s *sut.SUT) { s.Start = []string{"no-such-program"} }, "start", "no-such-program", "not on the path"},
		"no file":        {func(s *sut.SUT) { s.Start = []string{"./serve.sh"} }, "start", "serve.sh", "start runs in the folder of sut.yaml"},
		"crash":          {func(s *sut.SUT) { s.Env["ROLE"] = "--bug no-such-bug" }, "start", "ended with code 2", "run it by hand"},
		"no ready":       {func(s *sut.SUT) { s.Ready = "" }, "start", "nothing says when", "add ready:"},
		"no webhook":     {func(s *sut.SUT) { s.Webhooks = nil }, "reachable", "no webhooks URL", "add webhooks:"},
		"wrong port":     {func(s *sut.SUT) { s.Webhooks["surge"] = "http://127.0.0.1:1/webhooks/surge" }, "reachable", "127.0.0.1:1", "the same?"},
		"wrong path":     {func(s *sut.SUT) { s.Webhooks["surge"] = port + "/hooks" }, "webhook", "answered 404", "POST http://127.0.0.1:"},
		"wrong secret":   {func(s *sut.SUT) { s.Env["SURGE_WEBHOOK_SIGNING_SECRET"] = "whsec_AAAA" }, "webhook", "answered 401", "{{surge.secret}}"},
		"believes all":   {func(s *sut.SUT) { s.Env["ROLE"] = "--bug no-signature-check" }, "forged webhook", "was believed", "refuse with 401"},
		"elsewhere":      {func(s *sut.SUT) { s.Env["SURGE_BASE_URL"] = "http://127.0.0.1:1" }, "calls", "made no call", "SURGE_BASE_URL"},
		"unread":         {func(s *sut.SUT) { s.Env["ROLE"] = "--bug silent" }, "calls", "made no call", "sut.yaml sets SURGE_BASE_URL"},
		"wrong key":      {func(s *sut.SUT) { s.Env["SURGE_API_KEY"] = "sk_live_other" }, "calls", "without a valid key", "{{surge.key}}"},
		"wrong account":  {func(s *sut.SUT) { s.Env["SURGE_ACCOUNT_ID"] = "acct_other" }, "accepted", "refused", "documents"},
		"two answers":    {func(s *sut.SUT) { s.Env["ROLE"] = "--bug double-send" }, "replies", "answered 2 times", "expect"},
		"no answer":      {func(s *sut.SUT) { s.Replies[0].Expect = 2 }, "replies", "answered 1 times where sut.yaml declares 2", "expect"},
		"wrong request":  {func(s *sut.SUT) { s.Send.Request.Path = "/tell" }, "send", "no text left", "path, method"},
		"wrong field":    {func(s *sut.SUT) { s.Probe["pending"] = sut.Probe{Path: "/debug/pending", Field: "left"} }, "probes", `no field "left"`, "probe.pending"},
		"nothing to ask": {func(s *sut.SUT) { s.Send, s.Probe = nil, nil }, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := right(t)
			s.Webhooks = maps.Clone(s.Webhooks)
			tt.spoil(s)
			checks := examine(t, s, "surge", 3*time.Second)
			for _, c := range checks {
				if c.State == doctor.Problem && c.Name != tt.check {
					t.Errorf("%s: %+v, want a problem with %q alone", c.Name, c, tt.check)
				}
			}
			got := checks[tt.check]
			if tt.check == "" {
				if checks["send"].State != doctor.Skipped || checks["probes"].State != doctor.Skipped {
					t.Errorf("send %+v, probes %+v; want both skipped", checks["send"], checks["probes"])
				}
				return
			}
			if got.State != doctor.Problem || !strings.Contains(got.Says, tt.says) || !strings.Contains(got.Do, tt.do) {
				t.Errorf("%+v, want a problem that says %q and to do %q", got, tt.says, tt.do)
			}
		})
	}
}

// A program without the right to run is told apart from one that is not there.
func TestProgramThatMayNotRun(t *testing.T) {
	t.Parallel()
	s := right(t)
	if err := os.WriteFile(filepath.Join(s.Dir, "serve.sh"), []byte("#!/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Start = []string{"./serve.sh"}
	got := examine(t, s, "surge", time.Second)
	if c := got["start"]; c.State != doctor.Problem || !strings.Contains(c.Do, "chmod +x") {
		t.Errorf("%+v, want a problem and chmod +x", c)
	}
	if c := got["webhook"]; c.State != doctor.Skipped || c.Says != "the application does not run" {
		t.Errorf("%+v, want what follows skipped for that", c)
	}
}

// An application that runs already is looked at in the default sandbox.
func TestApplicationThatRunsAlready(t *testing.T) {
	t.Parallel()
	s := &sut.SUT{Webhooks: map[string]string{"surge": "http://127.0.0.1:1/"}}
	got := examine(t, s, "surge", time.Second)
	if c := got["start"]; c.State != doctor.Skipped {
		t.Errorf("start: %+v, want it skipped", c)
	}
	if c := got["reachable"]; c.State != doctor.Problem || !strings.Contains(c.Do, "start the application") {
		t.Errorf("reachable: %+v, want what to start", c)
	}
}

// Its emulator keeps real time, and time does not wait for the doctor.
func TestApplicationThatRunsAlreadyInRealTime(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	net := client.New(client.Options{URL: em.URL})
	if _, err := net.SetClock(t.Context(), client.ClockOptions{Mode: "real", Start: "now"}); err != nil {
		t.Fatal(err)
	}
	box, err := net.Sandbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	port, err := sut.ReservePort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(port.Release)
	values := box.Placeholders()
	values["port"], values[sut.DirPlaceholder] = port.String(), t.TempDir()
	app, err := right(t).Expand(values)
	if err != nil {
		t.Fatal(err)
	}
	process, err := app.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(process.Stop)
	app.Start = nil
	checks, err := doctor.Examine(t.Context(), doctor.Options{URL: em.URL, SUT: app, Provider: "surge", Patience: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if c.State != doctor.OK && c.Name != "start" {
			t.Errorf("%+v, want it ok", c)
		}
	}
}

func TestUnknownProviderIsAnError(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	_, err := doctor.Examine(t.Context(), doctor.Options{URL: em.URL, SUT: right(t), Provider: "acme"})
	if err == nil || !strings.Contains(err.Error(), `no provider "acme"`) {
		t.Errorf("Examine: %v, want that there is no such provider", err)
	}
}
