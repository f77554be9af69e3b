package journal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
)

// constants reads this package's source for the values of all constants
// declared with the named type.
func constants(t *testing.T, typ string) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if consts, ok := decl.(*ast.GenDecl); ok && consts.Tok == token.CONST {
				values = append(values, typed(t, consts, typ)...)
			}
		}
	}
	if len(values) == 0 {
		t.Fatalf("the source declares no %s", typ)
	}
	return values
}

func typed(t *testing.T, consts *ast.GenDecl, typ string) (values []string) {
	t.Helper()
	for _, spec := range consts.Specs {
		spec := spec.(*ast.ValueSpec)
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != typ {
			continue
		}
		for _, v := range spec.Values {
			literal, ok := v.(*ast.BasicLit)
			if !ok {
				t.Fatalf("%s is not a plain string", spec.Names[0])
			}
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
	}
	return values
}

func TestFaultsListsEveryKind(t *testing.T) {
	t.Parallel()
	var listed []string
	for _, f := range journal.Faults() {
		listed = append(listed, string(f.Kind))
	}
	declared := constants(t, "FaultKind")
	slices.Sort(listed)
	slices.Sort(declared)
	if diff := cmp.Diff(declared, listed); diff != "" { // also finds what is listed or declared twice
		t.Errorf("faults (-declared +listed):\n%s", diff)
	}
	if again := slices.Compact(slices.Clone(declared)); len(again) != len(declared) {
		t.Errorf("two kinds share a name among %v", declared)
	}
}

func TestKindsAreDistinctAndCarrySomething(t *testing.T) {
	t.Parallel()
	kinds := constants(t, "Kind")
	for _, kind := range kinds {
		if payloads[journal.Kind(kind)] == "" {
			t.Errorf("what does %q carry? say so in the table payloads", kind)
		}
	}
	var listed []string
	for _, kind := range journal.Kinds() {
		listed = append(listed, string(kind))
	}
	slices.Sort(kinds)
	slices.Sort(listed)
	if diff := cmp.Diff(kinds, listed); diff != "" {
		t.Errorf("kinds (-declared +listed):\n%s", diff)
	}
	if distinct := len(slices.Compact(kinds)); distinct != len(payloads) {
		t.Errorf("%d kinds; the table payloads has %d", distinct, len(payloads))
	}
}

func TestEveryFaultIsDescribed(t *testing.T) {
	t.Parallel()
	groups := constants(t, "Group")
	used := map[string]bool{}
	for _, f := range journal.Faults() {
		if f.Says == "" {
			t.Errorf("%s: no description", f.Kind)
		}
		if !slices.Contains(groups, string(f.Group)) {
			t.Errorf("%s: unknown group %q", f.Kind, f.Group)
		}
		used[string(f.Group)] = true
		if info, ok := journal.Info(f.Kind); !ok || info != f {
			t.Errorf("Info(%s) = %+v, %v; want %+v", f.Kind, info, ok, f)
		}
		if f.Kind.Forges() && f.Group != journal.OnTrust && f.Kind != journal.ReplayOld {
			t.Errorf("%s forges, but strikes %s", f.Kind, f.Group)
		}
	}
	if len(used) != len(groups) {
		t.Errorf("groups in use are %v; declared are %v", used, groups)
	}
	if _, ok := journal.Info("gremlin"); ok {
		t.Error("Info knows a fault that does not exist")
	}
}

func TestWhatForges(t *testing.T) {
	t.Parallel()
	var forging []journal.FaultKind
	for _, f := range journal.Faults() {
		if f.Kind.Forges() {
			forging = append(forging, f.Kind)
		}
	}
	want := []journal.FaultKind{
		journal.ReplayOld, journal.BadSignature, journal.NoSignature, journal.OldSecret,
		journal.StaleTime, journal.FutureTime, journal.BodyChanged,
	}
	if diff := cmp.Diff(want, forging); diff != "" {
		t.Errorf("kinds that must be refused (-want +got):\n%s", diff)
	}
}
