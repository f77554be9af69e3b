package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/scenarios/report"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := progress{to: &out, total: 2, on: true}
	p.step(report.Result{Page: "a\x1b", Verdict: report.Pass})
	p.step(report.Result{Page: "b", Verdict: report.Fail})
	p.clear()
	want := "\r\x1b[K1 of 2 pages  a\\x1b\r\x1b[K2 of 2 pages, 1 failed  b\r\x1b[K"
	if out.String() != want {
		t.Errorf("drew %q, want %q", &out, want)
	}
	out.Reset()
	quiet := progress{to: &out, total: 2}
	quiet.step(report.Result{Page: "a"})
	quiet.clear()
	if out.Len() > 0 {
		t.Errorf("drew %q where nobody looks", &out)
	}
}

func TestVerdictsOfARunThatBrokeOff(t *testing.T) {
	t.Parallel()
	run := report.Run{Results: []report.Result{{Page: "a/page", Verdict: report.Pass}}}
	for _, machine := range []bool{false, true} {
		dir := t.TempDir()
		var out, errs bytes.Buffer
		screen := &terminal{out: &out, err: &errs, env: func(string) string { return "" }}
		c := verifyCommand{JSON: machine, HTML: filepath.Join(dir, "report.html"), JUnit: filepath.Join(dir, "report.xml")}
		if code := screen.finish(c.brokeOff(screen, run, errors.New("it died"))); code != exitCouldNot {
			t.Errorf("code %d, want %d although all pages that ran passed", code, exitCouldNot)
		}
		if !strings.Contains(out.String(), "a/page") {
			t.Errorf("for machines: %v: no verdict in %q", machine, &out)
		}
		if machine && (!strings.Contains(out.String(), `"broke": "it died"`) || !strings.Contains(out.String(), `"exit": 4`)) {
			t.Errorf("JSON does not say that it is not whole: %s", &out)
		}
		for file, says := range map[string]string{c.HTML: "1 of 1 page passed; it died", c.JUnit: `errors="1"`} {
			data, err := os.ReadFile(file)
			if err != nil || !strings.Contains(string(data), "a/page") || !strings.Contains(string(data), says) {
				t.Errorf("%s: %v; it wants a/page and %q", file, err, says)
			}
		}
		if errs.String() != "switchhook: it died\n" {
			t.Errorf("said %q", &errs)
		}
	}
}
