package recording

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// exchanges are one of each kind, as a recorder would note them.
func exchanges() *HAR {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	call := Entry{
		Started: at.Add(20 * time.Millisecond), Time: 12.5, Direction: Call, Seq: 2, Ended: 3,
		Request: Request{
			Method: "POST", URL: "https://api.vendor.test/v1/SMS/+18015550142/send?dry=1", HTTPVersion: "HTTP/1.1", HeadersSize: -1,
			Headers: []Pair{{"Content-Length", "0"}, {"Content-Type", "application/x-www-form-urlencoded"}},
		},
		Response: Response{Status: 200, StatusText: "OK", HTTPVersion: "HTTP/1.1", HeadersSize: -1, Headers: []Pair{{"Content-Type", "application/json"}}},
		Timings:  Timings{Send: 0.5, Wait: 10, Receive: 2},
	}
	call.Request.SetBody("application/x-www-form-urlencoded", []byte("to=%2B18015550142&body=Yes%2C+it+is"))
	call.Response.SetBody("application/json", []byte(`{"id":"m-1","total":1}`))
	webhook := Entry{
		Started: at, Time: 40, Direction: Webhook, Seq: 1, Ended: 4, Type: "message.received", Signature: Valid,
		Request:  Request{Method: "POST", URL: "http://127.0.0.1:3000/hook", HTTPVersion: "HTTP/1.1", HeadersSize: -1, Headers: []Pair{{"Vendor-Proof", "REDACTED"}}},
		Response: Response{Status: 204, StatusText: "No Content", HTTPVersion: "HTTP/1.1", HeadersSize: -1},
		Timings:  Timings{Wait: 40},
	}
	webhook.Request.SetBody("application/json", []byte(`{"type":"message.received","data":{"to":"+18015550100","body":"Is 3pm free?"}}`))
	lost := Entry{
		Started: at.Add(time.Second), Time: 5, Direction: Trigger, Seq: 5, Ended: 6, Outcome: Lost, Error: "the caller hung up",
		Request:  Request{Method: "GET", URL: "http://127.0.0.1:3000/ask", HTTPVersion: "HTTP/1.1", HeadersSize: -1},
		Response: Response{HTTPVersion: "HTTP/1.1", HeadersSize: -1},
		Timings:  Timings{Wait: 5},
	}
	return &HAR{Log: Log{Creator: Creator{"switchhook", "1"}, Entries: []Entry{webhook, call, lost}, Switchhook: &Switchhook{Version: 1, Provider: "vendor"}}}
}

// The file is what HAR 1.2 asks for, to the letter, and reads back as it was.
func TestGolden(t *testing.T) {
	t.Parallel()
	h := exchanges()
	NewRedactor(Options{Document: contract(t)}).HAR(h)
	file := filepath.Join(t.TempDir(), "talk.har")
	if err := Write(file, h); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	golden := "testdata/talk.har"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the file differs; if it should, run with -update:\n%s", diff)
	}
	back, err := Read(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h.complete(), back.complete()); diff != "" {
		t.Errorf("it reads back otherwise:\n%s", diff)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v (%v)", info.Mode(), err)
	}
}

// What HAR 1.2 requires is there, even in the emptiest entry.
func TestRequiredFields(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := encode(&out, &HAR{Log: Log{Entries: []Entry{{}}}}); err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(out.Bytes(), &file); err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(`
		log/version log/creator/name log/creator/version log/entries/0/startedDateTime log/entries/0/time log/entries/0/cache
		log/entries/0/request/method log/entries/0/request/url log/entries/0/request/httpVersion log/entries/0/request/cookies
		log/entries/0/request/headers log/entries/0/request/queryString log/entries/0/request/headersSize log/entries/0/request/bodySize
		log/entries/0/response/status log/entries/0/response/statusText log/entries/0/response/httpVersion log/entries/0/response/cookies
		log/entries/0/response/headers log/entries/0/response/content/size log/entries/0/response/content/mimeType log/entries/0/response/redirectURL
		log/entries/0/response/headersSize log/entries/0/response/bodySize
		log/entries/0/timings/send log/entries/0/timings/wait log/entries/0/timings/receive`) {
		var at any = file
		for name := range strings.SplitSeq(path, "/") {
			if list, ok := at.([]any); ok && name == "0" {
				at = list[0]
				continue
			}
			object, _ := at.(map[string]any)
			at = object[name]
		}
		if at == nil {
			t.Errorf("%s is missing or null", path)
		}
	}
}

// HARs of other tools are calls, on a timeline made of their times.
func TestOtherTools(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/browser.har")
	if err != nil {
		t.Fatal(err)
	}
	h, err := Read(bytes.NewReader(append([]byte("\xef\xbb\xbf"), text...)))
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Log.Entries) != 3 {
		t.Fatalf("it has %d entries", len(h.Log.Entries))
	}
	first, form, picture := h.Log.Entries[0], h.Log.Entries[1], h.Log.Entries[2]
	if first.Direction != Call || first.Seq != 1 || first.Ended != 4 || form.Seq != 2 || form.Ended != 3 || picture.Seq != 5 {
		t.Errorf("the timeline is %d-%d, %d-%d, %d-%d", first.Seq, first.Ended, form.Seq, form.Ended, picture.Seq, picture.Ended)
	}
	if body, err := form.Request.Body(); err != nil || string(body) != "to=%2B18012349876&body=hello+you" {
		t.Errorf("the form is %q (%v)", body, err)
	}
	if body, err := picture.Response.Body(); err != nil || !bytes.HasPrefix(body, []byte("\x89PNG")) {
		t.Errorf("the picture is %q (%v)", body, err)
	}
	if found := Secrets(h); len(found) < 4 {
		t.Errorf("found is %v", found)
	}
	NewRedactor(Options{}).HAR(h)
	if found := Secrets(h); len(found) > 0 {
		t.Errorf("after redaction, found is %v", found)
	}
	if err := Write(filepath.Join(t.TempDir(), "x.har"), h); err != nil {
		t.Error(err)
	}
}

