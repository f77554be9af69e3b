package suite_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/suite"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// golden compares text with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run with -update to write it", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update to accept.\n--- got\n%s\n--- want\n%s", file, got, want)
	}
}

// ana is the conversation with one customer in a record.
func ana(r *historytest.Record) suite.Conversation {
	return suite.Of(r.Entries()).With(r.Number("ana"))
}

// asks is a customer who asks and is answered a number of times.
func asks(r *historytest.Record, replies int) *historytest.Text {
	text := r.Texts("ana", "Is 3pm free?")
	r.Acks(text)
	for range replies {
		r.Replies(text, "Yes, it is")
	}
	return text
}

// leaves is a customer who asks, is answered, and says STOP, which the
// application acknowledges.
func leaves(r *historytest.Record) sms.Message {
	asks(r, 1)
	r.Quiet()
	stop := r.Texts("ana", "STOP")
	r.Acks(stop)
	return stop.Message
}

func TestMatchers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		make func(*historytest.Record) (any, types.GomegaMatcher)
		want bool
	}{
		{"replied once", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 1)
			return ana(r), suite.HaveReplied(1)
		}, true},
		{"replied twice", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 2)
			return ana(r), suite.HaveReplied(1)
		}, false},
		{"replied never", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 0)
			return ana(r), suite.HaveReplied(1)
		}, false},
		{"silence after rest", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 0)
			r.Quiet()
			return ana(r), suite.HaveReplied(0)
		}, true},
		{"a text of its own accord is no reply", func(r *historytest.Record) (any, types.GomegaMatcher) {
			r.SendsTo("ana", "See you tomorrow")
			asks(r, 1)
			return ana(r), suite.HaveReplied(1)
		}, true},
		{"a reply to somebody else is none", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 1)
			other := r.Texts("ben", "Is 3pm free?")
			r.Acks(other)
			r.Replies(other, "No")
			return ana(r), suite.HaveReplied(1)
		}, true},
		{"replied to everybody", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 1)
			other := r.Texts("ben", "Is 3pm free?")
			r.Acks(other)
			r.Replies(other, "No")
			return suite.Of(r.Entries()), suite.HaveReplied(2)
		}, true},
		{"replied since the second text", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 1)
			second := asks(r, 1)
			return ana(r).Since(second.Message), suite.HaveReplied(1)
		}, true},
		{"a refused send is no reply", func(r *historytest.Record) (any, types.GomegaMatcher) {
			text := asks(r, 1)
			r.Sends(text.Message.Handset, text.Message.Line, "Yes", historytest.Call{Refused: sms.RecipientOff})
			return ana(r), suite.HaveReplied(1)
		}, true},
		{"a confirmation is no reply", func(r *historytest.Record) (any, types.GomegaMatcher) {
			stop := leaves(r)
			r.Sends(stop.Handset, stop.Line, "You are out", historytest.Call{})
			return suite.Of(r.Entries()).Promising(history.Promise{Confirms: 1}).With(stop.Handset), suite.HaveReplied(1)
		}, true},
		{"the provider's own text is no reply", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 2)
			for _, e := range r.Entries()[9:] {
				if e.Message != nil {
					e.Message.Automatic = true
				}
			}
			return ana(r), suite.HaveReplied(1)
		}, true},
		{"one in another conversation before", func(r *historytest.Record) (any, types.GomegaMatcher) {
			r.Sends(r.Number("ana"), historytest.Line2, "See you", historytest.Call{})
			text := asks(r, 1)
			return ana(r).Since(text.Message), suite.BeInConversation(text.Message.Conversation)
		}, true},
		{"replied to what it was not told", func(r *historytest.Record) (any, types.GomegaMatcher) {
			r.Replies(r.Texts("ana", "Is 3pm free?"), "Yes")
			return ana(r), suite.HaveReplied(1)
		}, false},
		{"a reply to the text before is none since", func(r *historytest.Record) (any, types.GomegaMatcher) {
			first := asks(r, 0)
			second := r.Texts("ana", "And 4pm?")
			r.Replies(first, "Yes")
			r.Acks(second)
			r.Replies(second, "No")
			return ana(r).Since(second.Message), suite.HaveReplied(1)
		}, true},
		{"sent once", func(r *historytest.Record) (any, types.GomegaMatcher) {
			r.Sends(r.Number("ana"), historytest.Line, "See you", historytest.Call{Refused: sms.RateLimited})
			r.SendsTo("ana", "See you")
			r.SendsTo("ana", "Bye")
			return ana(r), suite.HaveSentExactlyOnce("See you")
		}, true},
		{"sent twice", func(r *historytest.Record) (any, types.GomegaMatcher) {
			r.Sends(r.Number("ana"), historytest.Line, "See you", historytest.Call{Silent: true})
			r.SendsTo("ana", "See you")
			return ana(r), suite.HaveSentExactlyOnce("See you")
		}, false},
		{"sent another", func(r *historytest.Record) (any, types.GomegaMatcher) {
			r.SendsTo("ana", "Bye")
			return ana(r), suite.HaveSentExactlyOnce(ContainSubstring("See"))
		}, false},
		{"sent nothing", func(r *historytest.Record) (any, types.GomegaMatcher) {
			r.SendsTo("ben", "See you")
			return ana(r), suite.HaveSentExactlyOnce()
		}, false},
		{"in the conversation", func(r *historytest.Record) (any, types.GomegaMatcher) {
			text := asks(r, 2)
			return ana(r), suite.BeInConversation(text.Message.Conversation)
		}, true},
		{"in another conversation", func(r *historytest.Record) (any, types.GomegaMatcher) {
			text := asks(r, 1)
			r.Sends(text.Message.Handset, historytest.Line2, "Yes", historytest.Call{})
			return ana(r), suite.BeInConversation(text.Message.Conversation)
		}, false},
		{"delivered", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 2)
			return ana(r), suite.HaveState(sms.Delivered)
		}, true},
		{"not delivered", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 1)
			r.Schedules("ana", "See you")
			return ana(r), suite.HaveState(sms.Delivered)
		}, false},
		{"silent since stop", func(r *historytest.Record) (any, types.GomegaMatcher) {
			stop := leaves(r)
			r.Quiet()
			return ana(r), suite.HaveStayedSilentSince(stop)
		}, true},
		{"spoke after stop", func(r *historytest.Record) (any, types.GomegaMatcher) {
			stop := leaves(r)
			r.Sends(stop.Handset, stop.Line, "Wait!", historytest.Call{Refused: sms.RecipientOut})
			return ana(r), suite.HaveStayedSilentSince(stop)
		}, false},
		{"spoke before it could know", func(r *historytest.Record) (any, types.GomegaMatcher) {
			stop := r.Texts("ana", "STOP")
			r.SendsTo("ana", "See you")
			r.Acks(stop)
			r.Quiet()
			return ana(r), suite.HaveStayedSilentSince(stop.Message)
		}, true},
		{"confirmed stop", func(r *historytest.Record) (any, types.GomegaMatcher) {
			stop := leaves(r)
			r.Sends(stop.Handset, stop.Line, "You are out", historytest.Call{})
			r.Quiet()
			return suite.Of(r.Entries()).Promising(history.Promise{Confirms: 1}).With(stop.Handset), suite.HaveStayedSilentSince(stop)
		}, true},
		{"confirmed stop twice", func(r *historytest.Record) (any, types.GomegaMatcher) {
			stop := leaves(r)
			r.Sends(stop.Handset, stop.Line, "You are out", historytest.Call{})
			r.Sends(stop.Handset, stop.Line, "You are out", historytest.Call{})
			r.Quiet()
			return suite.Of(r.Entries()).Promising(history.Promise{Confirms: 1}).With(stop.Handset), suite.HaveStayedSilentSince(stop)
		}, false},
		{"told of stop by the event about consent", func(r *historytest.Record) (any, types.GomegaMatcher) {
			stop := r.Texts("ana", "STOP")
			r.TellsConsent(stop, historytest.Attempt{})
			r.Quiet()
			return ana(r), suite.HaveStayedSilentSince(stop.Message)
		}, true},
		{"came back", func(r *historytest.Record) (any, types.GomegaMatcher) {
			stop := leaves(r)
			r.Quiet()
			r.Acks(r.Texts("ana", "START"))
			asks(r, 1)
			return ana(r), suite.HaveStayedSilentSince(stop)
		}, true},
		{"told once", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 0)
			return ana(r), suite.HaveBeenToldOnce()
		}, true},
		{"told once and lied to", func(r *historytest.Record) (any, types.GomegaMatcher) {
			text := asks(r, 0)
			r.Forges(text, journal.BadSignature, 401)
			return ana(r), suite.HaveBeenToldOnce()
		}, true},
		{"told once since the second text", func(r *historytest.Record) (any, types.GomegaMatcher) {
			r.Tells(asks(r, 1), historytest.Attempt{Why: journal.Duplicate})
			second := asks(r, 1)
			return ana(r).Since(second.Message), suite.HaveBeenToldOnce()
		}, true},
		{"told twice", func(r *historytest.Record) (any, types.GomegaMatcher) {
			text := asks(r, 1)
			r.Tells(text, historytest.Attempt{Why: journal.Duplicate})
			return ana(r), suite.HaveBeenToldOnce()
		}, false},
		{"told in vain", func(r *historytest.Record) (any, types.GomegaMatcher) {
			r.Answers(r.Texts("ana", "Is 3pm free?"), journal.First, 500)
			return ana(r), suite.HaveBeenToldOnce()
		}, false},
		{"kept trust", func(r *historytest.Record) (any, types.GomegaMatcher) {
			text := r.Texts("ana", "Is 3pm free?")
			r.Forges(text, journal.BadSignature, 401)
			r.Acks(text)
			return suite.Of(r.Entries()), suite.KeepRules("trust")
		}, true},
		{"broke trust", func(r *historytest.Record) (any, types.GomegaMatcher) {
			r.Forges(r.Texts("ana", "Is 3pm free?"), journal.BadSignature, 200)
			return suite.Of(r.Entries()), suite.KeepRules("trust")
		}, false},
		{"broke a rule", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 2)
			promise := history.Promise{Replies: []history.Reply{{To: "Is 3pm free?", Expect: 1}}}
			return suite.Of(r.Entries()).Promising(promise), suite.KeepRules()
		}, false},
		{"kept every rule", func(r *historytest.Record) (any, types.GomegaMatcher) {
			asks(r, 1)
			promise := history.Promise{Replies: []history.Reply{{To: "Is 3pm free?", Expect: 1}}}
			return suite.Of(r.Entries()).Promising(promise), suite.KeepRules()
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			actual, m := tt.make(new(historytest.Record))
			got, err := m.Match(actual)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Fatalf("matches: %v, want %v\n%s", got, tt.want, m.FailureMessage(actual))
			}
			if !tt.want {
				golden(t, tt.name, m.FailureMessage(actual)+"\n")
			} else if text := m.NegatedFailureMessage(actual); !strings.HasPrefix(text, "Expected the application not to have ") || !strings.Contains(text, "time  handset") {
				t.Errorf("the negated message has no sentence or no timeline:\n%s", text)
			}
		})
	}
}

