package oracle_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/scenarios/oracle"
)

var update = flag.Bool("update", false, "rewrite the table in docs/oracles.md")

// table is the part of the document that is written from the code.
var table = regexp.MustCompile(`(?s)<!-- begin oracles -->\n.*?<!-- end -->\n`)

// docs/oracles.md lists the rules as they are; -update rewrites its table.
func TestDocumentListsEveryOracle(t *testing.T) {
	t.Parallel()
	const file = "../../docs/oracles.md"
	is, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(table.FindAll(is, -1)); n != 1 {
		t.Fatalf("%s has %d tables of oracles; it should have one, between \"<!-- begin oracles -->\" and \"<!-- end -->\"", file, n)
	}
	want := table.ReplaceAllLiteralString(string(is), "<!-- begin oracles -->\n"+oracleTable()+"<!-- end -->\n")
	if string(is) == want {
		return
	}
	if !*update {
		t.Fatalf("%s does not say what the code says; write its table anew with -update", file)
	}
	if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func oracleTable() string {
	var b strings.Builder
	b.WriteString("| | name | kind | the rule |\n|---|---|---|---|\n")
	for _, o := range oracle.All() {
		kind := "liveness"
		if o.Safety {
			kind = "safety"
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", o.Number, o.Name, kind, strings.ReplaceAll(o.Says, "|", `\|`))
	}
	return b.String()
}
