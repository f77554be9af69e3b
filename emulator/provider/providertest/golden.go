package providertest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// golden compares got, byte for byte, with a file of the dialect's package.
func (l *Lab) golden(name, got string) {
	l.T.Helper()
	file := filepath.Join("testdata", "suite", name)
	got = l.plain(got)
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			l.T.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			l.T.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		l.T.Fatalf("read golden (make it with -update): %v", err)
	}
	if got != string(want) {
		l.T.Errorf("%s differs\n got %s\nwant %s", file, got, want)
	}
}

// text is the answer as it went over the wire, but for the date.
func (a answer) text() string {
	return fmt.Sprintf("%d\n%s\n%s\n", a.status, lines(a.header), a.body)
}

// lines are the headers that are the same in every run.
func lines(h http.Header) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		switch name {
		case "Date", "Connection", "Content-Length", "Accept-Encoding":
			continue
		}
		for _, value := range h[name] {
			fmt.Fprintf(&out, "%s: %s\n", name, value)
		}
	}
	return out.String()
}

// wellFormed says what is wrong with an answer's body, whatever it says.
func (a answer) wellFormed() error {
	kind := a.header.Get("Content-Type")
	switch {
	case len(a.body) == 0:
		return errors.New("there is no body")
	case strings.HasPrefix(kind, "application/json"):
		if !json.Valid(a.body) {
			return errors.New("the body is not JSON")
		}
		return nil
	case strings.HasPrefix(kind, "application/xml"), strings.HasPrefix(kind, "text/xml"):
		return wellFormedXML(a.body)
	}
	return fmt.Errorf("content type %q is neither JSON nor XML", kind)
}

func wellFormedXML(body []byte) error {
	for d := xml.NewDecoder(bytes.NewReader(body)); ; {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("the body is not XML: %w", err)
		}
	}
}

// refused fails unless an answer is a refusal in the vendor's own shape.
func (l *Lab) refused(what string, a answer) {
	l.T.Helper()
	if a.status < 400 || a.status > 499 {
		l.T.Errorf("%s is answered %d %s; want a 4xx", what, a.status, a.body)
	}
	if err := a.wellFormed(); err != nil {
		l.T.Errorf("%s is answered %d %q: %v", what, a.status, a.body, err)
	}
}
