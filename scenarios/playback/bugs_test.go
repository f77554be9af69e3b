package playback_test

import (
	"slices"
	"testing"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/scenarios/playback"
)

// What an application does wrong is told, and by its name. A bug that shows only
// in words, in keys or in how many signatures are looked at cannot be.
func TestReplayShowsBugs(t *testing.T) {
	t.Parallel()
	for bug, tt := range map[string]struct {
		want      playback.Kind
		providers []string
		patience  time.Duration
	}{
		"no-dedupe":          {playback.ExtraCall, contracts.Names(), impatient},
		"double-send":        {playback.ExtraCall, []string{"mta"}, impatient},
		"ignores-stop":       {playback.ExtraCall, []string{"exotel"}, impatient},
		"silent":             {playback.MissingCall, contracts.Names(), time.Millisecond}, // no call will ever come
		"thread-by-handset":  {playback.OtherConversation, []string{"surge"}, impatient},
		"default-number":     {playback.OtherConversation, []string{"mta"}, impatient},
		"error-on-duplicate": {playback.OtherAnswer, []string{"exotel"}, impatient},
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			for _, provider := range tt.providers {
				r := play(t, read(t, catalogFile(provider)), provider, application(t, "--bug="+bug), tt.patience)
				if !slices.ContainsFunc(r.Differences, func(d playback.Difference) bool { return d.Kind == tt.want }) {
					t.Errorf("%s: no %s among the differences:\n%s", provider, tt.want, told(t, r))
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
