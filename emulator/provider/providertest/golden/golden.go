package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

// Update says that files are to be written anew, not compared.
var Update = flag.Bool("update", false, "rewrite the golden files under testdata")

// Check compares got, byte for byte, with the file of that name under testdata.
func Check(t testing.TB, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name))
	if *Update {
		write(t, file, got)
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("read golden (make it with -update): %v", err)
	}
	if got != string(want) {
		t.Errorf("%s differs\n got %s\nwant %s", file, got, want)
	}
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatalf("rewrite golden: %v", err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatalf("rewrite golden: %v", err)
	}
}
