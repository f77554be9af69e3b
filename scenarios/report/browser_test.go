package report_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/report"
)

// browse opens a report in a real browser. What the browser complains of is an
// error of the test.
func browse(t *testing.T, r report.Run, width, height int64) context.Context {
	t.Helper()
	program := browser(t)
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(htmlOf(t, r, report.Options{})), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(complaints(t)))
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Logf("close the browser: %v", err)
		}
		cancel()
	})
	do(t, ctx, chromedp.EmulateViewport(width, height), chromedp.Navigate("file://"+file), chromedp.WaitReady(chromedp.CSS("#shown")))
	return ctx
}

func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no chromium is installed, and CI must look at the report in a browser")
	}
	t.Skip("no chromium is installed: the report is not looked at in a browser")
	return ""
}

// complaints hears the browser; every error in its console is one of the test.
func complaints(t *testing.T) func(event any) {
	var mu sync.Mutex
	var said []string
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		if len(said) > 0 {
			t.Errorf("the browser complains:\n%s", strings.Join(said, "\n"))
		}
	})
	return func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			said = append(said, fmt.Sprintf("line %d: %s", e.ExceptionDetails.LineNumber, e.ExceptionDetails.Text))
		case *runtime.EventConsoleAPICalled:
			said = append(said, fmt.Sprintf("console.%s", e.Type))
		case *log.EventEntryAdded:
			said = append(said, fmt.Sprintf("%s: %s", e.Entry.Level, e.Entry.Text))
		}
	}
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// ask evaluates an expression on the page.
func ask[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBrowserFiltersAndShowsRawBytes(t *testing.T) {
	t.Parallel()
	ctx := browse(t, whole(), 1280, 900)
	visible := `[...document.querySelectorAll(".item")].filter(i => i.offsetParent).map(i => i.querySelector("a").textContent).join()`
	if got := ask[string](t, ctx, visible); strings.Count(got, ",") != 5 {
		t.Errorf("at first %s are shown", got)
	}
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#find"), "lost"))
	if got := ask[string](t, ctx, visible); got != "replies/lost-answer" {
		t.Errorf("of %q %s are shown", "lost", got)
	}
	if ask[bool](t, ctx, `[...document.querySelectorAll(".result")].filter(r => r.offsetParent).length != 1`) {
		t.Error("sections of pages that are filtered out are shown")
	}
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`(() => { const f = document.querySelector("#find"); f.value = ""; f.dispatchEvent(new Event("input")); })()`), chromedp.Click(chromedp.CSS(".seg.inconclusive")))
	if got := ask[string](t, ctx, visible); got != "stop/noise" {
		t.Errorf("of the inconclusive %s are shown", got)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(".seg.inconclusive")))

	// A click on an attempt opens what was sent, Escape closes it and gives the focus back.
	row := ask[string](t, ctx, `document.querySelector("#r1 .row.evidence.arrow:nth-of-type(n+3)").id`)
	do(t, ctx, chromedp.Click(chromedp.CSS("#"+row+" .label")), chromedp.WaitVisible(chromedp.CSS("#raw")))
	if got := ask[string](t, ctx, `document.querySelector("#bytes").textContent`); !strings.Contains(got, "entry ") || !strings.Contains(got, "virtual+") {
		t.Errorf("the panel shows %q", got)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape), chromedp.WaitNotVisible(chromedp.CSS("#raw")))
	if got := ask[string](t, ctx, `document.activeElement.id`); got != row {
		t.Errorf("the focus is on %q, not on row %q", got, row)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS("#raw")), chromedp.Click(chromedp.CSS("#close")), chromedp.WaitNotVisible(chromedp.CSS("#raw")))
	do(t, ctx, chromedp.KeyEvent(kb.ArrowDown))
	if got := ask[string](t, ctx, `document.activeElement.id`); got == row || got == "" && !ask[bool](t, ctx, `document.activeElement.matches(".row")`) {
		t.Error("the arrow keys do not move along the rows")
	}
}

