package exotel

import (
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/switchhook/switchhook/emulator/sms"
)

// fields are the parameters of a request, by name as given.
type fields map[string][]string

// readFields reads the query and the body; where both have a name, the body wins.
func readFields(r *http.Request) (fields, *sms.Error) {
	all, err := parseForm(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	maps.Copy(all, body)
	return all, nil
}

func readBody(r *http.Request) (fields, *sms.Error) {
	raw, err := io.ReadAll(r.Body)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, sms.Fail(sms.TooLarge, "the body is too large")
	} else if err != nil {
		return nil, fail(40500, "The request body could not be read.")
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "multipart/form-data":
		return parseMultipart(string(raw), params["boundary"])
	case err == nil && kind == "application/json":
		return fields{}, nil // never read: what it should have held is missing
	}
	return parseForm(string(raw))
}

// parseForm reads name=value pairs. Unlike net/url it takes a semicolon for
// what it is in a text: a semicolon.
func parseForm(text string) (fields, *sms.Error) {
	all := fields{}
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if nameErr != nil || valueErr != nil {
			return nil, fail(40500, "A parameter is not URL-encoded.")
		}
		if err := all.add(name, value); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func parseMultipart(body, boundary string) (fields, *sms.Error) {
	all := fields{}
	if boundary == "" {
		return nil, fail(40500, "The Content-Type has no boundary.")
	}
	parts := multipart.NewReader(strings.NewReader(body), boundary)
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fail(40500, "The multipart body is not complete.")
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, fail(40500, "The multipart body is not complete.")
		}
		if err := all.add(part.FormName(), string(value)); err != nil {
			return nil, err
		}
	}
}

// add keeps a value. Text that XML, JSON and stores cannot keep is refused.
func (f fields) add(name, value string) *sms.Error {
	if !utf8.ValidString(name+value) || strings.Contains(name+value, "\x00") {
		return fail(40202, "A parameter is not text in UTF-8.")
	}
	f[name] = append(f[name], value)
	return nil
}

// text reads a parameter that is a string; of several the last counts. given is
// false if there is none.
func (f fields) text(name string) (value string, given bool, err *sms.Error) {
	for other := range f {
		if strings.HasPrefix(other, name+"[") {
			return "", true, fail(40207)
		}
	}
	values := f[name]
	if len(values) == 0 {
		return "", false, nil
	}
	return values[len(values)-1], true, nil
}

// single refuses arrays under names that stand for one text.
func (f fields) single(names ...string) *sms.Error {
	for _, name := range names {
		if _, _, err := f.text(name); err != nil {
			return err
		}
	}
	return nil
}

// optional reads a parameter for which nothing and the empty text are the same.
func (f fields) optional(name string) string {
	values := f[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}
