package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

type junitRun struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Package   string      `xml:"package,attr"`
	Timestamp string      `xml:"timestamp,attr,omitempty"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	Seconds string     `xml:"time,attr"`
	Failure *junitWhy  `xml:"failure"`
	Error   *junitWhy  `xml:"error"`
	Skipped *junitSkip `xml:"skipped"`
	Out     string     `xml:"system-out,omitempty"`
}

type junitSkip struct {
	Message string `xml:"message,attr"`
}

type junitWhy struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the run as JUnit's XML, a suite for each provider. What failed,
// always or now and then, is a failure; what came to no verdict is an error; a
// page that showed nothing or does not apply is skipped. What no program could
// have avoided passed, as for the exit code, and its output says what it was. A
// run that broke off has an error more, so that it cannot be taken for a whole one.
func JUnit(w io.Writer, r Run, o Options) error {
	var out junitRun
	for _, provider := range r.providers() {
		s := r.junitSuite(provider, o)
		out.Suites = append(out.Suites, s)
		out.Tests += s.Tests
		out.Failures += s.Failures
		out.Errors += s.Errors
		out.Skipped += s.Skipped
	}
	if r.Broke != "" {
		out.Suites = append(out.Suites, r.junitBroke())
		out.Tests++
		out.Errors++
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r Run) junitSuite(provider string, o Options) junitSuite {
	s := junitSuite{Name: Plain(r.SUT), Package: Plain(provider)}
	if !r.Started.IsZero() {
		s.Timestamp = r.Started.UTC().Format(time.RFC3339)
	}
	for _, result := range r.Results {
		if result.Provider != provider {
			continue
		}
		c := junitOf(r, result, o)
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}

// junitBroke is a suite that says why the run is not whole.
func (r Run) junitBroke() junitSuite {
	return junitSuite{Name: Plain(r.SUT), Package: Plain(r.Provider), Tests: 1, Errors: 1, Cases: []junitCase{{
		Class: Plain(r.Provider), Name: "the whole run", Seconds: "0.000",
		Error: &junitWhy{Type: string(Inconclusive), Message: Plain(r.Broke), Text: lines(r.Broke)},
	}}}
}

func junitOf(r Run, result Result, o Options) junitCase {
	c := junitCase{
		Class: Plain(result.Provider), Name: Plain(result.Page),
		Seconds: fmt.Sprintf("%.3f", result.Wall.Seconds()),
	}
	o.Color = false
	text := func() string { return lines(Explain(r, result, o)) }
	why := func() *junitWhy {
		return &junitWhy{Type: string(result.Verdict), Message: Plain(result.sentence()), Text: text()}
	}
	switch result.Verdict {
	case Fail, Flaky:
		c.Failure = why()
	case Inconclusive:
		c.Error = why()
	case NotExercised, LeftOut:
		c.Skipped = &junitSkip{Plain(result.sentence())}
	case Unavoidable:
		c.Out = text()
	}
	return c
}

// sentence is what to say first of a result.
func (r Result) sentence() string {
	if says := r.says(); says != "" {
		return says
	}
	for _, e := range r.Expects {
		first, _, _ := strings.Cut(e.Says, "\n")
		return fmt.Sprintf("line %d: %s: %s", e.Line, e.Text, first)
	}
	return r.Reason
}
