package surge

import (
	"regexp"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// render replaces the three tokens in one pass, so that a name which looks like
// a token stays as it is. Other braces are ordinary text.
func render(body string, to sms.Contact) string {
	return strings.NewReplacer(
		"{first_name}", to.FirstName,
		"{last_name}", to.LastName,
		"{full_name}", strings.TrimSpace(to.FirstName+" "+to.LastName),
	).Replace(body)
}

// maxLink is the longest link, in bytes.
const maxLink = 1000

var link = regexp.MustCompile(`(?i)https?://\S+`)

// checkLinks holds both rules that go by the name of link_size_limit: no link
// over 1,000 bytes, and no more than most links in all (0: any number).
func checkLinks(body string, most int) *sms.Error {
	links := link.FindAllString(body, -1)
	for _, l := range links {
		if len(l) > maxLink {
			return sms.Fail(sms.Links, "The message has a link of more than 1,000 bytes.")
		}
	}
	if most > 0 && len(links) > most {
		return sms.Fail(sms.Links, "The message has too many links.")
	}
	return nil
}
