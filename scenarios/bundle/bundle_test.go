package bundle_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/bundle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

func whole(t *testing.T) bundle.Bundle {
	t.Helper()
	p, err := page.Parse("acme-1.txtar", []byte("# twice\nprovider acme\n-- script --\nana asks\n-- plan --\nfault duplicate of ana\n"))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	return bundle.Bundle{
		Page: p, Seed: -7, SUT: "name: x\nenv: {A: \"<b>\"}\n",
		Entries: []journal.Entry{
			{Seq: 3, At: at, Wall: at, Kind: journal.KindMarker, Marker: "-- script --\n</script>"},
			{Seq: 9, At: at, Wall: at, Cause: 3, Kind: journal.KindFaultFired, Fault: &journal.Fault{ID: "f", Kind: journal.DuplicateNow}},
		},
		Verdict: bundle.Verdict{
			Verdict: report.Fail, Oracle: 1, Rule: "at most once", Says: "two", Provider: "acme",
			Cast: map[string]sms.Number{"ana": "+12015550100"}, Failed: 3, Tries: 3, Proof: json.RawMessage(`{"says":"x"}`),
		},
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	b := whole(t)
	dir := filepath.Join(t.TempDir(), "a", "runs")
	file, err := bundle.Save(dir, b)
	if err != nil || file != filepath.Join(dir, "acme-1.run.txtar") {
		t.Fatalf("%s, %v", file, err)
	}
	again, err := bundle.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	indent := cmp.Transformer("JSON", func(m json.RawMessage) (v any) { _ = json.Unmarshal(m, &v); return v })
	if diff := cmp.Diff(b, again, indent, cmpopts.IgnoreFields(page.Step{}, "Line", "Text"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("it changed (-before +after):\n%s", diff)
	}
	b.Seed = 8
	if _, err := bundle.Save(dir, b); err != nil {
		t.Fatal(err)
	}
	if again, err = bundle.Load(file); err != nil || again.Seed != 8 {
		t.Errorf("saved over the first: seed %d, %v", again.Seed, err)
	}
	if all, _ := os.ReadDir(dir); len(all) != 1 {
		t.Errorf("%d files are left in the folder", len(all))
	}
}

func TestNamesStayInTheFolder(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"../../etc/passwd": "etc-passwd", "a b\x00c": "a-b-c", "": "run", "..": "run", "ü": "run", "x.y_z-1": "x.y_z-1",
	} {
		dir, b := t.TempDir(), whole(t)
		b.Page.Name = name
		file, err := bundle.Save(dir, b)
		if err != nil || filepath.Dir(file) != dir || !strings.HasSuffix(file, want+bundle.Suffix) {
			t.Errorf("%q is saved as %s, %v; want %s", name, file, err, want)
		}
	}
}

// A description may hold what looks like the next section.
func TestDescriptionWithAMarker(t *testing.T) {
	t.Parallel()
	b := whole(t)
	b.SUT = "name: |\n  x\n-- verdict.json --\nstart: [x]\n"
	data, err := bundle.Format(b)
	if err != nil {
		t.Fatal(err)
	}
	again, err := bundle.Parse("x.run.txtar", data)
	if err != nil || again.Verdict.Oracle != 1 || !strings.Contains(again.SUT, "start: [x]") {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestWrongFiles(t *testing.T) {
	t.Parallel()
	const head = "# x\nprovider any\n-- script --\nana asks\n"
	const verdict = "-- verdict.json --\n{\"verdict\":\"fail\"}\n"
	for name, tt := range map[string]struct{ text, says string }{
		"empty":         {"", "no title"},
		"binary":        {"\x00\x01\xff", "x.run.txtar:1:1"},
		"a page":        {head, "not a saved run"},
		"torn verdict":  {head + "-- verdict.json --\n{\"verdict\":\"fa", "verdict.json is torn"},
		"no verdict":    {head + "-- verdict.json --\n{}\n", "names no verdict"},
		"odd verdict":   {head + "-- verdict.json --\n[1]\n", "verdict.json is torn"},
		"odd seed":      {head + "-- seed --\none\n" + verdict, `seed is "one"`},
		"torn record":   {head + "-- journal.jsonl --\n{\"seq\":1}\n{\"seq\":2,\"ki\n" + verdict, "line 2 of journal.jsonl is torn"},
		"out of order":  {head + "-- journal.jsonl --\n{\"seq\":2}\n\n{\"seq\":2}\n" + verdict, "line 3 of journal.jsonl has seq 2 after 2"},
		"wrong section": {head + "-- notes --\n" + verdict, `remove "-- notes --"`},
		"wrong plan":    {head + "-- plan --\nexplode\n" + verdict, "faults and kills only"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := bundle.Parse("x.run.txtar", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.HasPrefix(err.Error(), "x.run.txtar") {
				t.Errorf("error %v; want the file and %q", err, tt.says)
			}
		})
	}
}

func TestHugeFileIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "huge.run.txtar")
	f, err := os.Create(file)
	if err == nil {
		err = f.Truncate(1 << 40) // takes no room on the disk
	}
	if err != nil {
		t.Skipf("no large files can be made here: %v", err)
	}
	_ = f.Close()
	if _, err := bundle.Load(file); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("error %v", err)
	}
	if _, err := bundle.Load(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there is no error")
	}
}

func TestFolderThatCannotBeMade(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.Save(filepath.Join(file, "runs"), whole(t)); err == nil || !strings.Contains(err.Error(), "make a folder for runs") {
		t.Errorf("error %v", err)
	}
}

// Whatever is read is written so that it reads the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte("# x\nprovider any\n-- script --\nana asks\n-- seed --\n4\n-- journal.jsonl --\n{\"seq\":1,\"kind\":\"marker\",\"marker\":\"x\"}\n-- verdict.json --\n{\"verdict\":\"pass\"}\n"))
	f.Add([]byte("# x\nprovider any\n-- script --\nana asks\n-- sut.yaml --\nenv: {A_KEY: &a b, B: *a}\nstart: [x, --token, >\n  c]\n-- verdict.json --\n{\"verdict\":\"pass\"}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := bundle.Parse("f.run.txtar", data)
		if err != nil {
			return
		}
		text, err := bundle.Format(b)
		if err != nil {
			return // it holds what JSON cannot say
		}
		again, err := bundle.Parse("f.run.txtar", text)
		if err != nil {
			t.Fatalf("Format wrote what Parse refuses: %v\n%s", err, text)
		}
		if len(again.Entries) != len(b.Entries) || again.Seed != b.Seed || again.Verdict.Verdict != b.Verdict.Verdict {
			t.Fatalf("it changed:\n%+v\n%+v", b, again)
		}
	})
}
