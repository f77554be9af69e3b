package report

import (
	"fmt"

	"github.com/switchhook/switchhook/emulator/journal"
)

// bars finds what lasts: attempts that are open over other rows, and processes
// that are down.
func (d *drawing) bars() {
	open, down := map[string]int{}, -1
	for i := range d.Rows {
		s, ok := d.steps[i]
		if !ok {
			continue
		}
		if s.begins != "" {
			open[s.begins] = i
		}
		if from, ok := open[s.ends]; ok && s.ends != "" {
			d.bar(from, i, "busy", "the attempt is open")
			delete(open, s.ends)
		}
		switch state := processState(s); {
		case state == "killed" || state == "exited":
			down = i
		case state == "ready" && down >= 0:
			d.bar(down, i, "down", "the application is down")
			down = -1
		}
	}
	if down >= 0 {
		d.bar(down, len(d.Rows)-1, "down", "the application is down")
	}
}

func processState(s step) string {
	if len(s.entries) == 0 || s.entries[0].Kind != journal.KindProcess || s.entries[0].Process == nil {
		return ""
	}
	return s.entries[0].Process.State
}

func (d *drawing) bar(from, to int, class, title string) {
	b := bar{X: d.app - 4, From: from, To: to, Class: class, Title: title}
	if a, z := d.Rows[from], d.Rows[to]; a.Off || z.Off {
		b.Off = true
	} else {
		b.Y, b.Height = a.Y+a.Mid(), max(2, z.Y+z.Mid()-a.Y-a.Mid())
	}
	d.Bars = append(d.Bars, b)
}

// causes links the rows whose entries name each other. Those between pieces of
// evidence are always seen, the rest when a reader points at one end.
func (d *drawing) causes() {
	seen := map[[2]int]bool{}
	for i := range d.Rows {
		for _, e := range d.steps[i].entries {
			from, ok := d.rowOf[e.Cause]
			if e.Cause == 0 || !ok || from >= i || seen[[2]int{from, i}] {
				continue
			}
			seen[[2]int{from, i}] = true
			d.cause(from, i)
		}
	}
}

// causeX is where the arcs begin and end.
const causeX = wallX + 16

func (d *drawing) cause(from, to int) {
	a, z := d.Rows[from], d.Rows[to]
	c := cause{From: from, To: to, Class: "cause", Off: a.Off || z.Off}
	if a.Evidence > 0 && z.Evidence > 0 {
		c.Class = "cause proven"
	}
	if !c.Off {
		c.Path = arc(a.Y+a.Mid(), z.Y+z.Mid())
	}
	d.Causes = append(d.Causes, c)
}

// arc bends to the right between two heights. The script of the page draws the
// same when rows are shown.
func arc(from, to int) string {
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", causeX, from, causeX+16, from, causeX+16, to, causeX, to)
}
