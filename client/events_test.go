package client

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// Whatever a stream says, reading it ends, with an error unless it was told
// to stop.
func FuzzReadEvents(f *testing.F) {
	for _, seed := range []string{
		"id: 1\nevent: marker\ndata: {}\n\n", ": still here\n\n", "event: end\ndata: {}\n\n", "data", "\n\n", "data: \xff\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		events := 0
		err := readEvents(strings.NewReader(text), func(event string, _ []byte) (bool, error) {
			events++
			return event != StreamEnd, nil
		})
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("reading gives %v", err)
		}
		if most := strings.Count(text, "data"); events > most {
			t.Errorf("%d events in a text with %d data fields", events, most)
		}
	})
}
