package contracts

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/emulator/sms"
)

// each runs a test for every contract that is built in.
func each(t *testing.T, test func(t *testing.T, c *Contract)) {
	t.Parallel()
	if len(Names()) == 0 {
		t.Fatal("no contract is built in")
	}
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			test(t, c)
		})
	}
}

func TestDocumentsAreValid(t *testing.T) {
	each(t, func(t *testing.T, c *Contract) {
		if err := c.validate(); err != nil {
			t.Error(err)
		}
		if len(c.Operations()) == 0 || len(c.Webhooks()) == 0 {
			t.Errorf("there are %d operations and %d webhooks", len(c.Operations()), len(c.Webhooks()))
		}
	})
}

// TestEverythingHasABasis holds that nothing is claimed of a vendor without
// saying what the claim rests on.
func TestEverythingHasABasis(t *testing.T) {
	words := []string{"documented", "recorded", "inferred"}
	each(t, func(t *testing.T, c *Contract) {
		seen := map[string]bool{}
		for _, o := range slices.Concat(c.Operations(), c.Webhooks()) {
			n := c.node(o.Pointer())
			if !slices.Contains(words, n.text("x-evidence")) || n.text("x-source") == "" || n.text("x-date") == "" {
				t.Errorf("%s says no evidence, source or date of its own", o)
			}
			if o.Spec() == nil || o.Spec().OperationID != n.text("operationId") {
				t.Errorf("%s is another operation in the typed document", o)
			}
			if id := n.text("operationId"); !o.webhook && (id == "" || seen[id]) {
				t.Errorf("%s has the operationId %q, which is empty or not the only one", o, id)
			} else {
				seen[id] = true
			}
		}
		for _, name := range c.node("#/components/schemas").names() {
			if n := c.node(jsonpointer.Join("#/components/schemas", name)); !slices.Contains(words, c.basis(n.pointer).Evidence) {
				t.Errorf("the schema %s says no evidence", name)
			}
		}
		for _, s := range c.schemas() {
			if c.basis(s.pointer).Evidence == "" {
				t.Errorf("nothing says what %s rests on", s.pointer)
			}
		}
	})
}

func TestReferencesLead(t *testing.T) {
	each(t, func(t *testing.T, c *Contract) {
		visit(c.raw, "#", func(pointer string, object map[string]any) {
			ref, ok := object["$ref"].(string)
			if !ok {
				return
			}
			if _, ok := jsonpointer.At(c.raw, ref); !ok {
				t.Errorf("%s refers to %s, which is not there", pointer, ref)
			}
		})
	})
}

func visit(v any, pointer string, do func(pointer string, object map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		do(pointer, v)
		for name, inner := range v {
			visit(inner, jsonpointer.Join(pointer, name), do)
		}
	case []any:
		for i, inner := range v {
			visit(inner, jsonpointer.Join(pointer, fmt.Sprint(i)), do)
		}
	}
}

// TestExamplesFit holds every example body against its own schema, fields that
// no schema names included.
func TestExamplesFit(t *testing.T) {
	each(t, func(t *testing.T, c *Contract) {
		examples := 0
		for _, o := range slices.Concat(c.operations, c.webhooks) {
			check := func(body *content, strange sms.FindingKind) {
				if body == nil {
					return
				}
				for _, m := range body.media {
					for pointer, value := range c.examples(m.pointer) {
						examples++
						r := &report{contract: c, operation: o.String(), strange: strange}
						r.value(m, value)
						for _, f := range r.finish() {
							t.Errorf("the example %s: %s", pointer, f)
						}
					}
				}
			}
			check(o.body, sms.FoundUnread)
			for _, a := range o.answers {
				check(a.body, sms.FoundUnknown)
			}
		}
		if examples == 0 {
			t.Error("there is not one example")
		}
	})
}

// examples are those of a media type, by where they stand. XML is kept as text
// in examples, which is for its own test.
func (c *Contract) examples(pointer string) map[string]any {
	all := map[string]any{}
	n := c.node(pointer)
	if v, ok := n.object["example"]; ok {
		all[jsonpointer.Join(pointer, "example")] = v
	}
	for _, name := range n.under("examples").names() {
		all[jsonpointer.Join(pointer, "examples", name)] = n.under("examples", name).object["value"]
	}
	for at, v := range all {
		if _, isText := v.(string); isText && strings.Contains(pointer, "xml") {
			delete(all, at)
		}
	}
	return all
}

func TestEvidence(t *testing.T) {
	each(t, func(t *testing.T, c *Contract) {
		path := filepath.Join(c.Name(), "EVIDENCE.md")
		want := c.Evidence()
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s is not what the document says; run go test ./contracts -run TestEvidence -update\n%s", path, diff)
		}
	})
}

func TestEvidenceIsWritten(t *testing.T) {
	t.Parallel()
	text := pigeon(t).Evidence()
	for _, want := range []string{
		"\n# Pigeon\n\nNothing here is real.\n",
		"\n## Requests\n\n| rule | evidence | source | switch |\n|---|---|---|---|\n| Keys are `a\\|b` | documented [D], order inferred | pigeon.example | `keys` a, b |\n| Nothing else | inferred | | |\n",
		"| `POST /messages` | Send one text | documented | pigeon.example/send | 2026-11-20 |\n",
		"\n## Types of webhook\n",
		"| `POST message.received` | A text arrived | recorded | a recording | 2026-11-20 |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
}
