package page

// points are those that a kill can wait for.
var points = []string{string(Received), string(Called), string(Accepted), string(Answered), string(Waiting), string(Acked)}

// kill takes a point and when to start again: "kill when accepted of ana nth 2
// restart late".
func (l *line) kill(s *Step) {
	known := []string{"restart"}
	s.Kill.Point = Now
	if l.oneOf([]string{"now", "when"}) == "when" {
		s.Kill.Point = Point(l.oneOf(points))
		l.oneOf([]string{"of"})
		s.Who = []string{l.name()}
		known = []string{"nth", "attempt", "restart"}
	}
	seen := map[string]bool{}
	for l.err == nil && len(l.tokens) > 0 {
		column := l.tokens[0].column
		key := l.oneOf(known)
		if seen[key] {
			l.fail(column, "%q stands here twice; keep one", key)
		}
		seen[key] = true
		switch key {
		case "nth":
			s.Kill.Nth = l.count(1)
		case "attempt":
			if !s.Kill.Point.InWebhook() {
				l.fail(column, "a send has no attempts; write nth for the n-th send")
			}
			s.Kill.Attempt = l.count(1)
		case "restart":
			s.Kill.Late = l.oneOf([]string{"now", "late"}) == "late"
		}
	}
}

// planned takes a line of a plan, which may name only handsets of the script.
func (l *line) planned(cast map[string]bool) Step {
	column, word := 1, l.peek()
	if len(l.tokens) > 0 {
		column = l.tokens[0].column
	}
	if l.err == nil && word != string(Plan) && word != string(Slay) {
		l.fail(column, "a plan holds faults and kills only; write a line like \"fault duplicate of ana\", or move this one to the script")
	}
	tokens := l.tokens
	s := l.step()
	for _, who := range s.Who {
		for _, t := range tokens {
			if t.text == who && !cast[who] {
				l.fail(t.column, "%q does nothing in the script; name one of its handsets", who)
			}
		}
	}
	return s
}
