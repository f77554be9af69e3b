package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"unicode"

	"golang.org/x/term"

	"github.com/switchhook/switchhook/scenarios/report"
)

// terminal is what the command reads and writes.
type terminal struct {
	in  io.Reader
	out io.Writer
	err io.Writer
	env func(string) string
}

func (t *terminal) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

// json writes v for machines, on several lines.
func (t *terminal) json(v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	_, err = fmt.Fprintf(t.out, "%s\n", inert(data))
	return err
}

// inert escapes in JSON what could steer a terminal: the encoder leaves alone
// bidi marks and control characters above ASCII. The value stays the same.
func inert(data []byte) string {
	var b strings.Builder
	for _, r := range string(data) {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := surrogates(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func surrogates(r rune) (high, low rune) {
	r -= 0x10000
	return 0xd800 + r>>10, 0xdc00 + r&0x3ff
}

// table writes rows in columns.
func (t *terminal) table(rows [][]string) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.TrimRight(strings.Join(row, "\t"), "\t"))
	}
	return w.Flush()
}

// isTerminal reports whether a person looks at, or types into, a stream.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// color reports whether the output may have colours.
func (t *terminal) color() bool { return colored(t.env, isTerminal(t.out)) }

func colored(env func(string) string, terminal bool) bool {
	return terminal && env("NO_COLOR") == "" && env("TERM") != "dumb"
}

// plain makes text from outside harmless for a terminal.
func plain(text string) string { return report.Plain(text) }
