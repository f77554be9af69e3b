package providertest

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
)

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// operation is "METHOD /path" and nothing more.
var operation = regexp.MustCompile(`^([A-Z]+) (/\S*)$`)

// visit asks for an operation in a sandbox of its own, with fill in all
// wildcards, and returns the pattern of the route that was reached.
func visit(l *Lab, method, path, fill string) (pattern string, a answer) {
	l.T.Helper()
	body := ""
	if method != http.MethodGet {
		send := l.dialect.Send(l, l.Handset(0), "", hello)
		text, err := io.ReadAll(send.Body)
		if err != nil {
			l.T.Fatal(err)
		}
		body = string(text)
	}
	a = l.do(l.like(method, wildcard.ReplaceAllString(path, fill), body))
	calls := l.entries(journal.KindCall)
	if len(calls) != 1 {
		l.T.Fatalf("%s %s made %d calls", method, path, len(calls))
	}
	return calls[0].Call.Route, a
}

// routes: every route can be reached, and none breaks when it is asked for
// what is not there, or is given a body that was meant for another.
func routes(t *testing.T, d Dialect) {
	l := newLab(t, d)
	for _, r := range d.Provider.Routes {
		part := operation.FindStringSubmatch(r.Pattern)
		if part == nil {
			t.Errorf("the pattern %q is not a method and a path", r.Pattern)
			continue
		}
		for _, known := range []string{"", "account", "message", "conversation"} {
			s := l.sibling()
			fill := map[string]string{"": "nothing", "account": s.Env["account"]}[known]
			if fill == "" {
				m := s.text(s.Handset(0), "", "Hello")
				fill = map[string]string{"message": m.ID, "conversation": m.Conversation}[known]
			}
			pattern, a := visit(s, part[1], part[2], fill)
			if pattern != r.Pattern {
				t.Errorf("%s with %s leads to %q", r.Pattern, fill, pattern)
			}
			if a.status >= 400 {
				s.refused(r.Pattern, a)
			}
		}
	}
}

// declined: what is declined is not there, under any name.
func declined(t *testing.T, d Dialect) {
	l := newLab(t, d)
	shape := func(pattern string) string { return wildcard.ReplaceAllString(pattern, "{}") }
	for _, o := range d.Provider.Declined {
		part := operation.FindStringSubmatch(o.Operation)
		if part == nil {
			continue // words about something that is no operation
		}
		for _, r := range d.Provider.Routes {
			if shape(r.Pattern) == shape(part[1]+" "+d.Root+part[2]) || shape(r.Pattern) == shape(o.Operation) {
				t.Errorf("%s is declined, and %s is there", o.Operation, r.Pattern)
			}
		}
		s := l.sibling()
		pattern, a := visit(s, part[1], d.Root+part[2], "nothing")
		if pattern != "" {
			t.Errorf("%s is declined, and leads to %s", o.Operation, pattern)
		}
		s.refused(o.Operation, a)
	}
}

// abuse: no route stumbles over an id, a query or a body that nobody expects.
func abuse(t *testing.T, d Dialect) {
	l := newLab(t, d)
	for _, r := range d.Provider.Routes {
		part := operation.FindStringSubmatch(r.Pattern)
		if part == nil {
			continue // part routes says so
		}
		s := l.sibling()
		s.abuse(part[1], part[2])
		// Where the account is in a path, it comes first.
		if first := wildcard.FindString(part[2]); first != "" {
			s.abuse(part[1], strings.Replace(part[2], first, s.Env["account"], 1))
		}
	}
}

func (l *Lab) abuse(method, path string) {
	l.T.Helper()
	for _, fill := range []string{"-1", "9223372036854775808", "%00", "%2e%2e%2fx", "%F0%9F%98%80", strings.Repeat("x", 5000)} {
		l.survives(method, wildcard.ReplaceAllString(path, fill), "", "")
	}
	at := wildcard.ReplaceAllString(path, "1")
	l.survives(method, at+"?limit=-1&page=1e9&pageSize=0&after=%00&before=x&a[]=1&a[b]=%ff", "", "")
	for _, body := range []string{"", "{", "[]", "null", `{"id":[]}`, "\xff", strings.Repeat("[", 5000)} {
		l.survives(method, at, "application/json", body)
	}
	for _, body := range []string{"%", "=", "a[0][b]=1&a=2", "a=%ff"} {
		l.survives(method, at, "application/x-www-form-urlencoded", body)
	}
}

// survives fails if a request is answered with a 5xx or a broken refusal.
func (l *Lab) survives(method, path, kind, body string) {
	l.T.Helper()
	r := l.like(method, path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	what := method + " " + path[:min(len(path), 200)] + " " + body[:min(len(body), 40)]
	if a := l.do(r); a.status >= 400 {
		l.refused(what, a)
	}
}
