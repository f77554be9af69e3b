package providertest

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/webhook"
)

func (l *Lab) ladder() webhook.Ladder {
	l.T.Helper()
	values, err := l.Box.Switches(l.dialect.Provider.Name)
	if err != nil {
		l.T.Fatal(err)
	}
	return l.dialect.Provider.Retry(func(name string) string { return values[name] })
}

// attempts are those of the webhook about a text from a handset.
func (l *Lab) attempts(message string, kind journal.Kind) (all []journal.Entry) {
	l.T.Helper()
	for _, e := range l.entries(kind) {
		if e.Attempt.Message == message {
			all = append(all, e)
		}
	}
	return all
}

// known makes a lab in which a handset is known, so that its next text is one webhook.
func known(t *testing.T, d Dialect) *Lab {
	t.Helper()
	l := newLab(t, d)
	l.text(l.Handset(0), "", "Hello")
	l.App.taken()
	return l
}

// retries: a webhook that nobody takes is tried at the instants of the ladder,
// with the same bytes, until the vendor gives up.
func retries(t *testing.T, d Dialect) {
	l := known(t, d)
	ladder := l.ladder()
	l.App.always(http.StatusInternalServerError)
	m := l.text(l.Handset(0), "", "Anybody?")
	long := time.Hour
	for _, wait := range ladder.Delays {
		long += time.Duration((1 + ladder.Jitter) * float64(wait))
	}
	l.advance(long)
	l.advance(365 * 24 * time.Hour)
	started, ended, hooks := l.attempts(m.ID, journal.KindAttemptStarted), l.attempts(m.ID, journal.KindAttemptEnded), l.App.taken()
	if want := len(ladder.Delays) + 1; len(started) != want || len(ended) != want || len(hooks) != want {
		t.Fatalf("%d attempts began, %d ended, %d came; want %d of each", len(started), len(ended), len(hooks), want)
	}
	for n := range hooks {
		if got, last := ended[n].Attempt.GaveUp, n == len(hooks)-1; got != last {
			t.Errorf("the vendor gives up after attempt %d: %v; want %v", n+1, got, last)
		}
		if string(hooks[n].Body) != string(hooks[0].Body) || hooks[n].Path != hooks[0].Path {
			t.Errorf("attempt %d is %s %s; the first was %s %s", n+1, hooks[n].Path, hooks[n].Body, hooks[0].Path, hooks[0].Body)
		}
		if n == 0 {
			continue
		}
		least := ladder.Delays[n-1]
		most := least + time.Duration(ladder.Jitter*float64(least))
		if wait := hooks[n].Virtual.Sub(hooks[n-1].Virtual); wait < least || wait > most {
			t.Errorf("attempt %d comes %v after the one before; want %v to %v", n+1, wait, least, most)
		}
		if a := started[n]; !a.At.Equal(a.Attempt.Due) || a.Attempt.Why != journal.Retry || a.Attempt.Number != n+1 {
			t.Errorf("attempt %d is recorded as %s %d, due %v, made %v", n+1, a.Attempt.Why, a.Attempt.Number, a.Attempt.Due, a.At)
		}
	}
}

// recovery: an application that fails once at every webhook gets each of them
// once more, the same, and then never again.
func recovery(t *testing.T, d Dialect) {
	l := newLab(t, d)
	want := min(2, 1+len(l.ladder().Delays))
	came := map[string]int{}
	l.App.answers(func(h Hook) int {
		webhook := h.Path + string(h.Body)
		if came[webhook]++; came[webhook] == 1 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	story(l)
	l.advance(365 * 24 * time.Hour)
	l.App.taken()
	for webhook, times := range came {
		if times != want {
			t.Errorf("a webhook that failed once came %d times; want %d: %s", times, want, webhook)
		}
	}
	if len(came) == 0 {
		t.Error("no webhook came")
	}
}

// acks: the declared statuses end the retries, and no redirect is followed.
func acks(t *testing.T, d Dialect) {
	l := known(t, d)
	retried := len(l.ladder().Delays) > 0
	for _, status := range Statuses() {
		l.App.always(status)
		m := l.text(l.Handset(0), "", "Anybody?")
		ended := l.attempts(m.ID, journal.KindAttemptEnded)
		if len(ended) != 1 {
			t.Fatalf("%d attempts are made at once; want 1", len(ended))
		}
		want := journal.Failure
		if slices.Contains(d.Acks, status) {
			want = journal.OK
		}
		if a := ended[0].Attempt; a.Outcome != want || a.Status != status {
			t.Errorf("an attempt answered %d ends as %s with %d; want %s", status, a.Outcome, a.Status, want)
		}
		planned := len(l.attempts(m.ID, journal.KindAttemptPlanned)) > 0
		if planned != (retried && want == journal.Failure) {
			t.Errorf("after %d a retry is planned: %v", status, planned)
		}
	}
	for _, h := range l.App.taken() {
		if h.Path == followed {
			t.Errorf("a redirect was followed: %s %s", h.Method, h.Path)
		}
	}
}
