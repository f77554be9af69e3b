package carrier_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/sms"
)

const carol = sms.Number("+18015550144")

// TestChangesFollowEachOther holds that each change of a decision sees those
// before it.
func TestChangesFollowEachOther(t *testing.T) {
	t.Parallel()
	person := func(n sms.Number) *sms.Contact { return &sms.Contact{Account: "acct", Number: n} }
	named := func(id, key string) *sms.Document {
		return &sms.Document{ID: id, Kind: group, Keys: []string{key}, New: true}
	}
	renamed := func(id, key string) *sms.Document { v := named(id, key); v.New = false; return v }
	gone := func(id, key string) *sms.Document { v := renamed(id, key); v.Gone = true; return v }
	line := func(account string, n sms.Number) *sms.Account {
		return &sms.Account{ID: account, Lines: []sms.Line{{Number: n}}}
	}
	bens := func(n sms.Number) *sms.Contact { return &sms.Contact{ID: "ben", Account: "acct", Number: n} }
	for _, test := range []struct {
		name    string
		changes []sms.Change
		want    sms.Code
	}{
		{"two contacts with a number", []sms.Change{person(ana), person(ana)}, sms.Taken},
		{"the number of another", []sms.Change{person(ben)}, sms.Taken},
		{"the number of another account", []sms.Change{&sms.Contact{Account: "acct-2", Number: ben}}, ""},
		{"a number that was given up", []sms.Change{bens(ana), person(ben)}, ""},
		{"a number that was just taken", []sms.Change{bens(ana), person(ana)}, sms.Taken},
		{"a number that was taken back", []sms.Change{bens(ana), bens(ben), person(ana)}, ""},
		{"two documents under a name", []sms.Change{named("", "x"), named("", "x")}, sms.Taken},
		{"a name that stands", []sms.Change{named("", "red")}, sms.Taken},
		{"its own name", []sms.Change{named("doc", "red")}, ""},
		{"not new", []sms.Change{renamed("", "red")}, ""},
		{"a name that was given up", []sms.Change{renamed("doc", "blue"), named("", "red")}, ""},
		{"a name that is free with its document", []sms.Change{gone("doc", "red"), named("", "red")}, ""},
		{"a name that two were given and one gave up", []sms.Change{renamed("one", "x"), renamed("two", "x"), renamed("two", "y"), named("", "x")}, sms.Taken},
		{"a name of several, the last its own", []sms.Change{renamed("one", "x"), renamed("two", "x"), named("two", "x")}, sms.Taken},
		{"another kind", []sms.Change{&sms.Document{Kind: "template", Keys: []string{"red"}, New: true}}, ""},
		{"the line of another account", []sms.Change{line("acct-2", long)}, sms.Taken},
		{"a line that was given up", []sms.Change{line("acct", carol), line("acct-2", long)}, ""},
		{"one line for two accounts", []sms.Change{line("acct-2", carol), line("acct-3", carol)}, sms.Taken},
		{"a shared line", []sms.Change{&sms.Account{ID: "acct-2", Lines: []sms.Line{{Number: demo, Kind: sms.DemoLine}}}}, ""},
		{"the last one fails", []sms.Change{person(ana), named("", "x"), line("", carol), &sms.Endpoint{}, named("", "red")}, sms.Taken},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			n := newNet(false)
			if err := n.do(t, bens(ben), named("doc", "red")); err != nil {
				t.Fatal(err)
			}
			before := len(n.log)
			err := n.do(t, test.changes...)
			if err != nil && err.Code != test.want || err == nil && test.want != "" {
				t.Fatalf("told %v; want %q", err, test.want)
			}
			if err != nil && len(n.log) != before {
				t.Errorf("refused changes left %d entries", len(n.log)-before)
			}
			for _, change := range test.changes[:len(test.changes)-1] {
				if id := idOf(change); err != nil && id != "" && !slices.Contains([]string{"ben", "doc", "one", "two", "acct", "acct-2"}, id) {
					t.Errorf("what was not made has the id %s", id)
				}
			}
		})
	}
}

