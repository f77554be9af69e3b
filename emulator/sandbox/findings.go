package sandbox

import (
	"fmt"
	"slices"
	"sort"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// FindingQuery narrows the findings; what is empty matches all. Findings come
// in the order of the record.
type FindingQuery struct {
	Provider string
	By       string          // journal.ByApp or journal.ByEmulator
	Call     string          // the id of the call or attempt
	Kind     sms.FindingKind // one kind
	Unread   *bool           // whether notes about what nobody reads are meant, or all else
	After    uint64          // of the record: only later entries
	Limit    int             // 0 means 1000
}

// findings are the entries of that kind, with an index for all that a query
// can ask for.
type findings struct {
	all   []journal.Entry
	under map[string][]int // key to places in all, ascending
}

func newFindings() *findings { return &findings{under: map[string][]int{}} }

func (s *findings) apply(e journal.Entry) {
	f := e.Finding
	for _, key := range (FindingQuery{Provider: f.Provider, By: f.By, Call: f.Of, Kind: f.Kind, Unread: new(f.Unread())}).keys() {
		s.under[key] = append(s.under[key], len(s.all))
	}
	s.all = append(s.all, e)
}

// keys are the lists that hold what q asks for.
func (q FindingQuery) keys() []string {
	var keys []string
	add := func(name, value string) {
		if value != "" {
			keys = append(keys, name+" "+value)
		}
	}
	add("provider", q.Provider)
	add("by", q.By)
	add("call", q.Call)
	add("kind", string(q.Kind))
	if q.Unread != nil {
		add("unread", fmt.Sprint(*q.Unread))
	}
	return keys
}

func (q FindingQuery) matches(f *journal.Finding) bool {
	return (q.Provider == "" || q.Provider == f.Provider) && (q.By == "" || q.By == f.By) && (q.Call == "" || q.Call == f.Of) &&
		(q.Kind == "" || q.Kind == f.Kind) && (q.Unread == nil || *q.Unread == f.Unread())
}

// find goes through the shortest list that holds all that q asks for.
func (s *findings) find(q FindingQuery) []journal.Entry {
	var places []int
	for i, key := range q.keys() {
		if i == 0 || len(s.under[key]) < len(places) {
			places = s.under[key]
		}
	}
	n, at := len(places), func(i int) journal.Entry { return s.all[places[i]] }
	if len(q.keys()) == 0 {
		n, at = len(s.all), func(i int) journal.Entry { return s.all[i] }
	}
	var found []journal.Entry
	for i := sort.Search(n, func(i int) bool { return at(i).Seq > q.After }); i < n && len(found) < q.Limit; i++ {
		if e := at(i); q.matches(e.Finding) {
			found = append(found, e)
		}
	}
	return found
}

// Findings lists what checks against the contracts found.
func (s *Sandbox) Findings(q FindingQuery) ([]journal.Entry, error) {
	if _, err := s.provider(q.Provider); err != nil {
		return nil, err
	}
	if by := []string{"", journal.ByApp, journal.ByEmulator}; !slices.Contains(by, q.By) {
		return nil, sms.InvalidField("by", fmt.Sprintf("%q made no message; write one of %v", q.By, by[1:]))
	}
	if known := sms.FindingKinds(); q.Kind != "" && !slices.Contains(known, q.Kind) {
		return nil, sms.InvalidField("kind", fmt.Sprintf("%q is not a kind of finding; the kinds are %v", q.Kind, known))
	}
	if q.Limit == 0 {
		q.Limit = 1000
	}
	w := s.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.findings.find(q), nil
}
