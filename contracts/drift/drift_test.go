package drift_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/drift"
)

func read(t testing.TB, text string) contracts.Reading {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return contracts.Reading{Value: v}
}

func said(all []drift.Difference) string {
	var b strings.Builder
	for _, d := range all {
		fmt.Fprintf(&b, "%s %s: %s / %s\n", d.Kind, d.Pointer, d.Recorded, d.Played)
	}
	return b.String()
}

func TestBodies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ recorded, played, want string }{
		"ids and times":     {`{"id":"msg_1","at":"2026-01-01T00:00:00Z","n":1}`, `{"id":"msg_9","at":"2025-01-01T00:00:00Z","n":2}`, ""},
		"absent":            {`{"a":1,"b":"x"}`, `{"a":1}`, "absent /b: string / nothing\n"},
		"extra":             {`{"a":1}`, `{"a":1,"b":[]}`, "extra /b: nothing / array\n"},
		"renamed":           {`{"a":1,"old":"x"}`, `{"a":1,"new":"y"}`, "renamed /old: \"old\" / \"new\"\n"},
		"renamed object":    {`{"old":{"x":1}}`, `{"new":{"x":"1"}}`, "renamed /old: \"old\" / \"new\"\ntype /old/x: number / string\n"},
		"not renamed":       {`{"old":1}`, `{"new":"1"}`, "absent /old: number / nothing\nextra /new: nothing / string\n"},
		"type":              {`{"n":"1"}`, `{"n":1}`, "type /n: string / number\n"},
		"null":              {`{"n":null}`, `{"n":1}`, "null /n: null / number\n"},
		"items together":    {`[{"a":1},{"a":null,"b":1}]`, `[{"a":null},{"b":2},{"a":3}]`, ""},
		"a field of items":  {`[{"a":1},{"a":2}]`, `[{"a":1,"b":true}]`, "extra /*/b: nothing / boolean\n"},
		"empty list":        {`{"l":[]}`, `{"l":[{"a":1}]}`, ""},
		"list of two types": {`[1,"x"]`, `[1]`, "type /*: number or string / number\n"},
		"slash in a name":   {`{"a/b~":1}`, `{}`, "absent /a~1b~0: number / nothing\n"},
		"taken out":         {`{"k":"REDACTED-0123abcd","l":["REDACTED"]}`, `{"k":7,"l":[true]}`, ""},
		"taken out, absent": {`{"k":"Bearer REDACTED-0123abcd"}`, `{}`, "absent /k: string / nothing\n"},
		"root":              {`[]`, `{}`, "type : array / object\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := said(drift.Bodies(drift.Pair{Recorded: read(t, c.recorded), Played: read(t, c.played)})); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	c, err := contracts.Load(contracts.Names()[0])
	if err != nil {
		t.Fatal(err)
	}
	o := c.Operations()[0]
	answer := func(status int, body string, headers ...string) contracts.Answer {
		a := contracts.Answer{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}
		for i := 0; i < len(headers); i += 2 {
			a.Header.Set(headers[i], headers[i+1])
		}
		return a
	}
	for name, c := range map[string]struct {
		recorded, played contracts.Answer
		want             string
	}{
		"the same":          {answer(200, `{}`, "X-Request-Id", "1a", "Date", "now"), answer(200, `{}`, "X-Request-Id", "22"), ""},
		"only the status":   {answer(201, `{"a":1}`), answer(200, `{}`), "status : 201 / 200\n"},
		"header is gone":    {answer(200, `{}`, "Retry-After", "3"), answer(200, `{}`), "header Retry-After: a number / nothing\n"},
		"header of a kind":  {answer(200, `{}`, "Retry-After", "3"), answer(200, `{}`, "Retry-After", "Thu, 01 Jan"), "header Retry-After: a number / a text\n"},
		"limit":             {answer(200, `{}`, "X-Ratelimit-Limit", "3"), answer(200, `{}`), "header X-Ratelimit-Limit: a number / nothing\n"},
		"no body":           {answer(200, ``), answer(200, `{}`), "body : no body / a body\n"},
		"half a body":       {answer(200, `{"a`), answer(200, `{}`), "body : a body that cannot: it is not valid JSON / a body that can be read\n"},
		"another type":      {answer(200, `{}`, "Content-Type", "text/html; charset=utf-8"), answer(200, `{}`), "header Content-Type: text/html / application/json\ntype : string / object\n"},
		"taken out":         {answer(200, `{}`, "Location", "REDACTED"), answer(200, `{}`, "Location", "3"), ""},
		"nothing but names": {answer(200, `{}`, "Server", "x"), answer(200, `{}`, "Server", "y", "Via", "z"), ""},
	} {
		if got := said(drift.Answers(o, c.recorded, c.played)); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", name, got, c.want)
		}
	}
}

func TestWriteHTML(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := drift.WriteHTML(&b, `<script>x</script>.har`, drift.Report{Provider: "p", Calls: 2, Notes: []string{"<b>"}, Differences: []drift.Difference{
		{Operation: "GET /a", Kind: drift.Absent, Pointer: "/<img src=x>", Recorded: "string", Played: "nothing", Count: 3},
		{Operation: "GET /b", Kind: drift.Surplus, Played: "it comes", Count: 1, Entry: -1},
	}})
	if err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if strings.Contains(page, "<script") || strings.Contains(page, "<img") || strings.Contains(page, "<b>") {
		t.Error("what comes from a recording is not escaped")
	}
	for _, outside := range []string{"http:", "https:", "src=", "href="} {
		if strings.Contains(strings.ReplaceAll(page, "&lt;img src=x&gt;", ""), outside) {
			t.Errorf("the page needs something: %s", outside)
		}
	}
	for _, want := range []string{"<h2>GET /a</h2>", "<h2>GET /b</h2>", "2 differences.", `<td class="n">3</td>`, "prefers-color-scheme: dark"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// A body never differs from itself, whatever it is, and what differs one way
// round differs the other.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{`{}`, `[{"a":1},{"b":null}]`, `{"a":{"b":[[1],["x"]]}}`, `"x"`, `{"a/b":1,"a~1b":2,"":3}`, `null`} {
		f.Add(seed, `{"a":1}`)
		f.Add(`[{"a":null}]`, seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !json.Valid([]byte(a)) || !json.Valid([]byte(b)) {
			return // there is nothing to compare
		}
		x, y := read(t, a), read(t, b)
		if same := drift.Bodies(drift.Pair{Recorded: x, Played: x}); len(same) > 0 {
			t.Errorf("%s differs from itself: %s", a, said(same))
		}
		there, back := drift.Bodies(drift.Pair{Recorded: x, Played: y}), drift.Bodies(drift.Pair{Recorded: y, Played: x})
		if len(there) != len(back) {
			t.Errorf("%s and %s differ in\n%sand the other way round in\n%s", a, b, said(there), said(back))
		}
	})
}
