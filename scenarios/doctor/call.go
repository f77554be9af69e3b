package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
)

// calls looks whether a text that should be answered makes the application
// call the emulator.
func (e *examination) calls(ctx context.Context) (Check, error) {
	if e.ended("webhook", Problem) {
		return skipped("no genuine webhook was answered with success"), nil
	}
	if _, expect := e.question(); expect == 0 {
		return skipped(`sut.yaml declares no text that is answered; add replies: [{to: "Is 3pm free?", expect: 1}]`), nil
	}
	seen, err := e.net.Wait(ctx, client.Wait{
		After: e.first.after, Where: client.Where{Kind: journal.KindCall, Provider: e.Provider}, Timeout: within(e.Patience),
	})
	if err != nil {
		return Check{}, err
	}
	if seen.Held {
		c := seen.Entries[0].Call
		return ok(fmt.Sprintf("a text made it call %s %s here", c.Method, c.Path)), nil
	}
	return e.noCall(ctx)
}

// noCall says why no call came: with a key that is nobody's it is recorded in
// the default sandbox.
func (e *examination) noCall(ctx context.Context) (Check, error) {
	if e.root != e.net {
		stray, err := e.root.Journal(ctx, client.JournalQuery{Kind: journal.KindRefused})
		if err != nil {
			return Check{}, err
		}
		for _, entry := range stray.Entries {
			if entry.Call.Provider == e.Provider {
				return problem(fmt.Sprintf("its calls come here without a valid key: %s %s: %s", entry.Call.Method, entry.Call.Path, entry.Call.Detail),
					fmt.Sprintf("give it {{%s.key}} by env%s", e.Provider, e.envOf("key"))), nil
			}
		}
	}
	do := fmt.Sprintf("set the base URL of the vendor's API by env, like %s_BASE_URL: \"{{%s.url}}\"", strings.ToUpper(e.Provider), e.Provider)
	if at := e.envOf("url"); at != "" {
		do = fmt.Sprintf("point it at {{%s.url}}%s, with the paths as the vendor has them after it", e.Provider, at)
	}
	body, _ := e.question()
	return problem(fmt.Sprintf("%q, which sut.yaml says is answered, made no call arrive within %s", body, e.Patience), do+"; else look into its output"+e.output()), nil
}

// accepted looks whether the send call was taken, and how it fits the contract.
func (e *examination) accepted(ctx context.Context) (Check, error) {
	if !e.ended("calls", OK) {
		return skipped("no call came"), nil
	}
	_, expect := e.question()
	seen, err := e.taken(ctx, e.first, expect, e.Patience)
	if err != nil {
		return Check{}, err
	}
	record, err := e.net.Journal(ctx, client.JournalQuery{After: e.first.after})
	if err != nil {
		return Check{}, err
	}
	if len(seen) == 0 {
		return problem(refusal(record.Entries), "compare the call with the vendor's documents; switchhook tail --findings shows what is wrong with it"), nil
	}
	e.message, e.names = seen[0].Call.Message, namesOf(seen[0].Call.Message, record.Entries)
	e.reaction = slowest(record.Entries, seen[len(seen)-1].Seq)
	return e.conforms(ctx)
}

// namesOf lists the ids by which an application may know its message: that of
// the message, its own, or that of the request.
func namesOf(message string, record []journal.Entry) []string {
	for _, entry := range record {
		if m := entry.Message; m != nil && m.ID == message {
			return slices.DeleteFunc([]string{m.ID, m.Reference, m.Batch}, func(s string) bool { return s == "" })
		}
	}
	return []string{message}
}

// taken waits for sends to a handset that were accepted.
func (e *examination) taken(ctx context.Context, x exchange, count int, patience time.Duration) ([]journal.Entry, error) {
	seen, err := e.net.Wait(ctx, client.Wait{
		After: x.after, Where: client.Where{Kind: journal.KindAccepted, Provider: e.Provider, Handset: x.handset},
		Count: count, Timeout: within(patience),
	})
	return seen.Entries, err
}

