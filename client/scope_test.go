package client_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/emulatortest"
)

// scope lets an example have what a test has: things that end with it.
type scope struct{ cleanups []func() }

func (s *scope) Helper()          {}
func (s *scope) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *scope) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (s *scope) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (s *scope) end() {
	for _, f := range slices.Backward(s.cleanups) {
		f()
	}
}

// emulator is an emulator with a manual clock for one example.
func emulator() (c *client.Client, provider string, end func()) {
	s := &scope{}
	em := emulatortest.Start(s)
	for name := range em.Sandbox.Providers {
		provider = max(provider, name)
	}
	return em.Client, provider, s.end
}

// application takes webhooks and answers each with 200.
func application() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
}
