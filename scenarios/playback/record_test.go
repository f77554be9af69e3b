package playback_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recorder"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/refapp"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/suite"
	"github.com/switchhook/switchhook/scenarios/sut"
)

func catalogFile(provider string) string {
	return filepath.Join("..", "..", "contracts", provider, "recordings", "catalog-refapp.har")
}

// record plays the catalog with the reference application, and a recorder
// between it and the emulator.
func record(t *testing.T, provider string, contract *contracts.Contract) *recording.HAR {
	t.Helper()
	em := emulatortest.Start(t)
	app, front, calls := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	values := em.Sandbox.Placeholders()
	values["port"] = strconv.Itoa(front.Listener.Addr().(*net.TCPAddr).Port)
	values[sut.DirPlaceholder] = "" // it is in this process, and outlives nothing
	o := recorder.Options{Contract: contract, Upstream: parsed(t, em.URL), App: parsed(t, "http://"+app.Listener.Addr().String())}
	o.Keep = magic(provider)
	if secret := values[provider+".secret"]; secret != "" {
		o.Secrets = []string{secret}
	}
	rec, err := recorder.New(o)
	if err != nil {
		t.Fatal(err)
	}
	values[provider+".url"] = strings.Replace(values[provider+".url"], em.URL, "http://"+calls.Listener.Addr().String(), 1)
	s, err := description(t).Expand(values)
	if err != nil {
		t.Fatal(err)
	}
	s.Start = nil
	a, err := refapp.New(refapp.Environment(func(name string) string { return s.Env[name] }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	face := rec.App()
	app.Config.Handler, calls.Config.Handler = a.Handler(), rec.Provider()
	front.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet { // a probe of the harness
			a.Handler().ServeHTTP(w, r)
			return
		}
		face.ServeHTTP(w, r)
	})
	for _, server := range []*httptest.Server{app, front, calls} {
		server.Start()
		t.Cleanup(server.Close)
	}
	run, err := suite.Run(t.Context(), suite.Options{URL: em.URL, SUT: s, Pages: pages(provider), Providers: []string{provider}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range run.Results {
		if r.Verdict != report.Pass && r.Verdict != report.Unavoidable {
			t.Errorf("%s: %s", r.Page, report.Explain(run, r, report.Options{}))
		}
	}
	h := rec.Recording()
	h.Log.Comment = "The upstream was the Switchhook emulator, not the real service; the application was the reference application, which was played the pages of the catalog."
	return h
}

// pages are those for a provider that need no process of the application's own.
// Where STOP and a question are told at the same moment, it is chance which of
// them the application takes first, so that it does not do the same each time.
func pages(provider string) []page.Page {
	return slices.DeleteFunc(catalog.Pages(), func(p page.Page) bool {
		_, out := p.LeftOut(provider)
		kills := slices.ContainsFunc(p.Steps(), func(s page.Step) bool { return s.Verb == page.Slay })
		return out || kills || p.Replicas > 0 || p.Name == "ordering/stop-overtaken"
	})
}

func parsed(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// magic are numbers that mean something to the emulator and that nobody has.
func magic(provider string) []string {
	var all []string
	for _, p := range emulator.Providers() {
		for _, m := range p.Magic {
			if p.Name == provider {
				all = append(all, string(m.Number))
			}
		}
	}
	return all
}

// keep writes a recording with one exchange a line.
func keep(t *testing.T, file string, h *recording.HAR) {
	t.Helper()
	whole := *h
	whole.Log.Entries = []recording.Entry{}
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	var entries [][]byte
	for _, e := range h.Log.Entries {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, line)
	}
	lines := fmt.Appendf(nil, "\"entries\":[\n%s\n]", bytes.Join(entries, []byte(",\n")))
	text = append(bytes.Replace(text, []byte(`"entries":[]`), lines, 1), '\n')
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
