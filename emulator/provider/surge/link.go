package surge

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// shortLink is the body of a kindLink document.
type shortLink struct {
	Code    string `json:"code"`
	URL     string `json:"url"` // the original
	Message string `json:"message"`
}

// shortens reports whether links are shortened where a message does not say.
func shortens(c provider.Context) bool { return setting(c, "link_shortening") == "on" }

// sendShortened sends a message, with its links shortened if so wished. words
// tell the message from all others of the sandbox.
func sendShortened(net provider.Network, out sms.Outbound, on bool, words string) (sms.Message, *sms.Error) {
	var links []shortLink
	if on {
		out.Body, links = shorten(net.Context(), out.Body, words)
	}
	m, err := net.Send(out)
	if err != nil || len(links) == 0 {
		return m, err
	}
	var changes []sms.Change
	for _, l := range links {
		l.Message = m.ID
		d := document(kindLink, out.Account, l, l.Code)
		changes = append(changes, &d)
	}
	return m, net.Do(changes...)
}

// shorten replaces each link. One that holds a token for a name stays: what it
// leads to is not known before the message is sent.
func shorten(c provider.Context, body, words string) (string, []shortLink) {
	var all []shortLink
	short := link.ReplaceAllStringFunc(body, func(found string) string {
		target := strings.TrimRight(found, ".,;:!?)]}'\"")
		if strings.ContainsAny(target, "{}") {
			return found
		}
		l := shortLink{Code: letters(c.Draw("link " + words + " " + strconv.Itoa(len(all)))), URL: target}
		all = append(all, l)
		return c.Base + "/l/" + l.Code + found[len(target):]
	})
	return short, all
}

// letters turns chance into the seven letters of a short link.
func letters(drawn [16]byte) string {
	code := make([]byte, 7)
	for i := range code {
		code[i] = 'a' + drawn[i]%26
	}
	return string(code)
}

// linkOf finds a short link by its code.
func linkOf(book provider.Book, code string) (sms.Document, shortLink, bool) {
	d, ok := book.Document(kindLink, code)
	if !ok {
		return d, shortLink{}, false
	}
	l, ok := read[shortLink](d)
	return d, l, ok && l.Code == code
}

// holdsLink opens a short link to whoever has it.
func holdsLink(book provider.Book, r *http.Request) bool {
	_, _, ok := linkOf(book, r.PathValue("code"))
	return ok
}

// followLink is GET /l/{code}: a redirect, of which the first one is told.
func followLink(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	book := net.Book()
	d, l, ok := linkOf(book, r.PathValue("code"))
	if !ok {
		return sms.Fail(sms.NotFound, "")
	}
	first := sms.Document{Provider: vendor, Account: d.Account, Kind: kindClick, Keys: []string{d.ID}, New: true}
	e := vendorEvent(linkFollowed, &d)
	if m, ok := book.Message(l.Message); ok {
		who, _ := book.Contact(m.Contact)
		on, _ := book.Line(m.Account, string(m.Line))
		m.Next = nil
		e.Message, e.Contact, e.Line, e.Handset = &m, &who, &on, m.Handset
	}
	// On Taken the link was followed before, and there is nothing to tell.
	if err := net.Do(&first, e); err != nil && err.Code != sms.Taken {
		return err
	}
	w.Header().Set("Location", l.URL)
	w.WriteHeader(http.StatusFound)
	return nil
}
