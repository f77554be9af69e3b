package playback

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/contracts/recording"
)

// Kind is what an application did otherwise than in a recording.
type Kind string

// The kinds of difference.
const (
	MissingCall       Kind = "missing call"
	ExtraCall         Kind = "extra call"
	OtherShape        Kind = "other shape"
	OtherConversation Kind = "other conversation"
	OtherOrder        Kind = "other order"
	OtherAnswer       Kind = "other answer" // to a webhook or trigger
	Ended             Kind = "ended"        // the application did
)

// Difference is one thing that the application did otherwise.
type Difference struct {
	Kind      Kind   `json:"kind"`
	Says      string `json:"says"` // one sentence
	Operation string `json:"operation,omitempty"`
	// Entries are the recorded exchanges that it is about, as JSON pointers into
	// the recording.
	Entries []string `json:"entries,omitempty"`
	// Pointers are the places in a message of another shape.
	Pointers []string `json:"pointers,omitempty"`
}

// Result is what became of a recording.
type Result struct {
	Provider    string       `json:"provider"`
	Calls       int          `json:"calls"` // recorded
	Webhooks    int          `json:"webhooks"`
	Triggers    int          `json:"triggers"`
	Differences []Difference `json:"differences"`
	// Dropped counts differences beyond the first 200.
	Dropped int `json:"dropped,omitempty"`
	// Notes are sentences about what is no difference: another text.
	Notes []string `json:"notes,omitempty"`
}

// maxDifferences and as many notes are kept.
const maxDifferences = 200

type differences struct {
	kept    []Difference
	dropped int
	notes   []string
}

func (d *differences) add(one Difference, about ...*item) {
	for _, it := range about {
		one.Entries = append(one.Entries, fmt.Sprintf("/log/entries/%d", it.index))
	}
	if len(d.kept) == maxDifferences {
		d.dropped++
		return
	}
	d.kept = append(d.kept, one)
}

// compare notes what is different in a call that is a recorded one. The caller
// holds the lock.
func (p *player) compare(it *item, like likeness) {
	if places := unlike(it.like.shape, like.shape); len(places) > 0 {
		p.diffs.add(Difference{
			Kind: OtherShape, Operation: like.operation, Pointers: places,
			Says: fmt.Sprintf("%s has another shape: %s", like.about(), strings.Join(places, "; ")),
		}, it)
	}
	if p.script.words && it.like.text != like.text && len(p.diffs.notes) < maxDifferences {
		p.diffs.notes = append(p.diffs.notes, fmt.Sprintf("%s says %q instead of %q (/log/entries/%d)",
			like.about(), short(like.text), short(it.like.text), it.index))
	}
}

// unlike says at which places two shapes differ.
func unlike(was, is map[string]string) []string {
	var all []string
	for _, at := range slices.Sorted(maps.Keys(was)) {
		switch now, ok := is[at]; {
		case !ok:
			all = append(all, place(at)+" is not there")
		case now != was[at]:
			all = append(all, fmt.Sprintf("%s is %s instead of %s", place(at), short(now), short(was[at])))
		}
	}
	for _, at := range slices.Sorted(maps.Keys(is)) {
		if _, ok := was[at]; !ok {
			all = append(all, place(at)+" was not there")
		}
	}
	if len(all) > 20 {
		all = append(all[:20], fmt.Sprintf("and %d more", len(all)-20))
	}
	return all
}

func place(pointer string) string { return cmp.Or(pointer, "the body") }

func short(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}

// compareAnswer holds what a webhook was answered against the recording. The
// caller holds the lock.
func (p *player) compareAnswer(it *item, status int, err error) {
	if err == nil && status/100 == it.Response.Status/100 {
		return
	}
	got := fmt.Sprintf("answered %d", status)
	if err != nil {
		got = "not answered: " + err.Error()
	}
	p.diffs.add(Difference{
		Kind: OtherAnswer, Operation: it.what(),
		Says: fmt.Sprintf("%s was %s; in the recording it was answered %d", it.what(), got, it.Response.Status),
	}, it)
}

