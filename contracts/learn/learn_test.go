package learn_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/exchange"
	"github.com/switchhook/switchhook/contracts/learn"
	"github.com/switchhook/switchhook/contracts/recording"
)

// kept is the recording with quirks that lies beside a contract.
func kept(t testing.TB, provider string) *recording.HAR {
	t.Helper()
	f, err := os.Open(filepath.Join("..", provider, "recordings", "quirk-story.har"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := recording.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func propose(t *testing.T, provider string, document []byte, h *recording.HAR) learn.Result {
	t.Helper()
	got, err := learn.Propose(learn.Options{Provider: provider, Document: document, Source: "talk.har", HAR: h})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// diff is the change of a document.
func diff(t *testing.T, r learn.Result, before []byte) string {
	t.Helper()
	text, err := r.Diff("openapi.yaml", before)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// departs counts what still departs, but for requests that were refused and
// signatures that are not in a recording.
func departs(t *testing.T, provider string, document []byte, h *recording.HAR) []string {
	t.Helper()
	c, err := contracts.Parse(provider, document)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, x := range exchange.Sort(h, exchange.Options{Contracts: []*contracts.Contract{c}, Force: true}).Exchanges {
		for _, f := range x.Check() {
			if f.Of != exchange.OfRequest || x.Answer.Status/100 == 2 {
				all = append(all, f.String())
			}
		}
	}
	return all
}

// body replaces text in the bodies of all exchanges.
func body(from, to string) func(*recording.HAR) {
	return func(h *recording.HAR) {
		for i := range h.Log.Entries {
			e := &h.Log.Entries[i]
			if e.Request.PostData != nil {
				e.Request.PostData.Text = strings.ReplaceAll(e.Request.PostData.Text, from, to)
			}
			e.Response.Content.Text = strings.ReplaceAll(e.Response.Content.Text, from, to)
			if strings.Contains(from, e.Type) && e.Type != "" {
				e.Type = ""
			}
		}
	}
}

// answers changes the answers to calls.
func answers(change func(*recording.Entry)) func(*recording.HAR) {
	return func(h *recording.HAR) {
		for i := range h.Log.Entries {
			if e := &h.Log.Entries[i]; e.Direction == recording.Call && e.Response.Status/100 == 2 {
				change(e)
			}
		}
	}
}

// all makes several changes.
func all(changes ...func(*recording.HAR)) func(*recording.HAR) {
	return func(h *recording.HAR) {
		for _, change := range changes {
			change(h)
		}
	}
}

// Each thing that a contract does not know becomes a change after which the
// recording fits, and that is not proposed again.
func TestPropose(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		provider string
		change   func(*recording.HAR)
		whats    []string // parts of proposals
		lines    []string // parts of the changed document
	}{
		"fields, values, null, limits, webhooks": {
			"surge", all(
				body(`"blast_id":null,`, `"blast_id":null,"priority":"high",`),
				body(`"type":"local"`, `"type":"satellite"`),
				body(`"phone_number":"+18015550142"`, `"phone_number":null`),
				body(`"last_name":null,`, ``),
				body(`"timestamp":"2026-01-01T00:00:00Z"`, `"timestamp":"yesterday"`),
				body(`"type":"message.sent"`, `"type":"message.on_hold"`),
			),
			[]string{"new field /priority", "has the new value satellite", "phone_number is null", "last_name is not always there", "is not limited as format says", "new type of webhook message.on_hold"},
			[]string{
				"        priority:\n          type: string\n          x-evidence: recorded\n          x-source: talk.har\n          x-date: \"2026-11-22\"\n",
				"satellite",
				"          anyOf:\n            - $ref: \"#/components/schemas/PhoneNumberText\"\n            - type: \"null\"\n              x-evidence: recorded\n",
				"required: [id, phone_number, first_name, email, metadata]",
				"  message.on_hold:\n    post:\n      summary: Recorded\n      operationId: onMessageOnHold\n      x-evidence: recorded\n",
			},
		},
		"statuses and operations": {
			"surge", answers(func(e *recording.Entry) {
				e.Request.URL = strings.Replace(e.Request.URL, "/contacts/", "/people/", 1)
				e.Response.Status++
			}),
			[]string{"new status 201", "GET /people/"},
			[]string{"        \"201\":\n          description: Created.\n          x-evidence: recorded\n", "  /people/{id}:\n    get:\n      summary: Recorded\n"},
		},
		"objects and types": {
			"mta", all(body(`"totalSent":`, `"cost":{"amount":1.5,"currency":"USD","of":[{"n":1}]},"totalSent":`), body(`"totalSent":"1"`, `"totalSent":true`)),
			[]string{"new field /data/cost", "/data/totalSent is boolean"},
			[]string{
				"type: [integer, boolean]\n",
				"amount:\n                  type: number\n                currency:\n                  type: string\n                of:\n                  type: array\n                  items:\n                    type: object\n",
			},
		},
		"headers and XML": {
			"exotel", answers(func(e *recording.Entry) {
				e.Response.Headers = append(e.Response.Headers, recording.Pair{Name: "X-RateLimit-Left", Value: "3"})
			}),
			[]string{"new header X-Ratelimit-Left", "new field /SMSMessage/Way"},
			[]string{
				"            X-Ratelimit-Left:\n              x-evidence: recorded\n              x-source: talk.har\n              x-date: \"2026-11-22\"\n              schema:\n                type: integer\n",
				"        Way:\n          type: string\n",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document, err := contracts.Text(c.provider)
			if err != nil {
				t.Fatal(err)
			}
			h := kept(t, c.provider)
			c.change(h)
			got := propose(t, c.provider, document, h)
			for _, what := range c.whats {
				if !slices.ContainsFunc(got.Proposals, func(p learn.Proposal) bool { return strings.Contains(p.What, what) }) {
					t.Errorf("%q is not among %+v; left: %q", what, got.Proposals, got.Left)
				}
			}
			for _, lines := range c.lines {
				if !strings.Contains(string(got.Document), lines) {
					t.Errorf("the change lacks\n%s\nit is\n%s", lines, diff(t, got, document))
				}
			}
			if left := departs(t, c.provider, got.Document, h); len(left) > 0 {
				t.Errorf("after the change there is still\n%s\nleft: %q", strings.Join(left, "\n"), got.Left)
			}
			again := propose(t, c.provider, got.Document, h)
			if len(again.Proposals) > 0 || diff(t, again, got.Document) != "" {
				t.Errorf("learning again proposes %+v", again.Proposals)
			}
			comments(t, string(document), string(got.Document))
			applies(t, diff(t, got, document), document, got.Document)
		})
	}
}

// comments fails the test if one was lost or moved against another.
func comments(t *testing.T, before, after string) {
	t.Helper()
	of := func(text string) (all []string) {
		for line := range strings.SplitSeq(text, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "#") {
				all = append(all, line)
			}
		}
		return all
	}
	if !slices.Equal(of(before), of(after)) {
		t.Error("comments changed")
	}
}

// applies fails the test if git does not take the change, or makes something
// else of it.
func applies(t *testing.T, diff string, before, after []byte) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("git is missing")
		}
		t.Skip("git is missing, so nobody applies the change")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "openapi.yaml")
	if err := os.WriteFile(file, before, 0o600); err != nil {
		t.Fatal(err)
	}
	apply := exec.CommandContext(t.Context(), "git", "apply")
	apply.Dir, apply.Stdin = dir, strings.NewReader(diff)
	apply.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	if said, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("git apply: %v: %s\n%s", err, said, diff)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != string(after) {
		t.Errorf("git makes something else of the change (%v)", err)
	}
}

