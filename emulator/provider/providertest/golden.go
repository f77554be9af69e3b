package providertest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
)

// golden compares got with a file of the dialect's package.
func (l *Lab) golden(name, got string) {
	l.T.Helper()
	golden.Check(l.T, path.Join("suite", name), l.plain(got))
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