// what names a webhook or trigger for people.
func (it *item) what() string {
	says := "the " + string(it.Direction)
	switch {
	case it.Direction == recording.Trigger:
		return fmt.Sprintf("%s %s %s", says, it.Request.Method, pathOf(it.Request.URL))
	case it.Type != "":
		says += " " + it.Type
	case it.message.Operation != nil:
		says += " " + it.message.Operation.Path
	}
	if names := it.message.Conversation(); len(names) > 0 {
		says += " about " + names[0]
	}
	if it.Signature == recording.Invalid || it.Signature == recording.Absent {
		says += fmt.Sprintf(" (signature %s)", it.Signature)
	}
	return says
}

// result judges the run as a whole, when it is over.
func (p *player) result() Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.judgeCalls()
	p.judgeOrder()
	if p.process != nil {
		if err := p.process.Err(); err != nil {
			p.diffs.add(Difference{Kind: Ended, Says: err.Error()})
		}
	}
	return Result{
		Provider: p.o.Contract.Name(), Differences: p.diffs.kept, Dropped: p.diffs.dropped, Notes: p.diffs.notes,
		Calls:    p.script.recorded(recording.Call),
		Webhooks: p.script.recorded(recording.Webhook), Triggers: p.script.recorded(recording.Trigger),
	}
}

// judgeCalls tells of calls that never came and of those that were too many.
// One of each that are the same but for the conversation are one that went astray.
func (p *player) judgeCalls() {
	missing := map[*item]bool{}
	for _, it := range p.script.items {
		if it.isCall() && it.arrival == 0 {
			missing[it] = true
		}
	}
	for _, x := range p.extras {
		it := p.astray(x, missing)
		if it == nil {
			p.diffs.add(Difference{Kind: ExtraCall, Operation: x.operation, Says: p.extra(x)})
			continue
		}
		delete(missing, it)
		d := Difference{Kind: OtherConversation, Operation: x.operation}
		if it.like.conversation == x.conversation {
			d.Kind, d.Says = OtherOrder, fmt.Sprintf("%s came before %s", x.about(), it.after.what())
		} else {
			d.Says = fmt.Sprintf("%s went to %s instead of %s", x.operation, cmp.Or(x.conversation, "no conversation"), cmp.Or(it.like.conversation, "none"))
		}
		if d.Pointers = unlike(it.like.shape, x.shape); len(d.Pointers) > 0 {
			d.Says += ", with another shape: " + strings.Join(d.Pointers, "; ")
		}
		p.diffs.add(d, it)
	}
	for _, it := range p.script.items {
		if missing[it] {
			p.diffs.add(Difference{Kind: MissingCall, Operation: it.like.operation, Says: it.like.about() + " was not made" + p.saying(it.like)}, it)
		}
	}
}

func (p *player) extra(x arrived) string {
	says := x.about() + " was made once too often" + p.saying(x.likeness)
	if len(p.script.calls[x.operation]) == 0 {
		says = x.about() + " was made; the recording has no such call"
	}
	return says
}

func (p *player) saying(l likeness) string {
	if l.text == "" || !p.script.words {
		return ""
	}
	return fmt.Sprintf(" (%q)", short(l.text))
}

// astray is the missing call that an extra one is but for the conversation or
// the time.
func (p *player) astray(x arrived, missing map[*item]bool) *item {
	for _, it := range p.script.calls[x.operation] {
		early := it == x.early || it.like.conversation != x.conversation
		if missing[it] && early && p.same(it.like, x.likeness) {
			return it
		}
	}
	return nil
}

// judgeOrder tells of calls in one conversation that came the other way round.
func (p *player) judgeOrder() {
	conversations := map[string][]*item{}
	for _, it := range p.script.items {
		if it.isCall() && it.arrival > 0 && it.like.conversation != "" {
			conversations[it.like.conversation] = append(conversations[it.like.conversation], it)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(conversations)) {
		var last *item // of those that came so far, the latest to come
		for _, it := range conversations[name] {
			if last != nil && it.arrival < last.arrival && last.Ended < it.Seq {
				p.diffs.add(Difference{
					Kind: OtherOrder, Operation: it.like.operation,
					Says: fmt.Sprintf("%s%s came before %s%s", it.like.about(), p.saying(it.like), last.like.operation, p.saying(last.like)),
				}, last, it)
			}
			if last == nil || it.arrival > last.arrival {
				last = it
			}
		}
	}
}
