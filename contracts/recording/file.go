package recording

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// What a file may be at most.
const (
	MaxSize    = 64 << 20 // bytes
	maxNesting = 64       // levels of a HAR; its bodies are text
)

const (
	harVersion = "1.2"
	ourVersion = 1
)

// Read reads a recording of ours or a HAR of any other tool: in that, all
// entries are calls, and times give the timeline. It refuses more than MaxSize
// bytes. An error says where the file is wrong, by byte or by JSON pointer.
func Read(r io.Reader) (*HAR, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	h, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	return h, nil
}

func parse(text []byte) (*HAR, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("it has more than %d bytes; record less at a time", MaxSize)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // some tools write a byte order mark
	if err := checkNesting(text); err != nil {
		return nil, err
	}
	var file struct {
		Log *struct {
			Log
			Entries []json.RawMessage `json:"entries"`
		} `json:"log"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, located(err, "", len(text))
	}
	if file.Log == nil {
		return nil, errors.New("/log: it is missing; a HAR begins with {\"log\": {")
	}
	h := &HAR{Log: file.Log.Log}
	if err := checkVersions(h.Log); err != nil {
		return nil, err
	}
	h.Log.Entries = make([]Entry, len(file.Log.Entries))
	for i, raw := range file.Log.Entries {
		at := fmt.Sprintf("/log/entries/%d", i)
		if err := json.Unmarshal(raw, &h.Log.Entries[i]); err != nil {
			return nil, located(err, at, len(raw))
		}
		if err := h.Log.Entries[i].check(at); err != nil {
			return nil, err
		}
	}
	h.arrange()
	return h, nil
}

// checkNesting holds the stack of the decoder down.
func checkNesting(text []byte) error {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxNesting {
				return fmt.Errorf("byte %d: it is nested more than %d levels deep", i, maxNesting)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// located says where JSON is wrong.
func located(err error, pointer string, size int) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax) && syntax.Offset >= int64(size):
		return fmt.Errorf("byte %d: the file ends too soon: %w", syntax.Offset, err)
	case errors.As(err, &syntax):
		return fmt.Errorf("byte %d: %w", syntax.Offset, err)
	case errors.As(err, &kind):
		for _, c := range kind.Field {
			if c == '.' {
				c = '/'
			}
			pointer += string(c)
		}
		return fmt.Errorf("%s: a JSON %s stands where a %s belongs", slashed(pointer, kind.Field), kind.Value, kind.Type)
	}
	return fmt.Errorf("%s: %w", pointer, err)
}

// slashed puts the slash between a pointer and the field behind it.
func slashed(pointer, field string) string {
	at := len(pointer) - len(field)
	return pointer[:at] + "/" + pointer[at:]
}

func checkVersions(l Log) error {
	switch {
	case l.Version != harVersion && l.Version != "1.1" && l.Version != "":
		return fmt.Errorf("/log/version: HAR %q is not read; only %s is", l.Version, harVersion)
	case l.Switchhook != nil && l.Switchhook.Version != ourVersion:
		return fmt.Errorf("/log/_switchhook/version: the recording is of version %d, and this program reads %d; use the program that made it", l.Switchhook.Version, ourVersion)
	}
	return nil
}

func (e *Entry) check(at string) error {
	switch e.Direction {
	case "":
		e.Direction = Call
	case Call, Webhook, Trigger:
	default:
		return fmt.Errorf("%s/_direction: %q is none; write call, webhook or trigger", at, e.Direction)
	}
	if e.Outcome != "" && e.Outcome != Lost && e.Outcome != Cut {
		return fmt.Errorf("%s/_outcome: %q is none; write lost or cut, or leave it out", at, e.Outcome)
	}
	if e.Request.Method == "" || e.Request.URL == "" {
		return fmt.Errorf("%s/request: method or url is missing", at)
	}
	if _, err := e.Request.Body(); err != nil {
		return fmt.Errorf("%s/request/postData/text: %w", at, err)
	}
	if _, err := e.Response.Body(); err != nil {
		return fmt.Errorf("%s/response/content/text: %w", at, err)
	}
	return nil
}

// arrange puts the entries in order, on a timeline made of their times if they
// have none.
func (h *HAR) arrange() {
	all := h.Log.Entries
	if slices.ContainsFunc(all, func(e Entry) bool { return e.Seq == 0 }) {
		type moment struct {
			at    time.Time
			place *int
		}
		var moments []moment
		for i := range all {
			e := &all[i]
			lasted := time.Duration(min(max(e.Time, 0), 1e9) * float64(time.Millisecond))
			moments = append(moments, moment{e.Started, &e.Seq}, moment{e.Started.Add(lasted), &e.Ended})
		}
		slices.SortStableFunc(moments, func(a, b moment) int { return a.at.Compare(b.at) })
		for i, m := range moments {
			*m.place = i + 1
		}
	}
	slices.SortStableFunc(all, func(a, b Entry) int { return cmp.Compare(a.Seq, b.Seq) })
}

// Write puts a recording into a file that only its owner may read, all of it
// or nothing. It refuses one that no Redactor has seen.
func Write(file string, h *HAR) error {
	if h.Log.Switchhook == nil || len(h.Log.Switchhook.Redacted) == 0 {
		return errors.New("write recording: nothing was taken out of it; pass it through a Redactor first")
	}
	temp, err := os.CreateTemp(filepath.Dir(file), ".recording-*") // 0600
	if err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	defer os.Remove(temp.Name()) // in vain once it has its name
	err = encode(temp, h)
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	return nil
}

func encode(w io.Writer, h *HAR) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(h.complete())
}

// complete is h with every list that HAR requires, and who wrote it.
func (h *HAR) complete() *HAR {
	log := h.Log
	log.Version = harVersion
	log.Entries = make([]Entry, len(h.Log.Entries))
	for i, e := range h.Log.Entries {
		e.Request.Cookies, e.Response.Cookies = []Pair{}, []Pair{}
		e.Request.Headers, e.Response.Headers = filled(e.Request.Headers), filled(e.Response.Headers)
		e.Request.QueryString = filled(e.Request.QueryString)
		log.Entries[i] = e
	}
	return &HAR{Log: log}
}

func filled(pairs []Pair) []Pair {
	if pairs == nil {
		return []Pair{}
	}
	return pairs
}
