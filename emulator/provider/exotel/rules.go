package exotel

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/switchhook/switchhook/emulator/sms"
)

// maxBody is how many characters a text may have.
const maxBody = 2000

func tooLong(body string) bool { return utf8.RuneCountInString(body) > maxBody }

// doom is why a text that is accepted will fail; "" if it need not.
func (c call) doom(shared common, from sender, e entry, to sms.Number, kind string) sms.Reason {
	strict := c.on("dlt") && isIndian(to)
	switch {
	case isLandline(to):
		return sms.NotMobile
	case c.on("blacklist") && c.book.OptedOut(c.account.ID, to, from.line):
		return sms.Refused
	case tooLong(e.body) && strict:
		return failLength
	case tooLong(e.body):
		return failInvalidMessage
	}
	if strict {
		if why := scrub(shared.entity, from.id, e); why != "" {
			return why
		}
	}
	if kind == promotional && isDND(to) {
		return failDND
	}
	return ""
}

// dltEntity is the entity that the DLT platform of the emulator knows.
const dltEntity = "1101000000000000001"

// template is a text that the DLT platform knows.
type template struct {
	id   string
	text string
	fate sms.Reason // what sends under it fail with; "" if it is in use
}

// dltTemplates are all that there are. Each is of the service kind.
var dltTemplates = []template{
	{"1107000000000000001", "Your order {#var#} has shipped", ""},
	{"1107000000000000002", "{#var#} is your verification code.", ""},
	{"1107000000000000003", "We have moved to {#var#}", failTemplateInactive},
	{"1107000000000000004", "You have won {#var#}", failTemplateBlacklist},
}

// numericHeader is the promotional header that the DLT platform knows, beside
// the default sender.
const numericHeader = "600100"

// scrub holds a send against the DLT platform, as operators do.
func scrub(entity, header string, e entry) sms.Reason {
	switch {
	case entity == "":
		return failEntityBlocked
	case entity != dltEntity:
		return failEntityNotFound
	case header != defaultSender && header != numericHeader:
		return failInvalidSender
	case e.template == "" && !matchesTemplate(e.body):
		return failTemplateBlocked
	case e.template == "":
		return ""
	}
	for _, t := range dltTemplates {
		switch {
		case t.id != e.template:
		case t.fate != "":
			return t.fate
		case !t.matches(e.body):
			return failTemplateMismatch
		default:
			return ""
		}
	}
	return failTemplateNotFound
}

// matches compares the fixed text exactly; a variable stands for any text.
func (t template) matches(body string) bool {
	var pattern []string
	for part := range strings.SplitSeq(t.text, "{#var#}") {
		pattern = append(pattern, regexp.QuoteMeta(part))
	}
	return regexp.MustCompile(`^` + strings.Join(pattern, `[\s\S]+`) + `$`).MatchString(body)
}

// matchesTemplate reports whether a template that is in use has the text.
func matchesTemplate(body string) bool {
	for _, t := range dltTemplates {
		if t.fate == "" && t.matches(body) {
			return true
		}
	}
	return false
}

// effectiveType is what a send counts as: what it says, or else what the
// template says whose text it has, or else promotional.
func effectiveType(e entry) string {
	switch {
	case e.smsType != "":
		return e.smsType
	case matchesTemplate(e.body):
		return transactional
	}
	return promotional
}

// nextOpening is when the window for promotional texts opens, or zero if it is
// open or there is none. Windows are hours of the day in India.
func nextOpening(now time.Time, window string) time.Time {
	var from, to int
	switch window {
	case "9-21":
		from, to = 9, 21
	case "10-21":
		from, to = 10, 21
	default:
		return time.Time{}
	}
	local := now.In(ist)
	if hour := local.Hour(); hour >= from && hour < to {
		return time.Time{}
	}
	opening := time.Date(local.Year(), local.Month(), local.Day(), from, 0, 0, 0, ist)
	if !opening.After(local) {
		opening = opening.AddDate(0, 0, 1)
	}
	return opening.UTC()
}
