package surge

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

// object is a JSON object with its values unread. Names match exactly.
type object map[string]json.RawMessage

// readObject reads the JSON object that a request carries.
func readObject(r *http.Request) (object, *sms.Error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, sms.Fail(sms.BadRequest, "The Content-Type header must be application/json.")
	}
	body, err := io.ReadAll(r.Body)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, sms.Fail(sms.TooLarge, "")
	} else if err != nil {
		return nil, sms.Fail(sms.BadRequest, "The request body could not be read.")
	}
	o, err := parseObject(body)
	if err != nil {
		return nil, sms.Fail(sms.BadRequest, "The request body "+err.Error()+".")
	}
	return o, nil
}

// parseObject reads exactly one JSON object in UTF-8, without repeated names,
// nested at most maxDepth deep.
func parseObject(body []byte) (object, error) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, errors.New("is not valid JSON")
	}
	if loneSurrogate(body) {
		return nil, errors.New("has half of a surrogate pair")
	}
	if err := checkShape(body); err != nil {
		return nil, err
	}
	var o object
	if err := json.Unmarshal(body, &o); err != nil || o == nil {
		return nil, errors.New("is not a JSON object")
	}
	return o, nil
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
		if t == json.Delim('}') || t == json.Delim(']') {
			open = open[:len(open)-1]
			continue
		}
		if name, ok := t.(string); ok && len(open) > 0 {
			if top := &open[len(open)-1]; top.names != nil && !top.named {
				if top.names[name] {
					return errors.New("has a repeated name")
				}
				top.names[name], top.named = true, true
				continue
			}
		}
		if len(open) > 0 {
			open[len(open)-1].named = false
		}
		switch t {
		case json.Delim('{'):
			open = append(open, level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		}
		if len(open) > maxDepth {
			return errors.New("is nested too deep")
		}
	}
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
