package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider/surge"
	"github.com/switchhook/switchhook/emulator/sandbox"
)

// silent is a sandbox with a history of n messages and without an endpoint.
func silent(b *testing.B, n int) (*lab, http.Handler) {
	b.Helper()
	o := options(b)
	box, err := sandbox.New(o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(box.Close)
	l := &lab{t: b, box: box, env: box.Placeholders()[vendor]}
	for i := range n {
		if _, err := box.Text("", number(i), "", "hello", nil); err != nil {
			b.Fatal(err)
		}
	}
	return l, face(box, surge.New())
}

var histories = []int{0, 100_000}

// BenchmarkSend accepts an MT over the provider's API. The two histories must
// cost the same: no call does work in proportion to what has happened.
func BenchmarkSend(b *testing.B) {
	for _, n := range histories {
		b.Run(fmt.Sprintf("after=%d", n), func(b *testing.B) {
			l, api := silent(b, n)
			body := `{"to":"` + string(ana) + `","body":"Your table is ready."}`
			path, auth := l.messages(), "Bearer "+l.env["key"]
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("POST", path, strings.NewReader(body))
				r.Header.Set("Authorization", auth)
				r.Header.Set("Content-Type", "application/json")
				rec := httptest.NewRecorder()
				if api.ServeHTTP(rec, r); rec.Code != 201 {
					b.Fatalf("told %d %s", rec.Code, rec.Body)
				}
			}
		})
	}
}

// BenchmarkReceive makes a handset text the application.
func BenchmarkReceive(b *testing.B) {
	for _, n := range histories {
		b.Run(fmt.Sprintf("after=%d", n), func(b *testing.B) {
			l, _ := silent(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.box.Text("", ana, "", "Is 3pm free?", nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMakeSandbox makes and drops a sandbox of a running emulator.
func BenchmarkMakeSandbox(b *testing.B) {
	emu, err := emulator.New(emulator.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer emu.Close()
	b.ReportAllocs()
	for b.Loop() {
		box, err := emu.Make(client.SandboxOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if err := emu.Drop(box.ID()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkJournalAppend keeps one entry, as each decision does at least.
func BenchmarkJournalAppend(b *testing.B) {
	j := journal.New(&journal.Memory{}, clock.Wall)
	defer j.Close()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := j.Append(at, journal.Entry{Kind: journal.KindMarker, Marker: "x"}); err != nil {
			b.Fatal(err)
		}
	}
}