// A request that was refused teaches nothing.
func TestProposeNothingOfRefusals(t *testing.T) {
	t.Parallel()
	document, err := contracts.Text("surge")
	if err != nil {
		t.Fatal(err)
	}
	h := kept(t, "surge")
	h.Log.Entries = slices.DeleteFunc(h.Log.Entries, func(e recording.Entry) bool { return e.Response.Status != 422 })
	got := propose(t, "surge", document, h)
	if len(got.Proposals) > 0 || len(got.Left) != 2 || !strings.Contains(got.Left[0], "did not accept") {
		t.Errorf("proposed are %+v, left %q", got.Proposals, got.Left)
	}
}

// What a hostile recording holds cannot break out of its place in the document.
func TestProposeIsInert(t *testing.T) {
	t.Parallel()
	document, err := contracts.Text("surge")
	if err != nil {
		t.Fatal(err)
	}
	var fields strings.Builder
	for _, evil := range []string{
		`a: b`, `x\n  injected: true`, `{{`, `*alias`, `&anchor`, `!!tag`, `- dash`, `\"quote`, `'`, `# no comment`, `null`, `\u0000\u0007`, `\u2028`, `<<`, `~`, `$ref`, strings.Repeat("long", 100),
	} {
		fields.WriteString(`"` + evil + `":"` + evil + `",`)
	}
	h := kept(t, "surge")
	h.Log.Entries = h.Log.Entries[:3]
	body(`"blast_id":null,`, fields.String()+`"blast_id":null,`)(h)
	got, err := learn.Propose(learn.Options{Provider: "surge", Document: document, Source: "a: b\n# .har", HAR: h})
	if err != nil {
		t.Fatal(err)
	}
	if left := departs(t, "surge", got.Document, h); len(left) > 0 {
		t.Errorf("still %q, left %q", left, got.Left)
	}
	if strings.Contains(string(got.Document), "\n  injected: true") || len(got.Proposals) < 17 {
		t.Errorf("%d proposals, or one broke out", len(got.Proposals))
	}
}
