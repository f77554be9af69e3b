package journal_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
)

// payloads is the JSON key of the one payload that each kind carries.
var payloads = map[journal.Kind]string{
	journal.KindMessage:        "message",
	journal.KindConversation:   "conversation",
	journal.KindAccount:        "account",
	journal.KindContact:        "contact",
	journal.KindDocument:       "document",
	journal.KindOptOut:         "optout",
	journal.KindHandset:        "handset",
	journal.KindEvent:          "event",
	journal.KindEndpoint:       "endpoint",
	journal.KindAttemptPlanned: "attempt",
	journal.KindAttemptStarted: "attempt",
	journal.KindAttemptEnded:   "attempt",
	journal.KindCall:           "call",
	journal.KindAccepted:       "call",
	journal.KindRefused:        "call",
	journal.KindTold:           "call",
	journal.KindFinding:        "finding",
	journal.KindFaultPlanned:   "fault",
	journal.KindFaultFired:     "fault",
	journal.KindFaultMissed:    "fault",
	journal.KindClock:          "clock",
	journal.KindSwitches:       "switches",
	journal.KindProcess:        "process",
	journal.KindProbe:          "probe",
	journal.KindMarker:         "marker",
}

// full is an entry of kind with every field of its payload filled.
func full(t testing.TB, kind journal.Kind) journal.Entry {
	t.Helper()
	e := journal.Entry{Seq: 4, At: virtual, Wall: wall, Cause: 3, Kind: kind}
	v := reflect.ValueOf(&e).Elem()
	for i := range v.NumField() {
		key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if key == payloads[kind] {
			fill(t, v.Field(i))
			return e
		}
	}
	t.Fatalf("no entry field carries %q", kind)
	return e
}

// fill gives v and everything in it that is written down a value other than zero.
func fill(t testing.TB, v reflect.Value) {
	t.Helper()
	switch at := v.Addr().Interface().(type) {
	case *time.Time:
		*at = time.Date(2026, 2, 3, 4, 5, 6, 789, time.UTC)
		return
	case *json.RawMessage:
		*at = json.RawMessage(`{"order":[1,"zwei"]}`)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("täxt \"<&>\" \u2028\x00")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(90_000_000_001)
	case reflect.Uint64:
		v.SetUint(1<<63 + 1)
	case reflect.Float64:
		v.SetFloat(0.1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0))
		fill(t, v.Index(1))
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key)
		fill(t, value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				fill(t, v.Field(i))
			}
		}
	default:
		t.Fatalf("fill cannot make a %s", v.Type())
	}
}

func TestEveryKindSurvivesJSON(t *testing.T) {
	t.Parallel()
	for _, kind := range constants(t, "Kind") {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			want := full(t, journal.Kind(kind))
			text, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			var got journal.Entry
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("changed by JSON (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEntryShowsNothingButItsPayload(t *testing.T) {
	t.Parallel()
	for kind, payload := range payloads {
		text, err := json.Marshal(full(t, kind))
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(text, &keys); err != nil {
			t.Fatal(err)
		}
		for _, common := range []string{"seq", "at", "wall", "cause", "kind"} {
			if _, ok := keys[common]; !ok {
				t.Errorf("%s: no %q", kind, common)
			}
			delete(keys, common)
		}
		if _, ok := keys[payload]; !ok || len(keys) != 1 {
			t.Errorf("%s: carries %s; want only %q", kind, text, payload)
		}
	}
}

func TestEveryPayloadHasAKind(t *testing.T) {
	t.Parallel()
	entry := reflect.TypeFor[journal.Entry]()
	carried := slices.Collect(maps.Values(payloads))
	for i := range entry.NumField() {
		key, _, _ := strings.Cut(entry.Field(i).Tag.Get("json"), ",")
		switch key {
		case "seq", "at", "wall", "cause", "kind":
			continue
		}
		if !slices.Contains(carried, key) {
			t.Errorf("no kind carries %q", key)
		}
	}
}

// FuzzEntryJSON: what can be read can be written, and reads the same again.
func FuzzEntryJSON(f *testing.F) {
	for kind := range payloads {
		text, err := json.Marshal(full(f, kind))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"at":"2026-01-01T00:00:00+07:00","attempt":{"took":"1h30m","header":[]}}`))
	f.Add([]byte(`{"message":{"metadata":null},"fault":{"after":""}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var first, second journal.Entry
		if json.Unmarshal(text, &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("read, but cannot be written: %v", err)
		}
		if err := json.Unmarshal(written, &second); err != nil {
			t.Fatalf("written as %s, which cannot be read: %v", written, err)
		}
		again, err := json.Marshal(second)
		if err != nil || !bytes.Equal(written, again) {
			t.Fatalf("written as %s, then as %s (%v)", written, again, err)
		}
	})
}
