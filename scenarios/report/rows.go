package report

import (
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// row puts a step in its place.
func (d *drawing) row(s step, evidence int, fresh, off bool) {
	p := place{
		Height: rowHeight, Shape: s.shape, Class: string(s.shape) + " " + string(s.tone), Seqs: s.seqs(), Evidence: evidence, Fresh: fresh,
		Full: Plain(s.text), Lost: s.lost,
	}
	if len(s.entries) > 0 {
		e := s.entries[0]
		p.Virtual, p.Wall = offset(e.At.Sub(d.start.At)), offset(e.Wall.Sub(d.start.Wall))
	}
	switch s.shape {
	case arrow:
		d.arrow(&p, s)
	case script, jump:
		p.Height, p.TextX, p.Text = thinHeight, firstLane+14, fit(p.Full, d.Width-firstLane-margin)
		if s.shape == jump {
			p.Height = rowHeight
		}
	default:
		d.note(&p, s)
	}
	d.faulted(&p, s)
	p.Label = d.spoken(p, s)
	d.steps[len(d.Rows)] = s
	for _, seq := range p.Seqs {
		d.rowOf[seq] = len(d.Rows)
	}
	d.add(p, off)
}

// arrow writes over itself, and what came back beyond its end. An arrow between
// a handset and the provider writes next to the provider: other handsets may
// stand in between.
func (d *drawing) arrow(p *place, s step) {
	p.X1, p.X2 = d.x(s.from, s.handset), d.x(s.to, s.handset)
	left, right := min(p.X1, p.X2), max(p.X1, p.X2)
	p.TextX, p.Anchor = (left+right)/2, "middle"
	room, text := right-left, p.Full
	if s.from == handsetLane || s.to == handsetLane {
		room = toProvider
		p.TextX = d.provider - toProvider/2
		if d.shared {
			text = d.named(s.handset) + ": " + text
		}
	}
	p.Text = fit(text, room-24)
	if s.lost {
		p.CrossX = p.X1 + (p.X2-p.X1)*3/4
		p.X2 = p.CrossX
	}
	p.Answer, p.AnswerX, p.AnswerAnchor = fit(s.answer, toFaults-20), d.x(s.to, s.handset)+12, "start"
	if s.to == providerLane {
		p.Answer, p.AnswerX, p.AnswerAnchor = fit(s.answer, toProvider-30), d.provider-12, "end"
	}
}

// note writes beside its lane: left of the provider and right of the others.
func (d *drawing) note(p *place, s step) {
	p.X1 = d.x(s.from, s.handset)
	p.TextX, p.Anchor = p.X1+12, "start"
	room := toFaults
	switch s.from {
	case handsetLane:
		room = toProvider
	case providerLane:
		room = toApp
	case faultLane:
		room = margin
	}
	p.Text = fit(p.Full, room-20)
}

// faulted puts what hit the row, and what is off the contract, beside it.
func (d *drawing) faulted(p *place, s step) {
	if len(s.faults) > 0 {
		p.Fault, p.FaultX = fit(strings.Join(s.faults, ", "), margin-20), d.fault
	}
	for _, m := range s.marks {
		p.Label += "; " + m.text
		if p.Mark == "" || !m.unread {
			p.Mark, p.MarkClass = "!", "off-contract"
			if m.unread {
				p.MarkClass = "unread"
			}
		}
	}
	if p.Mark != "" {
		p.MarkX = max(d.x(s.from, s.handset), d.provider+toApp/2)
	}
}

var laneWords = map[lane]string{handsetLane: "handset", providerLane: "provider", callLane: "application", faultLane: "faults"}

// party is who stands at an end of a step, in words.
func (d *drawing) party(l lane, handset sms.Number) string {
	if l == handsetLane && handset != "" {
		return Plain(d.named(handset))
	}
	return laneWords[l]
}

// spoken is the row in words.
func (d *drawing) spoken(p place, s step) string {
	text := fmt.Sprintf("%s, %s", p.Virtual, d.party(s.from, s.handset))
	switch s.shape {
	case arrow:
		text += " to " + d.party(s.to, s.handset)
	case script, jump:
		text = p.Virtual
	}
	text += ": " + p.Full
	if s.answer != "" {
		text += ", answer: " + Plain(s.answer)
	}
	if p.Fault != "" {
		text += ", fault: " + p.Fault
	}
	if p.Evidence > 0 {
		text = fmt.Sprintf("evidence %d: %s", p.Evidence, text)
	}
	if s.shape == ghost {
		text = "only in the passing run: " + p.Full
	}
	if p.Fresh {
		text += ", not in the passing run"
	}
	return text + Plain(p.Label)
}
