package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestColored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env      map[string]string
		terminal bool
		want     bool
	}{
		"terminal":      {nil, true, true},
		"pipe":          {nil, false, false},
		"NO_COLOR":      {map[string]string{"NO_COLOR": "1"}, true, false},
		"dumb terminal": {map[string]string{"TERM": "dumb"}, true, false},
	} {
		if got := colored(func(n string) string { return c.env[n] }, c.terminal); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func FuzzInert(f *testing.F) {
	f.Add("a\x1b\u202e\u009b \U000e0041")
	f.Fuzz(func(t *testing.T, text string) {
		data, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		safe := inert(data)
		if strings.ContainsFunc(safe, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("inert(%s) = %s, which is not all printable", data, safe)
		}
		var before, after string
		if json.Unmarshal(data, &before) != nil || json.Unmarshal([]byte(safe), &after) != nil || before != after {
			t.Errorf("inert(%s) = %s, which is another value", data, safe)
		}
	})
}

func TestShells(t *testing.T) {
	t.Parallel()
	for shell, want := range map[string]string{
		"sh":         `export X='it'\''s \ $HOME'`,
		"fish":       `set -gx X 'it\'s \\ $HOME'`,
		"powershell": `$env:X = 'it''s \ $HOME'`,
	} {
		if got := shells[shell]("X", `it's \ $HOME`); got != want {
			t.Errorf("%s: %s, want %s", shell, got, want)
		}
	}
	for path, want := range map[string]string{"/usr/bin/fish": "fish", "/bin/zsh": "sh", "": "sh"} {
		if got := usualShell(func(string) string { return path }); got != want {
			t.Errorf("for SHELL=%s: %s, want %s", path, got, want)
		}
	}
}

func TestExports(t *testing.T) {
	t.Parallel()
	got := exports("acme", map[string]string{"key": "k", "url": "u", "number": "+1", "tariff": "x"})
	want := []variableOf{{"ACME_BASE_URL", "u"}, {"ACME_API_KEY", "k"}, {"ACME_PHONE_NUMBER", "+1"}, {"ACME_TARIFF", "x"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOpener(t *testing.T) {
	t.Parallel()
	for system, want := range map[string]string{"linux": "xdg-open", "darwin": "open", "windows": "rundll32"} {
		if got, _ := opener(system); got != want {
			t.Errorf("%s: %s, want %s", system, got, want)
		}
	}
}
