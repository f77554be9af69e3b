package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/switchhook/switchhook/emulator/sms"
)

// maxDepth bounds how deep JSON may nest; no body of ours needs more than 4.
const maxDepth = 16

// read reads a body that must be there as a T.
func read[T any](r *http.Request) (T, error) {
	into, given, err := readOptional[T](r)
	if err == nil && !given {
		err = bad("a JSON body is needed")
	}
	return into, err
}

// readOptional reads a body as a T; without one it is the zero value.
func readOptional[T any](r *http.Request) (into T, given bool, err error) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return into, false, bodyError(err)
	}
	if len(data) == 0 {
		return into, false, nil
	}
	if err := checkShape(data); err != nil {
		return into, true, bodyError(err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&into); err != nil {
		return into, true, bodyError(err)
	}
	return into, true, nil
}

// checkShape refuses what encoding/json lets pass: text that is not UTF-8,
// names given twice, deep nesting, null for an object, anything after the end.
func checkShape(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("the body is not UTF-8")
	}
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return errors.New("the body is null; write an object")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := checkValue(dec, 0); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the end of the JSON body; send one object")
	}
	return nil
}

func checkValue(dec *json.Decoder, depth int) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	open, isDelim := token.(json.Delim)
	if !isDelim {
		return nil
	}
	if depth == maxDepth {
		return fmt.Errorf("the body nests more than %d levels deep", maxDepth)
	}
	seen := map[string]bool{}
	for dec.More() {
		if open == '{' {
			if err := checkName(dec, seen); err != nil {
				return err
			}
		}
		if err := checkValue(dec, depth+1); err != nil {
			return err
		}
	}
	_, err = dec.Token() // the closing one
	return err
}

func checkName(dec *json.Decoder, seen map[string]bool) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	name, _ := token.(string)
	if seen[name] {
		return fmt.Errorf("field %q is given twice", name)
	}
	seen[name] = true
	return nil
}

// bodyError says in words what is wrong with a body.
func bodyError(err error) error {
	var (
		large  *http.MaxBytesError
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &large):
		return sms.Fail(sms.TooLarge, fmt.Sprintf("a body may have at most %d bytes", large.Limit))
	case errors.As(err, &syntax):
		return bad("the body is not JSON: %s at byte %d", strings.TrimPrefix(syntax.Error(), "json: "), syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return bad("the body ends in the middle of the JSON")
	case errors.As(err, &kind) && kind.Field == "":
		return bad("the body must not be a JSON %s; write an object", kind.Value)
	case errors.As(err, &kind):
		return bad("field %q must not be a JSON %s; it takes a %s", kind.Field, kind.Value, kind.Type.Kind())
	}
	return bad("%s", strings.TrimPrefix(err.Error(), "json: "))
}

// checkQuery refuses parameters that the route does not know, that are given
// twice, or that cannot be read.
func (r route[On]) checkQuery(req *http.Request) error {
	values, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return bad("the query cannot be read: %v", err)
	}
	for name, given := range values {
		if !r.takes(name) {
			return bad("unknown query parameter %q; this call takes %s", name, listed(r.Query))
		}
		if len(given) > 1 {
			return bad("query parameter %q is given twice", name)
		}
	}
	return nil
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// natural reads a whole number from the query, or returns the default.
func natural(r *http.Request, name string, byDefault, most uint64) (uint64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return byDefault, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > most {
		return 0, bad("%s=%q is out of range; write a whole number from 0 to %d", name, text, most)
	}
	return n, nil
}

// limit reads how many items a page may hold.
func limit(r *http.Request, byDefault, most uint64) (int, error) {
	n, err := natural(r, "limit", byDefault, most)
	if err == nil && n == 0 {
		err = bad("limit=0 asks for nothing; write a whole number from 1 to %d", most)
	}
	return int(n), err
}

// number reads an E.164 number from the path.
func number(r *http.Request) (sms.Number, error) {
	return e164(r.PathValue("number"))
}

func e164(text string) (sms.Number, error) {
	n, err := sms.ParseNumber(text)
	if err != nil {
		return "", &sms.Error{
			Code:   sms.Invalid,
			Detail: fmt.Sprintf("%q is not a phone number; write a plus, the country code and the number without spaces, such as +18015550142", text),
			Fields: map[string][]string{"number": {"is not a valid E.164 phone number"}},
		}
	}
	return n, nil
}
