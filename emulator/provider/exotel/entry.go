package exotel

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// most is how many recipients one request may have.
const most = 100

// entry is one recipient of a send with what is meant for it.
type entry struct {
	to       string // as given
	body     string
	from     string
	smsType  string
	template string // DLT template id
}

// recipients reads To in every form that clients write: once, repeated, with
// commas, To[] and To[n]. plural says that it was any but the first, which
// makes the answer an array.
func (f fields) recipients() (all []string, plural bool) {
	for _, value := range f["To"] {
		parts := strings.Split(value, ",")
		plural = plural || len(parts) > 1
		all = append(all, parts...)
	}
	plural = plural || len(f["To"]) > 1
	if listed, ok := f["To[]"]; ok {
		all, plural = append(all, listed...), true
	}
	numbered := map[int][]string{}
	for name, values := range f {
		if match := numberedTo.FindStringSubmatch(name); match != nil {
			index, _ := strconv.Atoi(match[1])
			numbered[index] = append(numbered[index], values...)
			plural = true
		}
	}
	for _, index := range slices.Sorted(maps.Keys(numbered)) {
		all = append(all, numbered[index]...)
	}
	if !plural && len(all) == 1 && strings.TrimSpace(all[0]) == "" {
		return nil, false
	}
	return all, plural
}

// Indices are short enough to be integers everywhere.
var (
	numberedTo   = regexp.MustCompile(`^To\[([0-9]{1,6})\]$`)
	entryField   = regexp.MustCompile(`^Messages?\[([0-9]{1,6})\]\[([A-Za-z]+)\]$`)
	arrayInField = regexp.MustCompile(`^Messages?\[[0-9]{1,6}\]\[[A-Za-z]+\]\[`)
	anyEntry     = regexp.MustCompile(`^Messages?($|\[)`)
)

// entries reads Messages[N][Field], in the order of N; gaps do not matter.
// Message[N][Field] is what the vendor's own MCP server sends.
func (f fields) entries() ([]entry, *sms.Error) {
	byIndex := map[int]*entry{}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		match := entryField.FindStringSubmatch(name)
		switch {
		case match != nil:
			index, _ := strconv.Atoi(match[1])
			if byIndex[index] == nil {
				byIndex[index] = &entry{}
			}
			byIndex[index].set(match[2], f.optional(name))
		case arrayInField.MatchString(name):
			return nil, fail(40207)
		case anyEntry.MatchString(name):
			return nil, fail(40208)
		}
	}
	switch {
	case len(byIndex) == 0:
		return nil, fail(40201)
	case len(byIndex) > most:
		return nil, fail(40400)
	}
	var all []entry
	for _, index := range slices.Sorted(maps.Keys(byIndex)) {
		all = append(all, *byIndex[index])
	}
	return all, nil
}

// set fills in a field; others are ignored.
func (e *entry) set(name, value string) {
	switch name {
	case "To":
		e.to = value
	case "Body":
		e.body = value
	case "From":
		e.from = value
	case "SmsType":
		e.smsType = value
	case "DltTemplateId":
		e.template = value
	}
}

// sender is what a message is sent from.
type sender struct {
	line sms.Number // "" is the account's default ExoPhone
	id   string
}

var (
	letterID = regexp.MustCompile(`^[A-Za-z0-9]{3,16}$`)
	digitID  = regexp.MustCompile(`^[0-9]{6}$`)
)

// senderOf reads From: an ExoPhone of the account, a sender id with letters, or
// a numeric header of six digits.
func (c call) senderOf(from string) (sender, *sms.Error) {
	switch {
	case strings.TrimSpace(from) == "":
		return sender{}, fail(40205)
	case digitID.MatchString(from), letterID.MatchString(from) && !only(from, digits):
		return sender{id: from}, nil
	}
	if n, ok := readNumber(from); ok {
		if line, ok := c.book.Line(c.account.ID, string(n)); ok {
			return sender{line: line.Number, id: defaultSender}, nil
		}
	}
	if c.setting("unknown_from") == "default" {
		return sender{id: defaultSender}, nil
	}
	return sender{}, fail(40206, fmt.Sprintf("The account has no sender %q.", from))
}

// checkType holds a sender against the SmsType that the request names; an
// ExoPhone fits every type.
func (s sender) checkType(smsType string) *sms.Error {
	switch smsType {
	case "":
		return nil
	case promotional, transactional, transactionalOptIn:
	default:
		return fail(40204)
	}
	if s.line == "" && digitID.MatchString(s.id) != (smsType == promotional) {
		return fail(40206)
	}
	return nil
}

// checkAccount holds a sender against the kinds of account that may not send
// from just any: a promotional one sends from digits, an international one not.
func (s sender) checkAccount(kind string) *sms.Error {
	numeric := digitID.MatchString(s.id)
	switch {
	case kind == "promotional" && !numeric:
		return fail(40300)
	case kind == "international" && numeric:
		return fail(40301)
	}
	return nil
}
