package mta

import (
	"slices"
	"strings"
	"time"
)

// How often a scheduled message is sent.
const (
	custom   = -1
	never    = 0
	daily    = 1
	weekly   = 2
	biweekly = 3
	monthly  = 4
	annually = 5
)

const day = 24 * time.Hour

// repeat says how a scheduled message comes again.
type repeat struct {
	Frequency int            `json:"frequency"`
	Type      string         `json:"type,omitempty"` // week or month
	Days      []time.Weekday `json:"days,omitempty"`
}

// readRepeat reads the field repeat; nil if there is none.
func readRepeat(f *form) *repeat {
	var inner object
	f.read("repeat", &inner, "must be an object")
	if inner == nil {
		return nil
	}
	in := &form{object: inner}
	r := repeat{Type: in.text("type")}
	if in.given("frequency") {
		r.Frequency = in.number("frequency", custom, annually)
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if in.flag(strings.ToLower(d.String())) {
			r.Days = append(r.Days, d)
		}
	}
	if r.Type != "" && r.Type != "week" && r.Type != "month" {
		in.complain("type", "must be week or month")
	}
	if err := in.err(); err != nil {
		f.complain("repeat", err.Detail)
	}
	return &r
}

// names are the days in the vendor's words.
func (r repeat) names() []string {
	names := []string{} // never null
	for _, d := range r.Days {
		names = append(names, strings.ToLower(d.String()))
	}
	return names
}

// next is when the order is due after its present date; false if never.
func (o order) next() (time.Time, bool) {
	if o.Repeat == nil || o.Date.IsZero() {
		return time.Time{}, false
	}
	next := o.Repeat.after(o.First, o.Date)
	return next, !next.IsZero() && next.Year() < 9999
}

// after is the next date of a series that began with first and has come to last.
func (r repeat) after(first, last time.Time) time.Time {
	switch {
	case r.Frequency == daily:
		return last.Add(day)
	case r.Frequency == biweekly:
		return last.Add(14 * day)
	case r.Frequency == annually:
		return afterMonths(first, last, 12)
	case r.Frequency == monthly, r.Frequency == custom && r.Type == "month":
		return afterMonths(first, last, 1)
	case r.Frequency == weekly, r.Frequency == custom:
		return r.nextDay(last)
	}
	return time.Time{}
}

// nextDay is the next of the days of the week; a week later if none is given.
func (r repeat) nextDay(last time.Time) time.Time {
	for n := 1; n < 7; n++ {
		if at := last.Add(time.Duration(n) * day); slices.Contains(r.Days, at.Weekday()) {
			return at
		}
	}
	return last.Add(7 * day)
}

// afterMonths is the first date after last that is a number of steps of months
// from first. In a month that is too short it is the last day.
func afterMonths(first, last time.Time, step int) time.Time {
	months := (last.Year()-first.Year())*12 + int(last.Month()-first.Month())
	for k := months / step * step; ; k += step {
		at := first.AddDate(0, k, 0)
		if at.Day() != first.Day() { // it ran into the month that follows
			at = at.AddDate(0, 0, -at.Day())
		}
		if at.After(last) {
			return at
		}
	}
}