func idOf(change sms.Change) string {
	switch v := change.(type) {
	case *sms.Account:
		return v.ID + v.Lines[0].ID
	case *sms.Contact:
		return v.ID
	case *sms.Document:
		return v.ID
	case *sms.Endpoint:
		return v.ID
	}
	return ""
}

func TestTakenBecomesTheOneThatStands(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	person := sms.Contact{Account: "acct", Number: ana, FirstName: "Ana"}
	doc := sms.Document{Kind: group, Keys: []string{"red"}, Body: json.RawMessage(`1`), New: true}
	if err := n.do(t, &person, &doc); err != nil {
		t.Fatal(err)
	}
	again, other := sms.Contact{Account: "acct", Number: ana, FirstName: "Eve"}, sms.Document{Kind: group, Keys: []string{"red"}, New: true}
	_, _ = n.do(t, &again), n.do(t, &other)
	doc.New = false // is not written down
	if !cmp.Equal(again, person) || !cmp.Equal(other, doc) {
		t.Errorf("the values became %+v and %+v", again, other)
	}
}

// TestMintedIdsDiffer holds that nothing made later shares the id of what is there.
func TestMintedIdsDiffer(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	seen := map[string]bool{"acct": true}
	for range 3 {
		a := sms.Account{Lines: []sms.Line{{Number: sms.Number("+1801555" + string(rune('0'+len(n.log)))), Kind: sms.LongCode}}}
		c := sms.Contact{Account: "acct", Number: sms.Number("+1801556" + string(rune('0'+len(n.log))))}
		e, d := sms.Endpoint{URL: "http://127.0.0.1:1/"}, sms.Document{Kind: group}
		gone := sms.Document{Kind: group, Gone: true}
		v := sms.Event{Type: "group.made", Account: "acct"}
		if err := n.do(t, &a, &c, &e, &d, &gone, &v); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{a.ID, a.Lines[0].ID, c.ID, e.ID, d.ID, gone.ID, v.ID} {
			if id == "" || seen[id] {
				t.Errorf("id %q is given twice, or none", id)
			}
			seen[id] = true
		}
		again := e // a change is nothing new
		if err := n.do(t, &again); err != nil || again.ID != e.ID {
			t.Errorf("changed endpoint %s is %s, %v", e.ID, again.ID, err)
		}
	}
}

func TestIdsThatTheDialectChose(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	if err := n.do(t, &sms.Account{ID: "mine", Name: "Mine", Lines: []sms.Line{{ID: "my-line", Number: carol}}},
		&sms.Contact{ID: "her", Account: "mine", Number: ana}, &sms.Document{ID: "it", Kind: group}); err != nil {
		t.Fatal(err)
	}
	if a, ok := n.Account(acme, "mine"); !ok || a.Name != "Mine" {
		t.Errorf("the account is %+v", a)
	}
	for _, name := range []string{"my-line", string(carol)} {
		if l, ok := n.Line(acme, "", name); !ok || l.ID != "my-line" {
			t.Errorf("line %q is %+v", name, l)
		}
		if _, ok := n.Line("other", "", name); ok {
			t.Error("another provider has the line")
		}
	}
	if _, ok := n.Account("other", "mine"); ok {
		t.Error("another provider has the account")
	}
	d := n.draft()
	if err := n.Do(d, "other", &sms.Contact{ID: "her", Account: "mine", Number: ben}); err == nil || err.Code != sms.Taken {
		t.Errorf("another provider changes the contact: %v", err)
	}
	if err := n.Do(n.draft(), "other", &sms.Account{ID: "mine"}); err == nil || err.Code != sms.Taken {
		t.Errorf("another provider changes the account: %v", err)
	}
}

