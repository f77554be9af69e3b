package learn

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/exchange"
	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Options say what is learned from.
type Options struct {
	Provider string
	Document []byte         // the text of the contract
	Source   string         // what the recording is called
	HAR      *recording.HAR // the recording
}

// Proposal is one change.
type Proposal struct {
	What    string `json:"what"` // one sentence
	Rule    string `json:"rule"` // where in the document, as a JSON pointer
	Entries []int  `json:"entries"`
}

// Result is what was learned.
type Result struct {
	Proposals []Proposal
	Left      []string // what the contract does not fit and nothing is learned from, with the reason
	Document  []byte   // the changed text
	Exchanges int      // that were looked at

	from []int // which line of the first text each line is; nil: nothing changed
}

// Diff is the change for git apply; empty if there is none. path is where the
// document stands, before its text as it was.
func (r Result) Diff(path string, before []byte) (string, error) {
	if r.from == nil {
		return "", nil
	}
	old, now := strings.SplitAfter(string(before), "\n"), strings.SplitAfter(string(r.Document), "\n")
	var edits []udiff.Edit
	at, start, next := 0, 0, 0 // lines of old, its bytes, lines of now
	replace := func(oldLine, newLine int) {
		gone := strings.Join(old[at:oldLine], "")
		if put := strings.Join(now[next:newLine], ""); put != gone {
			edits = append(edits, udiff.Edit{Start: start, End: start + len(gone), New: put})
		}
		start, at, next = start+len(gone), oldLine, newLine
	}
	for i, line := range r.from {
		if line < 0 {
			continue
		}
		replace(line, i)
		start, at, next = start+len(old[line]), line+1, i+1
	}
	replace(len(old), len(now))
	const around = 3
	return udiff.ToUnified("a/"+path, "b/"+path, string(before), edits, around)
}

// What bounds the work.
const (
	maxRounds    = 6
	maxProposals = 200
)

// Propose learns from a recording until it teaches nothing more.
func Propose(o Options) (Result, error) {
	out := Result{Document: o.Document}
	c, err := contracts.Parse(o.Provider, out.Document)
	if err != nil {
		return out, err
	}
	for range maxRounds {
		sorted := exchange.Sort(o.HAR, exchange.Options{Contracts: []*contracts.Contract{c}, Force: true})
		out.Exchanges = len(sorted.Exchanges)
		l := &lesson{source: o.Source, wishes: map[string]*wish{}}
		for _, x := range sorted.Exchanges {
			l.hear(x, out.Document)
		}
		out.Left = l.left
		if len(l.ordered) == 0 {
			break
		}
		next, changed, err := out.take(o.Provider, l)
		if err != nil || !changed {
			return out, err
		}
		c = next
	}
	return out, nil
}

// take makes the changes that are wished for. If the document is not valid
// then, it makes them one by one and leaves out those that do it harm.
func (r *Result) take(provider string, l *lesson) (next *contracts.Contract, changed bool, err error) {
	before := *r
	r.all(l, func([]byte) error { return nil })
	if bytes.Equal(before.Document, r.Document) {
		return nil, false, nil
	}
	if next, err = contracts.Parse(provider, r.Document); err == nil {
		return next, true, nil
	}
	*r = before
	r.all(l, func(text []byte) error {
		_, err := contracts.Parse(provider, text)
		return err
	})
	next, err = contracts.Parse(provider, r.Document)
	return next, !bytes.Equal(before.Document, r.Document), err
}

// all makes each change after which the document is sound.
func (r *Result) all(l *lesson, sound func([]byte) error) {
	for _, w := range l.ordered {
		if len(r.Proposals) == maxProposals {
			r.Left = append(r.Left, fmt.Sprintf("more than %d changes would be needed; take these first", maxProposals))
			return
		}
		text, from, err := l.change(r.Document, r.from, w)
		if err == nil && bytes.Equal(text, r.Document) {
			err = errPlace
		}
		if err == nil {
			err = sound(text)
		}
		if err != nil {
			r.Left = append(r.Left, fmt.Sprintf("%s: cannot be written into the document: %v", w.what, err))
			continue
		}
		r.Document, r.from = text, from
		r.Proposals = append(r.Proposals, Proposal{What: w.what, Rule: w.rule, Entries: w.entries})
	}
}

// wish is one change that the recording asks for.
type wish struct {
	kind    string // what is to be done
	rule    string // where
	name    string // of what is new
	what    string
	date    string
	values  []any // that were seen there
	entries []int
	x       exchange.Exchange // the first that showed it
	of      exchange.Half
	at      string // JSON pointer into the body
}

// lesson gathers what a recording teaches about one text.
type lesson struct {
	source  string
	wishes  map[string]*wish
	ordered []*wish
	read    *document // the text, once it is needed
	left    []string
}

func (l *lesson) want(w wish, value any, has bool) {
	key := w.kind + " " + w.rule + " " + w.name
	known := l.wishes[key]
	if known == nil {
		w.date = w.x.Entry.Started.UTC().Format("2006-01-02")
		known = &w
		l.wishes[key] = known
		l.ordered = append(l.ordered, known)
	}
	if !slices.Contains(known.entries, w.x.Index) && len(known.entries) < 20 {
		known.entries = append(known.entries, w.x.Index)
	}
	if has && len(known.values) < 1000 {
		known.values = append(known.values, value)
	}
}

