package bundle

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// Suffix is that of files with a run.
const Suffix = ".run.txtar"

// Bundle is a run.
type Bundle struct {
	Page    page.Page       // its provider is the one that it was played for
	SUT     string          // sut.yaml as it was, written without its secrets; "" if it is not known
	Seed    int64           // of handset numbers and words
	Entries []journal.Entry // the record of the page
	Verdict Verdict
}

// Verdict is what became of the run.
type Verdict struct {
	Verdict  report.Verdict        `json:"verdict"`
	Oracle   int                   `json:"oracle,omitempty"` // the rule that was broken
	Rule     string                `json:"rule,omitempty"`
	Says     string                `json:"says,omitempty"`
	Reason   string                `json:"reason,omitempty"` // what it rests on besides
	Provider string                `json:"provider"`
	Cast     map[string]sms.Number `json:"cast,omitempty"` // handsets by their names on the page
	Failed   int                   `json:"failed,omitempty"`
	Tries    int                   `json:"tries,omitempty"`
	Proof    json.RawMessage       `json:"proof,omitempty"` // of what could not be avoided
}

// Is reports whether a page is that of a run.
func Is(p page.Page) bool {
	_, ok := p.Extra[page.VerdictFile]
	return ok
}

// Format writes a bundle. Parse reads it back as the same, but for secrets in
// its sut.yaml; one that is not YAML is left out.
func Format(b Bundle) ([]byte, error) {
	verdict, err := json.MarshalIndent(b.Verdict, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the verdict: %w", err)
	}
	var record bytes.Buffer
	enc := json.NewEncoder(&record)
	enc.SetEscapeHTML(false)
	for _, e := range b.Entries {
		if err := enc.Encode(e); err != nil {
			return nil, fmt.Errorf("write entry %d of the record: %w", e.Seq, err)
		}
	}
	p := b.Page
	p.Extra = map[string]string{
		page.SeedFile:    strconv.FormatInt(b.Seed, 10) + "\n",
		page.JournalFile: record.String(),
		page.VerdictFile: string(verdict) + "\n",
	}
	if text := withoutSecrets(marker.ReplaceAllString(b.SUT, "# $0")); text != "" {
		p.Extra[page.SUTFile] = text
	}
	return page.Format(p), nil
}

// marker is a line that would begin another section. In a description it can
// only stand in a text of several lines; it is kept as a comment.
var marker = regexp.MustCompile(`(?m)^-- .* --[ \t\r]*$`)

// Parse reads a bundle; file names it in errors.
func Parse(file string, data []byte) (Bundle, error) {
	p, err := page.Parse(file, data)
	if err != nil {
		return Bundle{}, err
	}
	if !Is(p) {
		return Bundle{}, fmt.Errorf("%s is a page, not a saved run: it has no \"-- %s --\"; play it with verify --scenario", file, page.VerdictFile)
	}
	p.Name = strings.TrimSuffix(p.Name, ".run")
	b := Bundle{SUT: p.Extra[page.SUTFile]}
	if err := json.Unmarshal([]byte(p.Extra[page.VerdictFile]), &b.Verdict); err != nil {
		return Bundle{}, fmt.Errorf("%s: %s is torn or not JSON: %w", file, page.VerdictFile, err)
	}
	if b.Verdict.Verdict == "" {
		return Bundle{}, fmt.Errorf("%s: %s names no verdict; save the run again", file, page.VerdictFile)
	}
	if b.Seed, err = seed(p.Extra[page.SeedFile]); err != nil {
		return Bundle{}, fmt.Errorf("%s: %w", file, err)
	}
	if b.Entries, err = entries(p.Extra[page.JournalFile]); err != nil {
		return Bundle{}, fmt.Errorf("%s: %w", file, err)
	}
	p.Extra = nil
	b.Page = p
	return b, nil
}

func seed(text string) (int64, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s is %q; it must be a whole number", page.SeedFile, text)
	}
	return n, nil
}

// entries reads the record. Its entries must come in order: every rule relies on it.
func entries(text string) ([]journal.Entry, error) {
	var out []journal.Entry
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, maxSize)
	for n, last := 1, uint64(0); lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var e journal.Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("line %d of %s is torn or not an entry: %w", n, page.JournalFile, err)
		}
		if e.Seq <= last {
			return nil, fmt.Errorf("line %d of %s has seq %d after %d; a record is in order", n, page.JournalFile, e.Seq, last)
		}
		last = e.Seq
		out = append(out, e)
	}
	return out, errors.Join(lines.Err())
}