// What nothing in the record shows is an error, whether it was wanted or not.
func TestMatchersThatCannotSay(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	stop := leaves(&r)
	untold := r.Texts("ben", "STOP").Message
	of, here := suite.Of(r.Entries()), ana(&r)
	ben, nobody := of.With(untold.Handset), of.With("+18015550199")
	var silent historytest.Record
	silent.Texts("ana", "Is 3pm free?")
	silent.Quiet()
	for _, tt := range []struct {
		actual any
		m      types.GomegaMatcher
		want   string
	}{
		{here, suite.HaveStayedSilentSince(stop), "did not come to rest"},
		{ben, suite.HaveStayedSilentSince(untold), "cannot know of it yet"},
		{here, suite.HaveStayedSilentSince(untold), `holds no text "` + untold.ID},
		{here.Since(untold), suite.HaveSentExactlyOnce(), `holds no text "` + untold.ID},
		{here.Since(stop), suite.HaveReplied(0), "did not come to rest"},
		{ana(&silent), suite.HaveReplied(0), "did not come to rest"},
		{nobody, suite.HaveReplied(1), "nothing to reply to"},
		{nobody, suite.HaveBeenToldOnce(), "holds no text of +18015550199"},
		{ben, suite.BeInConversation("c"), "sent nothing to " + string(untold.Handset)},
		{ben, suite.HaveState(sms.Sent), "sent nothing"},
		{here, suite.HaveSentExactlyOnce(BeNumerically(">", 1)), "Expected a number"},
		{of, suite.KeepRules("trust"), `nothing put the rule "trust" to the test`},
		{of, suite.KeepRules("truth"), `there is no rule "truth"; the rules are: at most once, `},
		{suite.Of(nil), suite.KeepRules(), "any rule to the test"},
		{here, suite.KeepRules(), "about a whole record"},
		{suite.Record{}, suite.HaveReplied(1), "make it with suite.Read"},
		{"ana", suite.HaveReplied(1), "not a string; write Expect(suite.Read(ctx, emulator).With(handset))"},
	} {
		ok, err := tt.m.Match(tt.actual)
		if ok || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, %v; want an error with %q", ok, err, tt.want)
		}
	}
}
