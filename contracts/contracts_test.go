package contracts

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/emulator/sms"
)

var update = flag.Bool("update", false, "rewrite the generated documents")

// pigeon is a made-up contract that has one of everything.
func pigeon(t testing.TB) *Contract {
	t.Helper()
	text, err := os.ReadFile("testdata/pigeon.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse("pigeon", text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// lines writes findings as tables of tests expect them: kind, place, pointer, problem.
func lines(found []sms.Finding) string {
	var b strings.Builder
	for _, f := range found {
		b.WriteString(string(f.Kind) + " " + f.Place)
		if f.Pointer != "" {
			b.WriteString(" " + f.Pointer)
		}
		b.WriteString(": " + f.Problem + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// resolves fails the test for a finding whose rule leads nowhere.
func resolves(t *testing.T, c *Contract, found []sms.Finding) {
	t.Helper()
	for _, f := range found {
		if _, ok := jsonpointer.At(c.raw, f.Rule); !ok {
			t.Errorf("the rule %q of %q is not in the document", f.Rule, f.Problem)
		}
		if f.Operation == "" {
			t.Errorf("%q names no operation", f.Problem)
		}
	}
}

func TestLoadNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	_, err := Load("carrier-pigeon")
	if err == nil || !strings.Contains(err.Error(), strings.Join(Names(), ", ")) {
		t.Errorf("the error is %v, want one that names %v", err, Names())
	}
	for _, name := range Names() {
		first, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if second, _ := Load(name); second != first {
			t.Errorf("%s is read twice", name)
		}
		if first.Name() != name {
			t.Errorf("%s calls itself %s", name, first.Name())
		}
	}
}