// What is wrong with a file is said by its place.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	entry := `{"request": {"method": "GET", "url": "http://x.test/"}, "response": {"status": 200, "content": {}}}`
	for text, want := range map[string]string{
		``:                            "byte 0: the file ends too soon",
		`{"log": {"entries": [`:       "byte 21: the file ends too soon",
		`{"log": nonsense}`:           "byte 10: invalid character",
		"\x89PNG\x00\x01":             "byte 1: invalid character",
		`{}`:                          "/log: it is missing",
		`[]`:                          "a JSON array stands where",
		`{"log": 5}`:                  "/log: a JSON number stands where",
		`{"log": {"version": "2.0"}}`: `/log/version: HAR "2.0" is not read`,
		`{"log": {"entries": 7}}`:     "/log/entries: a JSON number stands where",
		`{"log": {"entries": [` + entry + `, {"request": {"method": 5}}]}}`:                                                            "/log/entries/1/request/method: a JSON number stands where a string belongs",
		`{"log": {"entries": [{}]}}`:                                                                                                   "/log/entries/0/request: method or url is missing",
		`{"log": {"entries": [` + strings.Replace(entry, `{`, `{"_direction": "sideways", `, 1) + `]}}`:                                `/log/entries/0/_direction: "sideways" is none`,
		`{"log": {"entries": [` + strings.Replace(entry, `{`, `{"_outcome": "odd", `, 1) + `]}}`:                                       `/log/entries/0/_outcome: "odd" is none`,
		`{"log": {"entries": [` + strings.Replace(entry, `"content": {}`, `"content": {"text": "%", "encoding": "base64"}`, 1) + `]}}`: "/log/entries/0/response/content/text: illegal base64",
		`{"log": {"_switchhook": {"version": 9}}}`:                                                                                     "the recording is of version 9, and this program reads 1",
		strings.Repeat("[", 100000):                                                                                                    "byte 64: it is nested more than 64 levels deep",
	} {
		_, err := Read(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q gives %v, want %q", text, err, want)
		}
	}
	if _, err := Read(endless{}); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("an endless file gives %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// A file is written whole or not at all, and only after redaction.
func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := Write(filepath.Join(dir, "raw.har"), exchanges()); err == nil || !strings.Contains(err.Error(), "Redactor") {
		t.Errorf("a raw recording gives %v", err)
	}
	h := exchanges()
	NewRedactor(Options{}).HAR(h)
	if err := Write(filepath.Join(dir, "nowhere", "x.har"), h); err == nil {
		t.Error("a folder that is not there gives no error")
	}
	h.Log.Entries[0].Time = -1 / zero
	if err := Write(filepath.Join(dir, "infinite.har"), h); err == nil {
		t.Error("a time that JSON has no word for gives no error")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind are %v (%v)", left, err)
	}
}

var zero = 0.0

// Whatever is read is redacted without panic, holds nothing after, and can be
// written and read again.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"talk.har", "browser.har"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"log":{"entries":[{"request":{"method":"","url":"%"}}]}}`))
	doc := contract(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		h, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		NewRedactor(Options{Document: doc, Texts: len(text)%2 == 0}).HAR(h)
		if found := Secrets(h); len(found) > 0 {
			t.Errorf("after redaction there is %v", found)
		}
		var out bytes.Buffer
		if err := encode(&out, h); err != nil {
			return // a year beyond 9999
		}
		if _, err := Read(&out); err != nil {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}

// Bodies of any kind are redacted without panic, and to a fixed point.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"to":"+18012349876","token":"abcdefgh1"}`, `<a b="+18012349876">x</a>`, "to=%2B18012349876&k", "--b0\r\n\r\n+18012349876\r\n--b0--",
		`{"a":[1,{"key":"+18012349876"}`, "+91 98765 43210 a@b.io", `"\ud800"`, "https://u:p@h/+18012349876?key=v#x",
	} {
		for _, mimeType := range []string{"application/json", "text/xml", formType, "multipart/form-data; boundary=b0"} {
			f.Add(mimeType, []byte(seed))
		}
	}
	doc := contract(f)
	f.Fuzz(func(t *testing.T, mimeType string, body []byte) {
		e := Entry{Direction: Webhook, Request: Request{Method: "POST", URL: "http://127.0.0.1/"}}
		e.Request.SetBody(mimeType, body)
		NewRedactor(Options{Document: doc}).Entry(&e)
		if found := Secrets(&HAR{Log: Log{Entries: []Entry{e}}}); len(found) > 0 {
			once, _ := e.Request.Body()
			t.Errorf("%q becomes %q, in which there is %v", body, once, found)
		}
	})
}