// refusal says what became of the calls instead.
func refusal(record []journal.Entry) string {
	says := "the calls that came sent nothing"
	for _, entry := range record {
		switch c := entry.Call; {
		case entry.Kind == journal.KindCall:
			says = fmt.Sprintf("%s %s sent nothing", c.Method, c.Path)
		case entry.Kind == journal.KindRefused:
			says = fmt.Sprintf("its call was refused: %s: %s", c.Code, c.Detail)
		}
	}
	return says
}

// conforms lists what the provider's contract says about the calls so far.
func (e *examination) conforms(ctx context.Context) (Check, error) {
	found, err := e.net.Findings(ctx, client.FindingQuery{Provider: e.Provider, By: journal.ByApp})
	if err != nil {
		return Check{}, err
	}
	var wrong, notes []string
	for _, entry := range found.Entries {
		to := &wrong
		if entry.Finding.Unread() {
			to = &notes
		}
		if says := entry.Finding.Finding.String(); !slices.Contains(*to, says) {
			*to = append(*to, says)
		}
	}
	switch {
	case len(wrong) > 0:
		return problem("its call was taken, but breaks the contract:\n"+strings.Join(wrong, "\n"), "correct what it sends: the vendor may refuse it"), nil
	case len(notes) > 0:
		return ok("its call was taken; nobody reads some of it:\n" + strings.Join(notes, "\n")), nil
	}
	return ok("its call was taken and keeps to the contract"), nil
}

// slowest is the longest silence up to an entry in which the application had
// something to do and nothing was open: what a run could take for rest.
func slowest(record []journal.Entry, until uint64) (longest time.Duration) {
	var last time.Time
	open := 0
	for _, entry := range record {
		switch entry.Kind {
		case journal.KindAttemptStarted:
			open++
		case journal.KindCall:
			if open == 0 && !last.IsZero() {
				longest = max(longest, entry.Wall.Sub(last))
			}
			open++
		case journal.KindAttemptEnded, journal.KindTold:
			open, last = open-1, entry.Wall
		}
		if entry.Seq >= until {
			break
		}
	}
	return longest
}

// mostReplies bounds how many of the declared texts are tried.
const mostReplies = 10

// replies sends each declared text and counts what comes back.
func (e *examination) replies(ctx context.Context) (Check, error) {
	switch {
	case len(e.app.Replies) == 0:
		return skipped(`add replies: [{to: "Is 3pm free?", expect: 1}] to sut.yaml`), nil
	case e.message == "" && !e.ended("calls", Skipped), e.ended("webhook", Problem):
		return skipped("no send was accepted"), nil
	}
	all := e.app.Replies[:min(len(e.app.Replies), mostReplies)]
	for _, r := range all {
		x, err := e.talk(ctx, filled(r.To), "")
		if err != nil {
			return Check{}, err
		}
		got, err := e.count(ctx, x, r.Expect)
		if err != nil {
			return Check{}, err
		}
		if got != r.Expect {
			return problem(fmt.Sprintf("%q is answered %d times where sut.yaml declares %d", filled(r.To), got, r.Expect),
				"correct expect in sut.yaml, or the application"), nil
		}
	}
	return ok(fmt.Sprintf("%d declared texts have as many answers as sut.yaml says", len(all))), nil
}

// count waits for the answers, and then a while for one too many.
func (e *examination) count(ctx context.Context, x exchange, expect int) (int, error) {
	if expect > 0 {
		seen, err := e.taken(ctx, x, expect, e.Patience)
		if err != nil || len(seen) < expect {
			return len(seen), err
		}
	}
	seen, err := e.taken(ctx, x, expect+1, max(e.window(), 3*min(e.reaction, e.Patience)))
	return len(seen), err
}

// ended reports whether an earlier check ended so.
func (e *examination) ended(name string, state State) bool {
	return slices.ContainsFunc(e.checks, func(c Check) bool { return c.Name == name && c.State == state })
}

// begun is the exchange of a text that the application begins.
func (e *examination) begun(ctx context.Context) (exchange, error) {
	mark, err := e.net.Note(ctx, client.Note{Kind: journal.KindMarker, Marker: "doctor"})
	return exchange{handset: e.handset(), after: mark.Seq}, err
}
