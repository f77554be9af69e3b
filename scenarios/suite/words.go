package suite

import (
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/scenarios/history"
)

// times says how often.
func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// list names messages with their texts.
func list(all []*history.Sent) string {
	var out []string
	for _, s := range all {
		out = append(out, fmt.Sprintf("%s %q", s.ID, s.Message.Body))
	}
	return strings.Join(out, ", ")
}

// made are the entries that show how messages came about.
func made(all []*history.Sent) []uint64 {
	var out []uint64
	for _, s := range all {
		out = append(out, s.Call.Seq, s.Seq)
	}
	return out
}

// told are the entries that show how the application was told of texts.
func told(texts []*history.Inbound) []uint64 {
	var out []uint64
	for _, in := range texts {
		out = append(out, in.Seq)
		for _, a := range in.Attempts() {
			out = append(out, a.Started, a.Ended)
		}
	}
	return out
}

// genuine is how many attempts told of a text that the application may believe.
func genuine(in *history.Inbound) int {
	n := 0
	for _, a := range in.Attempts() {
		if a.Genuine() {
			n++
		}
	}
	return n
}