func TestBrowserIsLightOrDark(t *testing.T) {
	t.Parallel()
	ctx := browse(t, run(twice()), 1280, 900)
	background := `getComputedStyle(document.body).backgroundColor`
	prefer := func(scheme string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return err
		})
	}
	do(t, ctx, prefer("light"))
	light := ask[string](t, ctx, background)
	do(t, ctx, prefer("dark"))
	dark := ask[string](t, ctx, background)
	if light != "rgb(255, 255, 255)" || dark == light {
		t.Errorf("light is %s, dark is %s", light, dark)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS("#theme")))
	if got := ask[string](t, ctx, background); got != light {
		t.Errorf("the switch leads from dark to %s", got)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS("#theme")))
	if got := ask[string](t, ctx, background); got != dark {
		t.Errorf("the switch leads from light to %s", got)
	}
}

// thirty is a failure with thirty messages of three handsets.
func thirty() report.Result {
	var r historytest.Record
	for i := range 15 {
		in := r.Texts([]string{"ana", "ben", "cleo"}[i%3], "Is 3pm free? I would like to come with all of my children and the dog, if I may")
		r.Acks(in)
		r.Replies(in, "Yes, 3pm is free. Shall I book it for all of you, with a place in the shade for the dog?")
	}
	in := r.Texts("ana", "Is 3pm free?")
	r.Loses(in)
	r.Replies(in, "Yes")
	r.Answers(in, "retry", 500)
	r.Replies(in, "Yes")
	return judged("replies/thirty", "thirty messages", &r)
}

// overlaps lists pairs of texts of a drawing that cover each other, with every
// row shown.
const overlaps = `(() => {
	const svg = document.querySelector(".chart");
	for (let gap; (gap = svg.querySelector(".row.gap:not(.off)"));) gap.dispatchEvent(new MouseEvent("click", {bubbles: true}));
	const texts = [...svg.querySelectorAll(".row:not(.off) text")].filter(t => t.textContent.trim());
	const boxes = texts.map(t => [t.textContent, t.getBoundingClientRect()]);
	const out = [];
	for (let i = 0; i < boxes.length; i++) for (let k = i + 1; k < boxes.length; k++) {
		const a = boxes[i][1], b = boxes[k][1];
		if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2) out.push(boxes[i][0] + " / " + boxes[k][0]);
	}
	return {texts: texts.length, rows: svg.querySelectorAll(".row:not(.off)").length, out};
})()`

func TestBrowserShowsThirtyMessagesApart(t *testing.T) {
	t.Parallel()
	r := thirty()
	ctx := browse(t, run(r), 1280, 900)
	got := ask[struct {
		Texts, Rows int
		Out         []string
	}](t, ctx, overlaps)
	if got.Rows < 60 || got.Texts < 150 || len(got.Out) > 0 {
		t.Errorf("%d texts in %d rows; one over the other: %q", got.Texts, got.Rows, got.Out)
	}
}

func TestBrowserFitsATelephone(t *testing.T) {
	t.Parallel()
	ctx := browse(t, whole(), 390, 800)
	if wide := ask[int](t, ctx, `document.documentElement.scrollWidth`); wide > 390 {
		t.Errorf("the page is %d wide on a screen of 390", wide)
	}
	if !ask[bool](t, ctx, `(() => { const s = document.querySelector("#r1 .scroll"); return s.scrollWidth > s.clientWidth; })()`) {
		t.Error("the timeline does not scroll by itself")
	}
	do(t, ctx, chromedp.Click(chromedp.CSS("#r1 .row.evidence .label")), chromedp.WaitVisible(chromedp.CSS("#raw")))
	if wide := ask[float64](t, ctx, `document.querySelector("#raw").getBoundingClientRect().width`); wide > 390 {
		t.Errorf("the panel is %v wide", wide)
	}
}
