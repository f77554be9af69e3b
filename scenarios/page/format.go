package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Format writes p the way pages are laid out. Parse reads it back as the same
// page, apart from the lines and texts of its steps.
func Format(p Page) []byte {
	var b strings.Builder
	writeComment(&b, p.Title)
	if p.About != "" {
		writeComment(&b, p.About)
	}
	fmt.Fprintf(&b, "provider %s\n", p.Provider)
	for _, e := range p.Except {
		fmt.Fprintf(&b, "except %s: %s\n", e.Provider, e.Reason)
	}
	writeNames(&b, "labels", p.Labels)
	writeNames(&b, "kills", p.Kills)
	if p.Replicas > 0 {
		fmt.Fprintf(&b, "replicas %d\n", p.Replicas)
	}
	b.WriteString("\n-- " + scriptFile + " --\n")
	for i, phase := range p.Phases {
		if i > 0 {
			b.WriteString("\n")
		}
		if phase.Comment != "" || i > 0 {
			writeComment(&b, phase.Comment)
		}
		for _, s := range phase.Steps {
			b.WriteString(s.String() + "\n")
		}
	}
	if len(p.Plan) > 0 {
		b.WriteString("\n-- " + planFile + " --\n")
		for _, s := range p.Plan {
			b.WriteString(s.String() + "\n")
		}
	}
	for _, name := range extras {
		if text, ok := p.Extra[name]; ok {
			b.WriteString("-- " + name + " --\n" + text)
			if text != "" && !strings.HasSuffix(text, "\n") {
				b.WriteString("\n")
			}
		}
	}
	return []byte(b.String())
}

func writeComment(b *strings.Builder, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(strings.TrimSpace("# "+line) + "\n")
	}
}

func writeNames(b *strings.Builder, key string, names []string) {
	if len(names) > 0 {
		fmt.Fprintf(b, "%s %s\n", key, strings.Join(names, " "))
	}
}

// String writes s as a line of a script.
func (s Step) String() string {
	who := strings.Join(s.Who, ",")
	switch s.Verb {
	case Texts:
		return join(who, "texts", quote(s.Body), on(s.On))
	case Asks:
		return join(who, "asks", when(s.Named, "named"), on(s.On))
	case Sends, Queues:
		return join("app", string(s.Verb), who, strconv.Quote(s.Body), when(s.At > 0, "at +"+short(s.At)))
	case Settle:
		return join("settle", when(s.Until.Point != "", "until"), s.Until.of(who))
	case Advance:
		if s.By == 0 {
			return "advance next"
		}
		return join("advance", short(s.By))
	case Plan:
		return s.fault(who)
	case Slay:
		return s.kill(who)
	case Behave:
		return join("handset", who, s.Word, s.Value)
	case Webhooks:
		return join("webhooks", s.Word, when(s.By > 0, short(s.By)), when(s.N > 0, strconv.Itoa(s.N)))
	case Switch:
		return join("switch", s.Word, s.Value)
	case Expect:
		value := s.Value
		if s.Word != State {
			value = strconv.Itoa(s.N)
		}
		return join("expect", s.Word, who, value, when(s.SinceStop, "since STOP"))
	}
	return string(s.Verb)
}

func (s Step) fault(who string) string {
	f := s.Fault
	out := join("fault", string(f.Kind))
	if info, _ := journal.Info(f.Kind); info.Group != journal.OnCall && f.Match.Event != sms.MessageReceived {
		out = join(out, "on", string(f.Match.Event))
	}
	out = join(out, when(who != "", "of "+who))
	for _, n := range []struct {
		key   string
		value int
	}{{"nth", f.Nth}, {"attempt", f.Attempt}, {"times", f.Times}, {"count", f.Count}, {"status", f.Status}} {
		out = join(out, when(n.value != 0, n.key+" "+strconv.Itoa(n.value)))
	}
	out = join(out, when(f.After != 0, "after "+short(f.After.D())))
	return join(out, when(f.RetryAfter != 0, "retry-after "+short(f.RetryAfter.D())))
}

func (s Step) kill(who string) string {
	return join("kill", when(s.Kill.Point != Now, "when"), s.Kill.of(who), when(s.Kill.Late, "restart late"))
}

// of writes a point of the work for a handset.
func (s Spot) of(who string) string {
	return join(string(s.Point), when(s.Point != Now && s.Point != "", "of "+who),
		when(s.Nth != 0, "nth "+strconv.Itoa(s.Nth)), when(s.Attempt != 0, "attempt "+strconv.Itoa(s.Attempt)))
}

// join puts one space between the parts that are not empty.
func join(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " ")
}

func when(ok bool, s string) string {
	if ok {
		return s
	}
	return ""
}

func on(line string) string { return when(line != "", "on "+line) }

// quote writes a body, bare if it may be.
func quote(body string) string {
	for _, word := range bare {
		if body == word {
			return word
		}
	}
	return strconv.Quote(body)
}

// short writes a duration without the zero units at its end: 25h, not 25h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
