package drift

import (
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/exchange"
	"github.com/switchhook/switchhook/contracts/recording"
)

// Answers compares two answers of an operation to the same request. Where the
// statuses differ nothing else is compared: the rest follows from it.
func Answers(o *contracts.Operation, recorded, played contracts.Answer) []Difference {
	if recorded.Status != played.Status {
		return []Difference{{Kind: Status, Recorded: strconv.Itoa(recorded.Status), Played: strconv.Itoa(played.Status)}}
	}
	found := headers(recorded.Header, played.Header, func(name string) bool { return name == "Content-Type" || exchange.Matters(name) })
	return append(found, bodies(recorded.Body, played.Body, func() (Pair, error, error) {
		a, errA := o.ReadAnswer(recorded)
		b, errB := o.ReadAnswer(played)
		return Pair{a, b}, errA, errB
	})...)
}

// Requests compares two webhooks of one kind.
func Requests(o *contracts.Operation, recorded, played contracts.Request) []Difference {
	declared := map[string]bool{"Content-Type": true}
	if spec := o.Spec(); spec != nil {
		for _, p := range spec.Parameters {
			if p.Value != nil && p.Value.In == "header" {
				declared[textproto.CanonicalMIMEHeaderKey(p.Value.Name)] = true
			}
		}
	}
	found := headers(recorded.Header, played.Header, func(name string) bool { return declared[name] })
	a, b := query(recorded), query(played)
	w := walker{worded: func(string) bool { return false }}
	if len(a.Value.(map[string]any))+len(b.Value.(map[string]any)) > 0 {
		w.walk("", []any{a.Value}, []any{b.Value}, 0)
		for i := range w.found {
			w.found[i].Pointer = "query:" + strings.TrimPrefix(w.found[i].Pointer, "/")
		}
	}
	found = append(found, w.found...)
	return append(found, bodies(recorded.Body, played.Body, func() (Pair, error, error) {
		a, errA := o.ReadRequest(recorded)
		b, errB := o.ReadRequest(played)
		return Pair{a.Reading, b.Reading}, errA, errB
	})...)
}

func query(q contracts.Request) contracts.Reading {
	all := contracts.ReadQuery(q.URL)
	if all == nil || q.Method != http.MethodGet {
		all = map[string]any{} // the endpoint's own affair
	}
	return contracts.Reading{Value: all}
}

func bodies(recorded, played []byte, read func() (Pair, error, error)) []Difference {
	switch {
	case len(recorded) == 0 && len(played) == 0:
		return nil
	case len(recorded) == 0 || len(played) == 0:
		return []Difference{{Kind: Body, Recorded: there(recorded), Played: there(played)}}
	}
	pair, errA, errB := read()
	switch {
	case errA == nil && errB == nil:
		return Bodies(pair)
	case (errA == nil) != (errB == nil):
		return []Difference{{Kind: Body, Recorded: legible(errA), Played: legible(errB)}}
	}
	return nil // neither is of a kind that can be read
}

func there(body []byte) string {
	if len(body) == 0 {
		return "no body"
	}
	return "a body"
}

func legible(err error) string {
	if err == nil {
		return "a body that can be read"
	}
	return "a body that cannot: it " + err.Error()
}

// headers compares which of those that matter are there, and of which kind.
func headers(recorded, played http.Header, matters func(string) bool) []Difference {
	var found []Difference
	for _, name := range names(recorded, played) {
		if !matters(name) {
			continue
		}
		was, is := recorded.Get(name), played.Get(name)
		if was != "" && is != "" && (recording.Redacted(was) || recording.Redacted(is)) {
			continue
		}
		if a, b := sort(name, was), sort(name, is); a != b {
			found = append(found, Difference{Pointer: name, Kind: Header, Recorded: a, Played: b})
		}
	}
	return found
}

func names(all ...http.Header) []string {
	var out []string
	seen := map[string]bool{}
	for _, h := range all {
		for name := range h {
			if !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	return out
}

// sort is what kind of value a header has: of most it is only whether it is
// there, for ids and counts differ by nature.
func sort(name, value string) string {
	switch {
	case value == "":
		return "nothing"
	case name == "Content-Type":
		media, _, _ := strings.Cut(value, ";")
		return strings.ToLower(strings.TrimSpace(media))
	}
	if _, err := strconv.ParseFloat(value, 64); err == nil && !strings.HasSuffix(name, "Id") && !strings.Contains(name, "Signature") {
		return "a number"
	}
	return "a text"
}
