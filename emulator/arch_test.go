package emulator_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/switchhook/switchhook/"

// allowed says which packages of the module a package may import, by path
// prefix, and why. A package that is not listed may import nothing of ours.
var allowed = []struct {
	pkg     string
	may     []string
	because string
}{
	{"emulator/sms", nil, "words know nothing"},
	{"emulator/clock", nil, "time knows nothing"},
	{"contracts", []string{"contracts/jsonpointer", "emulator/sms"}, "a contract is held against messages, with no emulator about"},
	{"contracts/*", []string{"contracts", "contracts/*", "emulator/sms", "emulator/clock"}, "contracts are of use without an emulator"},
	{"emulator/shelf", []string{"emulator/sms"}, "a collection knows only how pages are asked for"},
	{"emulator/journal", []string{"emulator/sms"}, "the record is made of words"},
	{"emulator/carrier", []string{"emulator/sms", "emulator/clock", "emulator/journal", "emulator/shelf"}, "the engine knows no vendor and makes no request"},
	{"emulator/fault", []string{"emulator/sms", "emulator/clock", "emulator/journal"}, "faults are decided, not committed, here"},
	{"emulator/webhook", []string{"emulator/sms", "emulator/clock", "emulator/journal", "emulator/shelf"}, "attempts know no vendor"},
	{"emulator/provider", []string{"contracts", "emulator/sms", "emulator/webhook"}, "what a vendor must supply is data"},
	{"emulator/provider/providertest", []string{"contracts", "emulator", "emulator/*", "client"}, "the suite drives the real thing"},
	{"emulator/provider/providertest/golden", nil, "the tests inside every dialect use it"},
	{"emulator/provider/*", []string{"contracts", "emulator/provider", "emulator/sms", "emulator/webhook"}, "a dialect never sees another vendor or the engine"},
	{"emulator/sandbox", []string{"contracts", "emulator/sms", "emulator/clock", "emulator/journal", "emulator/carrier", "emulator/fault", "emulator/webhook", "emulator/provider"}, "where the parts meet"},
	{"emulator/control", []string{"emulator/sms", "emulator/clock", "emulator/journal", "emulator/sandbox", "client"}, "the front door does only what Go calls do, in the client's words"},
	{"emulator/emulatortest", []string{"emulator", "emulator/*", "client"}, "it starts everything"},
	{"emulator", []string{"emulator/*", "client"}, "the only place besides sandbox that sees every part"},
	{"client", []string{"emulator/sms", "emulator/journal"}, "a client works from another machine"},
	{"scenarios/refapp", nil, "the reference application is a black box"},
	{"scenarios/*", []string{"scenarios/*", "client", "contracts", "contracts/*", "emulator/sms", "emulator/journal"}, "the harness is black-box"},
	{"cmd/*", []string{"*"}, "commands tie everything together"},
}

func TestImportsPointInward(t *testing.T) {
	t.Parallel()
	for file, imports := range sources(t) {
		pkg := path.Dir(file)
		may, because := rule(pkg)
		for _, imp := range imports {
			ours, ok := strings.CutPrefix(imp, module)
			if !ok {
				continue
			}
			if ours == pkg || slices.ContainsFunc(may, func(m string) bool { return covers(m, ours) }) {
				continue
			}
			t.Errorf("%s imports %s, but %s may import only %v: %s", file, ours, pkg, may, because)
		}
	}
}

func rule(pkg string) ([]string, string) {
	for _, r := range allowed {
		if r.pkg == pkg {
			return r.may, r.because
		}
	}
	for _, r := range allowed {
		if strings.HasSuffix(r.pkg, "/*") && covers(r.pkg, pkg) {
			return r.may, r.because
		}
	}
	return nil, "it is not in the table of arch_test.go"
}

// covers reports whether pattern names pkg: itself, or with /* all below it.
func covers(pattern, pkg string) bool {
	if pattern == "*" {
		return true
	}
	if dir, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(pkg, dir+"/")
	}
	return pattern == pkg
}

// TestLeavesUseTheStandardLibraryAlone holds the innermost packages free of
// third parties and of the network.
func TestLeavesUseTheStandardLibraryAlone(t *testing.T) {
	t.Parallel()
	for file, imports := range sources(t) {
		pkg := path.Dir(file)
		if pkg != "emulator/sms" && pkg != "emulator/clock" {
			continue
		}
		for _, imp := range imports {
			if strings.Contains(strings.Split(imp, "/")[0], ".") || imp == "net/http" {
				t.Errorf("%s imports %s; %s is a leaf", file, imp, pkg)
			}
		}
	}
}

// TestVendorsStayInTheirFolders greps for vendor names where shared code is.
func TestVendorsStayInTheirFolders(t *testing.T) {
	t.Parallel()
	for file := range sources(t) {
		if !strings.HasPrefix(file, "emulator/") && !strings.HasPrefix(file, "client/") ||
			strings.HasPrefix(file, "emulator/provider/") || file == "emulator/providers.go" {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(text), "\n") {
			code, _, _ := strings.Cut(line, "//")
			for _, vendor := range []string{"surge", "mta", "mobile-text", "mobiletext", "exotel"} {
				if strings.Contains(strings.ToLower(code), vendor) {
					t.Errorf("%s:%d names a vendor outside its folder: %s", file, n+1, strings.TrimSpace(line))
				}
			}
		}
	}
}

// sources are the module's Go files that are not tests, with their imports.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	root := ".."
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if name := d.Name(); name != ".." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		imports := []string{}
		for _, i := range f.Imports {
			v, _ := strconv.Unquote(i.Path.Value)
			imports = append(imports, v)
		}
		out[rel] = imports
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("found only %d source files; the walk is broken", len(out))
	}
	return out
}