// TestTextToALineOfAnyAccount holds that an MO reaches who has the line now.
func TestTextToALineOfAnyAccount(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	bought := sms.Account{Name: "Second", Lines: []sms.Line{{Number: carol, Kind: sms.LongCode}}}
	if err := n.do(t, &bought); err != nil {
		t.Fatal(err)
	}
	if m := n.receive(t, ana, carol, "STOP"); m.Account != bought.ID {
		t.Errorf("the text reached %s", m.Account)
	}
	if _, err := n.send(t, sms.Outbound{Handset: ana, Body: "x"}); err != nil {
		t.Errorf("consent towards one account binds another: %v", err)
	}
	bought.Lines = nil
	first := account()
	first.Lines = append(first.Lines, sms.Line{ID: "ported", Number: carol})
	if err := n.do(t, &bought, &first); err != nil {
		t.Fatal(err)
	}
	if m := n.receive(t, ana, carol, "hello"); m.Account != "acct" {
		t.Errorf("after the line went over the text reached %s", m.Account)
	}
	if _, err := n.Send(n.draft(), acme, sms.Outbound{Account: bought.ID, Handset: ana, Body: "x"}); err == nil || err.Code != sms.NoLine {
		t.Errorf("an account without lines is told %v", err)
	}
}

func TestWordToTheWholeAccountCountsForEachLine(t *testing.T) {
	t.Parallel()
	n := newNet(true)
	may := func(line sms.Number, want bool, when string) {
		t.Helper()
		if _, err := n.send(t, sms.Outbound{Handset: ana, Line: line, Body: "x"}); (err == nil) != want {
			t.Errorf("%s: a send from %s is told %v", when, line, err)
		}
		if got := n.OptedOut(acme, "acct", ana, line); got == want {
			t.Errorf("%s: opted out of %s: %v", when, line, got)
		}
	}
	say := func(out bool) {
		t.Helper()
		if err := n.do(t, &sms.OptOut{Account: "acct", Handset: ana, Out: out}); err != nil {
			t.Fatal(err)
		}
	}
	say(true)
	may(long, false, "out of all")
	since := len(n.log)
	n.receive(t, ana, long, "START")
	if got := n.events(since); !slices.Contains(got, sms.OptedIn) {
		t.Errorf("START is told as %v", got)
	}
	may(long, true, "back in to one")
	may(other, false, "and not to the other")
	say(true)
	may(long, false, "out of all again, at the same moment")
	n.receive(t, ana, other, "STOP")
	say(false)
	may(long, true, "in to all")
	may(other, true, "in to all, STOP came when it was out already")
	n.receive(t, ana, other, "STOP")
	say(false)
	may(other, false, "a word to one line stands")
}

func TestSendsDisabledWhileAMessageWaits(t *testing.T) {
	t.Parallel()
	n := newNet(false)
	m, _ := n.send(t, sms.Outbound{Handset: ana, Body: "x", SendAt: n.now.Add(time.Hour)})
	stopped, _ := n.send(t, sms.Outbound{Handset: ben, Body: "x", SendAt: n.now.Add(time.Hour)})
	fine, _ := n.send(t, sms.Outbound{Handset: carol, Body: "x", SendAt: n.now.Add(time.Hour)})
	for _, number := range []sms.Number{ana, ben} {
		c, _ := n.ContactOf("acct", number)
		c.Disabled = true
		if err := n.do(t, &c); err != nil {
			t.Fatal(err)
		}
	}
	n.receive(t, ben, long, "STOP")
	n.pass(t, 2*time.Hour)
	for id, want := range map[string]sms.Reason{m.ID: sms.Blocked, stopped.ID: sms.Refused, fine.ID: ""} {
		if got := n.message(t, id); got.Reason != want || (got.State == sms.Failed) != (want != "") {
			t.Errorf("the message ends as %s %q; want %q", got.State, got.Reason, want)
		}
	}
	if n.Handset(ana).Flagged != "" {
		t.Error("a blocked contact counts as a failing number")
	}
}
