package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/switchhook/switchhook/emulator/sms"
)

// maxDepth bounds how deep a request may nest.
const maxDepth = 64

// ReadJSON reads the body of a request that must be JSON: one text in UTF-8,
// about which no two readers of JSON disagree.
func ReadJSON(r *http.Request) ([]byte, *sms.Error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, sms.Fail(sms.BadRequest, "The Content-Type header must be application/json.")
	}
	body, err := io.ReadAll(r.Body)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, sms.Fail(sms.TooLarge, "The request body is too large.")
	} else if err != nil {
		return nil, sms.Fail(sms.BadRequest, "The request body could not be read.")
	}
	if err := CheckJSON(body); err != nil {
		return nil, sms.Fail(sms.BadRequest, "The request body "+err.Error()+".")
	}
	return body, nil
}

// CheckJSON says what is wrong with a JSON text: not valid, not UTF-8, a repeated
// name, nested more than maxDepth deep, or a value that readers disagree about.
func CheckJSON(body []byte) error {
	if !utf8.Valid(body) || !json.Valid(body) {
		return errors.New("is not valid JSON")
	}
	if loneSurrogate(body) {
		return errors.New("has half of a surrogate pair")
	}
	return checkShape(body)
}

// level is an object or an array that is still open.
type level struct {
	names map[string]bool // nil in an array
	named bool            // a name was read and its value has yet to come
}

// checkShape walks a valid JSON text without recursion.
func checkShape(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var open []level
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return errors.New("is not valid JSON")
		}
		if err := checkScalar(t); err != nil {
			return err
		}
		if open, err = step(open, t); err != nil {
			return err
		}
	}
}

// step is what is open after a token.
func step(open []level, t json.Token) ([]level, error) {
	if t == json.Delim('}') || t == json.Delim(']') {
		return open[:len(open)-1], nil
	}
	if len(open) > 0 {
		top := &open[len(open)-1]
		if name, ok := t.(string); ok && top.names != nil && !top.named {
			if top.names[name] {
				return nil, errors.New("has a repeated name")
			}
			top.names[name], top.named = true, true
			return open, nil
		}
		top.named = false
	}
	switch t {
	case json.Delim('{'):
		open = append(open, level{names: map[string]bool{}})
	case json.Delim('['):
		open = append(open, level{})
	}
	if len(open) > maxDepth {
		return nil, errors.New("is nested too deep")
	}
	return open, nil
}

// checkScalar refuses what stores and other readers of JSON cannot keep.
func checkScalar(t json.Token) error {
	switch v := t.(type) {
	case json.Number:
		if _, err := v.Float64(); err != nil {
			return errors.New("has a number that is out of range")
		}
	case string:
		if strings.Contains(v, "\x00") {
			return errors.New("has a NUL character")
		}
	}
	return nil
}

// loneSurrogate finds a \u escape that is half of a pair whose other half is
// missing; encoding/json would silently put another character there.
func loneSurrogate(body []byte) bool {
	high := false // the escape just before was the first half
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			if high {
				return true
			}
			continue
		}
		i++ // the character after the backslash
		unit, ok := escapedUnit(body, i)
		low := ok && unit >= 0xDC00 && unit < 0xE000
		if high != low {
			return true
		}
		high = ok && unit >= 0xD800 && unit < 0xDC00
		if ok {
			i += 4
		}
	}
	return high
}

// escapedUnit reads the four digits after a u at body[i].
func escapedUnit(body []byte, i int) (unit uint64, ok bool) {
	if i+4 >= len(body) || body[i] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(body[i+1:i+5]), 16, 16)
	return unit, err == nil
}

// EncodeJSON writes v without escapes for HTML and without a final newline;
// what is not ASCII stays UTF-8. v must be made of what ReadJSON let in and of
// types that JSON can hold.
func EncodeJSON(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("encode answer: " + err.Error())
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// WriteJSON answers with v.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// The caller may have gone; there is nobody left to tell.
	_, _ = w.Write(EncodeJSON(v))
}
