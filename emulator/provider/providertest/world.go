package providertest

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
)

// isolation: two sandboxes with the same script see nothing of each other.
func isolation(t *testing.T, d Dialect) {
	idle := newLab(t, d)
	first, second := idle.sibling(), idle.sibling()
	before := len(idle.entries())
	untouched := len(second.entries())
	story(first)
	told := first.told()
	if got := len(second.entries()); got != untouched || len(second.App.taken()) > 0 {
		t.Errorf("one sandbox left %d entries and webhooks in another", got-untouched)
	}
	story(second)
	foreign := []string{first.Env["key"], first.Env["secret"], first.App.URL}
	for _, h := range second.App.taken() {
		text := h.Path + string(h.Body)
		for _, secret := range foreign {
			if strings.Contains(text, secret) {
				t.Errorf("a webhook of one sandbox holds %q of another: %s", secret, text)
			}
		}
	}
	if len(told) == 0 || len(first.App.taken()) > 0 || len(idle.App.taken()) > 0 || len(idle.entries()) != before {
		t.Error("webhooks or entries reached a sandbox that nothing happened in")
	}
}

// crossing: a key opens its own sandbox only, whatever the path says.
func crossing(t *testing.T, d Dialect) {
	idle := newLab(t, d)
	mine, yours := idle.sibling(), idle.sibling()
	r := d.Send(mine, mine.Handset(0), "", hello)
	r.URL = d.Send(yours, yours.Handset(0), "", hello).URL
	a := mine.do(r)
	mine.finish()
	if a.status < 300 != (len(mine.sent(mine.Handset(0))) == 1) {
		t.Errorf("a send to another's path is answered %d %s", a.status, a.body)
	}
	if a.status >= 300 {
		mine.refused("a send to another's path", a)
	}
	yours.noMessages("another's key")
	idle.noMessages("another's key")
}

// crowd: many at once are told apart, each told of all that is theirs.
func crowd(t *testing.T, d Dialect) {
	const many = 24
	l := newLab(t, d)
	var ids sync.Map
	var all sync.WaitGroup
	for n := range many {
		all.Go(func() {
			a := l.ask(l.Handset(n), hello)
			if _, twice := ids.LoadOrStore(d.MessageID(a.body), n); twice || a.status != d.accepted() {
				t.Errorf("send %d is answered %d %s", n, a.status, a.body)
			}
			if _, err := l.Box.Text(d.Provider.Name, l.Handset(n), "", "Hello", nil); err != nil {
				t.Errorf("text %d: %v", n, err)
			}
		})
	}
	all.Wait()
	l.finish()
	got := map[string]int{}
	for _, told := range l.told() {
		got[told.Type]++
	}
	want := map[string]int{}
	for _, kind := range slices.Concat(d.Opens, d.Life, d.Hears) {
		want[kind] += many
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("webhooks of %d handsets (-want +got):\n%s", many, diff)
	}
}

// determinism: the same script with the same seed makes the same record, but
// for wall-clock time and addresses.
func determinism(t *testing.T, d Dialect) {
	var runs [2][]string
	for n := range runs {
		l := newLab(t, d)
		failed := 0
		l.App.answers(func(Hook) int {
			if failed++; failed%3 == 0 {
				return 503
			}
			return 200
		})
		if _, err := l.Box.Plan(journal.Fault{Kind: journal.LoseAnswer, Nth: 2}); err != nil {
			t.Fatal(err)
		}
		story(l)
		l.advance(30 * 24 * time.Hour)
		runs[n] = l.normal()
	}
	if diff := cmp.Diff(runs[0], runs[1]); diff != "" || len(runs[0]) < 30 {
		t.Errorf("two runs of %d entries differ (-first +second):\n%s", len(runs[0]), diff)
	}
}

// normal is the record without what belongs to wall-clock time and addresses.
func (l *Lab) normal() (out []string) {
	l.T.Helper()
	for _, e := range l.entries() {
		e.Wall = time.Time{}
		if e.Attempt != nil {
			a := *e.Attempt
			a.Took, a.Header = 0, nil
			e.Attempt = &a
		}
		line, err := json.Marshal(e)
		if err != nil {
			l.T.Fatal(err)
		}
		out = append(out, l.plain(string(line)))
	}
	return out
}
