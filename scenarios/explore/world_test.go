package explore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/explore"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// What breaks when the application ends is broken by that.
func TestAnEndIsNamedBeforeWhatFollowsFromIt(t *testing.T) {
	t.Parallel()
	drops := func(p page.Page) bool { return has(p, journal.Drop) }
	a := &app{bug: func(p page.Page) int { return when(drops(p), 19) }, ends: drops}
	found := search(t, a, func(o *explore.Options) { o.Deepest = explore.Singles })
	if len(found.Cases) != 1 || found.Cases[0].Oracle != 0 || found.Cases[0].Says != "it ended with code 3: its last words" || found.Cases[0].Failed != 3 {
		t.Error(text(t, found))
	}
}

func TestOneThatHangsDoesNotSpoilTheOthers(t *testing.T) {
	t.Parallel()
	a := &app{bug: func(page.Page) int { return 0 }, hangs: func(p page.Page) bool { return has(p, journal.Drop) }}
	found := search(t, a, func(o *explore.Options) { o.Deepest = explore.Singles })
	drops := 4 // one at each position of a text
	if found.Verdicts[report.Inconclusive] != drops || found.Levels[1].Played != found.Levels[1].Planned {
		t.Errorf("%d inconclusive, want %d\n%s", found.Verdicts[report.Inconclusive], drops, text(t, found))
	}
	if !strings.Contains(text(t, found), "the world was not quiet in time") {
		t.Errorf("it does not say why:\n%s", text(t, found))
	}
	if a.reused > 0 {
		t.Errorf("%d plays in a world that was still busy", a.reused)
	}
}

func TestWorldThatBreaksIsReplaced(t *testing.T) {
	t.Parallel()
	a := &app{bug: func(page.Page) int { return 0 }}
	n := 0
	a.crowd = func([]page.Page) error {
		if n++; n%5 == 0 {
			return errors.New("the emulator is gone")
		}
		return nil
	}
	found := search(t, a, func(o *explore.Options) { o.Parallel = 1 })
	if found.Verdicts[report.Inconclusive] > 0 || found.ExitCode() != 0 {
		t.Errorf("exit %d\n%s", found.ExitCode(), text(t, found))
	}
}

func TestNothingCanBePlayed(t *testing.T) {
	t.Parallel()
	gone := errors.New("the emulator is gone")
	found, err := explore.Run(t.Context(), explore.Options{
		Providers: []string{"acme"}, Open: func(context.Context, explore.Scene) (explore.Stage, error) { return nil, gone },
	})
	if !errors.Is(err, gone) || found.ExitCode() != 4 {
		t.Errorf("%v, exit %d", err, found.ExitCode())
	}
	if _, err := explore.Run(t.Context(), explore.Options{}); err == nil {
		t.Error("a search without a stage is no error")
	}
}

// Time that is up while a world is being opened is no reason to hide why none opened.
func TestNoWorldOpensWithinTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mute := errors.New("the application did not answer")
		found, err := explore.Run(t.Context(), explore.Options{
			Providers: []string{"acme"}, Workloads: two(t), Budget: time.Second,
			Open: func(ctx context.Context, _ explore.Scene) (explore.Stage, error) {
				<-ctx.Done()
				return nil, mute
			},
		})
		if !errors.Is(err, mute) || found.Played != 0 || found.ExitCode() != 4 {
			t.Errorf("%v, %d played, exit %d; want to hear why", err, found.Played, found.ExitCode())
		}
	})
}
