package playback_test

import (
	"slices"
	"testing"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/scenarios/playback"
)

// What an application does wrong is told, and by its name. A bug that shows only
// in words, in keys or in how many signatures are looked at cannot be.
func TestReplayShowsBugs(t *testing.T) {
	t.Parallel()
	for bug, want := range map[string]playback.Kind{
		"no-dedupe":          playback.ExtraCall,
		"double-send":        playback.ExtraCall,
		"ignores-stop":       playback.ExtraCall,
		"silent":             playback.MissingCall,
		"thread-by-handset":  playback.OtherConversation,
		"default-number":     playback.OtherConversation,
		"error-on-duplicate": playback.OtherAnswer,
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			for _, provider := range contracts.Names() {
				r := play(t, read(t, catalogFile(provider)), provider, application(t, "--bug="+bug), impatient)
				if !slices.ContainsFunc(r.Differences, func(d playback.Difference) bool { return d.Kind == want }) {
					t.Errorf("%s: no %s among the differences:\n%s", provider, want, told(t, r))
				}
			}
		})
	}
}

func TestReplayShowsWhoTrustsTooMuch(t *testing.T) {
	t.Parallel()
	for _, bug := range []string{"no-signature-check", "no-timestamp-check"} {
		r := play(t, read(t, catalogFile("surge")), "surge", application(t, "--bug="+bug), impatient)
		if !slices.ContainsFunc(r.Differences, func(d playback.Difference) bool { return d.Kind == playback.OtherAnswer }) {
			t.Errorf("%s: no webhook was answered otherwise:\n%s", bug, told(t, r))
		}
	}
}
