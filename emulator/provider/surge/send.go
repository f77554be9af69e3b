package surge

import (
	"net/http"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// sendMessage is POST /accounts/{account_id}/messages.
func sendMessage(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := openAccount(net, r)
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	out, short, err := outbound(net, account, in)
	if err != nil {
		return err
	}
	m, err := sendShortened(net, out, short, net.Context().Request)
	if err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusCreated, messageView(m, net.Book(), net.Context()))
	return nil
}

// outbound reads a send request. Complaints about fields come before anything
// that has a slug of its own. short says whether links are to be shortened.
func outbound(net provider.Network, account sms.Account, in object) (out sms.Outbound, short bool, err *sms.Error) {
	f := newForm(in)
	out, badMedia := f.content(net, account)
	out.Metadata = f.metadata(setting(net.Context(), "metadata") == "strings")
	from := f.recipient(net, &out)
	short = f.linkShortening(shortens(net.Context()))
	if err := f.errOf(net, out, badMedia); err != nil {
		return out, short, err
	}
	line, err := sendingLine(net, account, from)
	if out.Conversation == "" {
		out.Line = line
	}
	return out, short, err
}

// content reads what messages and blasts have in common. The second result is
// about a type of attachment that carriers refuse.
func (f form) content(net provider.Network, account sms.Account) (sms.Outbound, *sms.Error) {
	out := sms.Outbound{
		Account: account.ID,
		Body:    f.text("body"),
		SendAt:  f.sendAt(net.Book().Now(), setting(net.Context(), "past_send_at") == "refuse"),
	}
	media, badMedia := f.attachments()
	out.Media = media
	silent := strings.TrimSpace(out.Body) == "" && !f.filled("attachments")
	if silent && f.complaints["body"] == nil && !lenient(net) {
		f.complain("body", blank)
	}
	return out, badMedia
}

// errOf is the first thing that is wrong with what was read: a field, an
// attachment, the links.
func (f form) errOf(net provider.Network, out sms.Outbound, badMedia *sms.Error) *sms.Error {
	if err := f.err(); err != nil {
		return err
	}
	if badMedia != nil {
		return badMedia
	}
	return checkLinks(out.Body, count(net.Context(), "max_links", 0))
}

// maxAhead is how far in the future a message may be scheduled.
const maxAhead = 65 * 24 * time.Hour

// sendAt reads an instant; zero means at once, which is also what a past one
// means unless it is to be refused.
func (f form) sendAt(now time.Time, refusePast bool) time.Time {
	const name = "send_at"
	text := f.text(name)
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		f.complain(name, wrong)
	case at.Sub(now) > maxAhead:
		f.complain(name, "must be within 65 days from now")
	case !at.After(now) && refusePast:
		f.complain(name, "must be in the future")
	case at.After(now):
		return at
	}
	return time.Time{}
}

// linkShortening reads settings.link_shortening, which overrides what holds for
// the account.
func (f form) linkShortening(usual bool) bool {
	settings, ok := f.inner("settings")
	if !ok || !settings.given("link_shortening") {
		return usual
	}
	switch settings.text("link_shortening") {
	case "enabled":
		return true
	case "disabled":
	default:
		settings.complainOnce("link_shortening", wrong)
	}
	return false
}

// sendingLine finds the number that from, an id or a number, names; "" leaves
// the choice to the network. A demo key may only use the demo number, which is
// also its default.
func sendingLine(net provider.Network, account sms.Account, from string) (sms.Number, *sms.Error) {
	c := net.Context()
	if from == "" && c.Trial {
		for _, l := range account.Lines {
			if l.Kind == sms.DemoLine {
				return l.Number, nil
			}
		}
		return "", sms.Fail(sms.NoLine, "")
	}
	if from == "" {
		return "", nil
	}
	line, ok := net.Book().Line(account.ID, from)
	if !ok {
		made, err := touchLineOf(net, account, from)
		if err != nil {
			return "", err
		}
		line = made
	}
	switch {
	case c.Trial && line.Kind != sms.DemoLine:
		return "", sms.Fail(sms.DemoCredential, "A demo API key may only send from the demo phone number.")
	}
	return line.Number, nil
}