func (l *lesson) leave(format string, args ...any) {
	const most = 100
	if text := fmt.Sprintf(format, args...); len(l.left) < most && !slices.Contains(l.left, text) {
		l.left = append(l.left, text)
	}
}

// hear takes what one exchange says that the contract does not.
func (l *lesson) hear(x exchange.Exchange, document []byte) {
	accepted := x.Answered() && x.Answer.Status/100 == 2
	for _, f := range x.Check() {
		if f.Of == exchange.OfRequest && !accepted {
			if !f.Unread() {
				l.leave("entry %d: %s (the provider did not accept the request)", x.Index, f.Finding)
			}
			continue
		}
		if err := l.finding(x, f); err != nil {
			l.leave("entry %d: %s (%v)", x.Index, f.Finding, err)
		}
	}
	if !x.Webhook() && x.Answered() && x.Operation != nil {
		l.headers(x, document)
	}
}

var errNotLearned = errors.New("nothing is learned from this kind of finding")

// finding makes a wish of what a check found.
func (l *lesson) finding(x exchange.Exchange, f exchange.Finding) error {
	w := wish{rule: f.Rule, x: x, of: f.Of, at: f.Pointer}
	steps := jsonpointer.Tokens(f.Pointer)
	last := ""
	if len(steps) > 0 {
		last = steps[len(steps)-1]
	}
	says := func(kind, name, format string, args ...any) {
		w.kind, w.name, w.what = kind, name, f.Operation+": "+fmt.Sprintf(format, args...)
	}
	value, has := any(nil), false
	if f.Place == "body" {
		value, has = x.Value(f.Finding, f.Of)
	}
	if f.Place == "header" {
		value, has = headerOf(x, f.Of).Get(f.Pointer), true
	}
	keyword := f.Rule[strings.LastIndexByte(f.Rule, '/')+1:]
	switch {
	case f.Kind == sms.FoundStatus:
		says("status", fmt.Sprint(x.Answer.Status), "new status %d", x.Answer.Status)
	case f.Kind == sms.FoundRoute && f.Of == exchange.OfWebhook:
		word := typeWord(f)
		says("webhook", word, "new type of webhook %s", word)
	case f.Kind == sms.FoundRoute, f.Kind == sms.FoundMethod:
		path := template(x)
		says("operation", x.Request.Method+" "+path, "new operation")
		w.rule = "#/paths"
	case f.Kind == sms.FoundContentType && f.Of != exchange.OfRequest:
		media, _, _ := strings.Cut(headerOf(x, f.Of).Get("Content-Type"), ";")
		says("media", strings.ToLower(strings.TrimSpace(media)), "new content type %s", media)
	case (f.Kind == sms.FoundUnread || f.Kind == sms.FoundUnknown) && f.Place == "body" && last != "":
		for _, end := range []string{"additionalProperties", "unevaluatedProperties"} {
			w.rule = strings.TrimSuffix(w.rule, "/"+end)
		}
		says("field", last, "new field %s", f.Pointer)
	case f.Kind == sms.FoundUnread && f.Place == "query":
		says("parameter", f.Pointer, "new parameter %s", f.Pointer)
		value, has = contracts.ReadQuery(x.Request.URL)[f.Pointer], true
	case f.Kind == sms.FoundUnread:
		return errors.New("that the provider accepts it does not show that it reads it")
	case f.Kind == sms.FoundMissing && keyword == "required":
		says("required", last, "%s is not always there", f.Pointer)
	case f.Kind == sms.FoundMissing && (f.Place == "query" || f.Place == "header"):
		says("optional", f.Pointer, "%s %s is not always there", f.Place, f.Pointer)
	case keyword == "type":
		says("type", "", "%s is %s", place(f), typeOf(value))
	case keyword == "anyOf" || keyword == "oneOf":
		says("alternative", "", "%s is something else", place(f))
	case keyword == "enum":
		says("enum", fmt.Sprint(value), "%s has the new value %s", place(f), show(value))
	case keyword == "const":
		says("const", fmt.Sprint(value), "%s has the new value %s", place(f), show(value))
	case slices.Contains(limits, keyword):
		says("limit", keyword, "%s is not limited as %s says", place(f), keyword)
	default:
		return errNotLearned
	}
	if w.kind == "" || slices.Contains([]string{"type", "alternative", "enum", "const"}, w.kind) && !has {
		return errNotLearned
	}
	l.want(w, value, has)
	return nil
}

// limits are keywords that one value can prove wrong.
var limits = []string{"pattern", "format", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "multipleOf", "uniqueItems"}

func place(f exchange.Finding) string {
	if f.Place == "body" {
		return f.Pointer
	}
	return f.Place + " " + f.Pointer
}

func show(v any) string {
	if text, ok := scalar(v); ok {
		return text
	}
	return typeOf(v)
}

func typeWord(f exchange.Finding) string { return strings.TrimPrefix(f.Operation, "webhook ") }
