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
	account, err := accountOf(net, r)
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	out, err := outbound(net, account, in)
	if err != nil {
		return err
	}
	m, err := net.Send(out)
	if err != nil {
		return err
	}
	write(w, http.StatusCreated, messageView(m, net.Book(), net.Context()))
	return nil
}

// accountOf finds the account in the path.
func accountOf(net provider.Network, r *http.Request) (sms.Account, *sms.Error) {
	account, ok := net.Book().Account(r.PathValue("account_id"))
	if !ok {
		return account, sms.Fail(sms.AccountNotFound, "")
	}
	return account, nil
}

// outbound reads a send request. Complaints about fields come before anything
// that has a slug of its own.
func outbound(net provider.Network, account sms.Account, in object) (sms.Outbound, *sms.Error) {
	c, book, f := net.Context(), net.Book(), newForm(in)
	out := sms.Outbound{
		Account:  account.ID,
		Body:     f.text("body"),
		Metadata: f.metadata(setting(c, "metadata") == "strings"),
		SendAt:   f.sendAt(book.Now(), setting(c, "past_send_at") == "refuse"),
	}
	media, badMedia := f.attachments()
	out.Media = media
	from := f.recipient(book, c, &out)
	f.linkShortening()
	if strings.TrimSpace(out.Body) == "" && !f.filled("attachments") && f.complaints["body"] == nil {
		f.complain("body", blank)
	}
	if err := f.err(); err != nil {
		return out, err
	}
	if badMedia != nil {
		return out, badMedia
	}
	if err := checkLinks(out.Body, count(c, "max_links", 0)); err != nil {
		return out, err
	}
	line, err := sendingLine(book, c, account, from)
	if out.Conversation == "" {
		out.Line = line
	}
	return out, err
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

// linkShortening checks settings.link_shortening, which has no effect yet.
func (f form) linkShortening() {
	settings, ok := f.inner("settings")
	if !ok || !settings.given("link_shortening") {
		return
	}
	switch settings.text("link_shortening") {
	case "enabled", "disabled":
	default:
		settings.complainOnce("link_shortening", wrong)
	}
}

// sendingLine finds the number that from, an id or a number, names; "" leaves
// the choice to the network. A demo key may only use the demo number, which is
// also its default.
func sendingLine(book provider.Book, c provider.Context, account sms.Account, from string) (sms.Number, *sms.Error) {
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
	line, ok := book.Line(account.ID, from)
	switch {
	case !ok:
		return "", sms.Fail(sms.LineNotFound, "")
	case c.Trial && line.Kind != sms.DemoLine:
		return "", sms.Fail(sms.DemoCredential, "A demo API key may only send from the demo phone number.")
	}
	return line.Number, nil
}
