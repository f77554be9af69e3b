package page

// points are those that a kill can wait for, visible those that the record shows
// of themselves, without anything being held back for it.
var (
	points  = []string{string(Received), string(Called), string(Accepted), string(Answered), string(Waiting), string(Acked)}
	visible = []string{string(Received), string(Answered), string(Acked)}
)

// kill takes a point and when to start again: "kill when accepted of ana nth 2
// restart late".
func (l *line) kill(s *Step) {
	if l.oneOf([]string{"now", "when"}) == "when" {
		l.spot(s, &s.Kill.Spot, points, "restart")
		return
	}
	s.Kill.Point = Now
	l.spotWords(s, &s.Kill.Spot, "restart")
}

// settle takes how far the work for a handset is to come: "settle until answered
// of ana nth 2". Without it, the world is to come to rest.
func (l *line) settle(s *Step) {
	if l.took("until") {
		l.spot(s, &s.Until, visible)
	}
}

// spot takes a point, the handset, and which of its texts or sends; and what
// else may follow.
func (l *line) spot(s *Step, at *Spot, known []string, more ...string) {
	at.Point = Point(l.oneOf(known))
	l.oneOf([]string{"of"})
	s.Who = []string{l.name()}
	l.spotWords(s, at, append([]string{"nth", "attempt"}, more...)...)
}

func (l *line) spotWords(s *Step, at *Spot, known ...string) {
	l.each(known, func(key string, column int) {
		switch key {
		case "nth":
			at.Nth = l.count(1)
		case "attempt":
			if !at.Point.InWebhook() {
				l.fail(column, "a send has no attempts; write nth for the n-th send")
			}
			at.Attempt = l.count(1)
		case "restart":
			s.Kill.Late = l.oneOf([]string{"now", "late"}) == "late"
		}
	})
}
