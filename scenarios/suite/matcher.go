package suite

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/report"
)

// found is what a matcher saw.
type found struct {
	holds    bool
	says     string   // one sentence
	evidence []uint64 // entries that show it
}

// matcher is a sentence about a conversation. The application is its subject.
type matcher struct {
	name  string
	wants func(whom string) string // "to have replied once to +1801…"
	look  func(Conversation) (found, error)

	actual Conversation
	saw    found
}

var _ types.GomegaMatcher = (*matcher)(nil)

// Match takes a Conversation, or a Record for what everybody had.
func (m *matcher) Match(actual any) (bool, error) {
	switch a := actual.(type) {
	case Conversation:
		m.actual = a
	case Record:
		m.actual = Conversation{record: a}
	default:
		return false, fmt.Errorf("%s takes a suite.Conversation or a suite.Record, not a %T; write Expect(suite.Read(ctx, emulator).With(handset))", m.name, actual)
	}
	switch r := m.actual.record; {
	case r.err != nil:
		return false, r.err
	case r.history == nil:
		return false, fmt.Errorf("%s was given an empty %T; make it with suite.Read", m.name, actual)
	}
	var err error
	if m.saw, err = m.look(m.actual); err != nil {
		return false, fmt.Errorf("%s: %w%s", m.name, err, timeline(m.actual, nil))
	}
	return m.saw.holds, nil
}

// FailureMessage says what was wanted, what was seen, and shows the record around it.
func (m *matcher) FailureMessage(any) string { return m.message("") }

// NegatedFailureMessage does the same for what was not wanted.
func (m *matcher) NegatedFailureMessage(any) string { return m.message("not ") }

func (m *matcher) message(not string) string {
	text := fmt.Sprintf("Expected the application %s%s.\n%s.", not, m.wants(m.actual.whom()), m.saw.says)
	return text + timeline(m.actual, m.saw.evidence)
}

// timeline is the record around the evidence, in lanes, as a report shows it:
// the second paragraph of the explanation of a failure. It comes with two line
// ends before it; there is none where nothing was recorded.
func timeline(c Conversation, evidence []uint64) string {
	about := oracle.Finding{Status: oracle.Fail, Handset: c.handset, Evidence: evidence}
	text := report.Explain(report.Run{}, report.Result{
		Verdict: report.Fail, Findings: []oracle.Finding{about}, Entries: c.record.entries,
	}, report.Options{})
	parts := strings.Split(text, "\n\n")
	if len(parts) < 3 {
		return ""
	}
	return "\n\n" + parts[1]
}
