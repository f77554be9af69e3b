package contracts

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/emulator/sms"
)

// maxFindings is how many findings are told of one message.
const maxFindings = 100

// report gathers the findings about one message.
type report struct {
	contract  *Contract
	operation string
	strange   sms.FindingKind // what a field that no schema names is
	found     []sms.Finding
	dropped   int
	worst     sms.FindingKind // of those dropped: unread only if all are
}

// add takes a finding whose rule is a pointer into the document.
func (r *report) add(kind sms.FindingKind, place, pointer, rule, problem string) {
	r.found = append(r.found, sms.Finding{
		Kind: kind, Place: place, Pointer: pointer, Problem: problem, Rule: rule, Operation: r.operation,
	})
	if len(r.found) > 10*maxFindings {
		r.trim()
	}
}

// trim sorts, drops repetitions, and keeps the first maxFindings.
func (r *report) trim() {
	slices.SortFunc(r.found, compare)
	r.found = slices.CompactFunc(r.found, func(a, b sms.Finding) bool {
		// Two schemas may ask the same of one place; of a wrong type one word will do.
		return a.Kind == b.Kind && a.Place == b.Place && a.Pointer == b.Pointer && (a.Problem == b.Problem || a.Kind == sms.FoundType)
	})
	if len(r.found) <= maxFindings {
		return
	}
	for _, f := range r.found[maxFindings:] {
		if r.worst == "" || r.worst == sms.FoundUnread {
			r.worst = f.Kind
		}
		r.dropped++
	}
	r.found = r.found[:maxFindings]
}

// finish is what was found, in an order that does not depend on chance.
func (r *report) finish() []sms.Finding {
	if len(r.found) == 0 {
		return nil
	}
	r.trim()
	for i := range r.found {
		f := &r.found[i]
		basis := r.contract.basis(f.Rule)
		f.Evidence, f.Source = basis.Evidence, basis.Source
	}
	if r.dropped > 0 {
		last := r.found[len(r.found)-1]
		r.found = append(r.found, sms.Finding{
			Kind: r.worst, Place: last.Place, Rule: "#", Operation: r.operation,
			Problem: fmt.Sprintf("%d more findings are left out", r.dropped),
		})
	}
	return r.found
}

var places = []string{"path", "query", "header", "signature", "status", "body"}

func compare(a, b sms.Finding) int {
	return cmp.Or(
		cmp.Compare(slices.Index(places, a.Place), slices.Index(places, b.Place)),
		comparePointers(a.Pointer, b.Pointer),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Problem, b.Problem),
		cmp.Compare(a.Rule, b.Rule),
	)
}

// comparePointers sorts items of arrays as numbers.
func comparePointers(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, "/")
		y, b, _ = strings.Cut(b, "/")
		n, errX := strconv.Atoi(x)
		m, errY := strconv.Atoi(y)
		if errX == nil && errY == nil && n != m {
			return cmp.Compare(n, m)
		}
		if c := cmp.Compare(x, y); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// subject names what a pointer leads to, to begin a sentence with.
func subject(pointer string) string {
	parts := jsonpointer.Tokens(pointer)
	if len(parts) == 0 {
		return "the body"
	}
	last := parts[len(parts)-1]
	if _, err := strconv.Atoi(last); err != nil {
		return quote(last)
	}
	if len(parts) == 1 {
		return "item " + last
	}
	return "item " + last + " of " + quote(parts[len(parts)-2])
}

// quote writes text so that it can stand in a sentence, cut if it is long.
func quote(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}
