package playback_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/scenarios/playback"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// credentials are the fixed ones of an emulator's default sandbox.
func credentials(t *testing.T) map[string]string {
	t.Helper()
	em, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer em.Close()
	return client.Sandbox{Providers: em.Default().Placeholders()}.Placeholders()
}

func load(t *testing.T, provider string) *contracts.Contract {
	t.Helper()
	c, err := contracts.Load(provider)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func read(t *testing.T, file string) *recording.HAR {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	h, err := recording.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// impatient is for applications of which it is known that calls will be missing.
const impatient = 100 * time.Millisecond

func play(t *testing.T, h *recording.HAR, provider string, app *sut.SUT, patience time.Duration) playback.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	r, err := playback.Run(ctx, playback.Options{
		Recording: h, Contract: load(t, provider), SUT: app, Values: credentials(t), Now: clock.Wall, Patience: patience,
	})
	if err != nil {
		t.Error(err)
	}
	return r
}

func told(t *testing.T, r playback.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := playback.Text(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A recording may be shown to anybody.
func TestCommittedRecordingsGiveNothingAway(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "contracts", "*", "recordings", "*"))
	if err != nil || len(files) < 2*len(contracts.Names()) {
		t.Fatalf("%d files, %v; want a recording and a README for each provider", len(files), err)
	}
	var given []string
	for name, value := range credentials(t) {
		if strings.HasSuffix(name, ".key") || strings.HasSuffix(name, ".token") || strings.HasSuffix(name, ".secret") {
			given = append(given, value)
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range given {
			if secret == "" || bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s holds the credential %q", file, secret)
			}
		}
		if filepath.Ext(file) != ".har" {
			continue
		}
		h := read(t, file)
		for _, found := range recording.Secrets(h) {
			t.Errorf("%s: %s", file, found)
		}
		if filepath.Base(file) != filepath.Base(catalogFile("any")) {
			continue
		}
		if !strings.Contains(h.Log.Comment, "not the real service") || h.Log.Switchhook.Dropped > 0 || len(text) > 2<<20 {
			t.Errorf("%s: %d bytes, %d dropped, comment %q", file, len(text), h.Log.Switchhook.Dropped, h.Log.Comment)
		}
	}
}

// The reference application does today what it did when the recordings were made.
func TestCommittedRecordings(t *testing.T) {
	t.Parallel()
	for _, provider := range contracts.Names() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			if *update {
				keep(t, catalogFile(provider), record(t, provider, load(t, provider)))
			}
			h := read(t, catalogFile(provider))
			r := play(t, h, provider, application(t), 0)
			if len(r.Differences) > 0 || r.Calls == 0 || r.Webhooks == 0 {
				t.Error(told(t, r))
			}
		})
	}
}
