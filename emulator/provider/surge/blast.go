package surge

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// blast is the body of a kindBlast document.
type blast struct {
	To      []string    `json:"to"` // numbers and ids of contacts and audiences
	Line    sms.Number  `json:"line,omitempty"`
	Body    string      `json:"body,omitempty"`
	Media   []sms.Media `json:"media,omitempty"`
	Name    *string     `json:"name"`
	SendAt  *string     `json:"send_at"`
	Done    bool        `json:"done,omitempty"`
	Sent    int         `json:"sent"`
	Skipped int         `json:"skipped"` // opted out, or blocked by hand
	Refused int         `json:"refused"` // by the network, for any other reason
}

// blastInfo is the blast as the answer shows it.
type blastInfo struct {
	ID          string    `json:"id"`
	Attachments []fileRef `json:"attachments"`
	Body        *string   `json:"body"`
	Name        *string   `json:"name"`
	SendAt      *string   `json:"send_at"`
}

type fileRef struct {
	URL string `json:"url"`
}

func blastView(id string, b blast) blastInfo {
	v := blastInfo{ID: id, Attachments: []fileRef{}, Body: optional(b.Body), Name: b.Name, SendAt: b.SendAt}
	for _, m := range b.Media {
		v.Attachments = append(v.Attachments, fileRef{m.URL})
	}
	return v
}

// sendBlast is POST /accounts/{account_id}/blasts. One that is not scheduled
// is sent before the answer is written.
func sendBlast(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := openAccount(net, r)
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	body, out, err := readBlast(net, account, in)
	if err != nil {
		return err
	}
	d := document(kindBlast, account.ID, body)
	d.Due = out.SendAt
	if err := net.Do(&d); err != nil {
		return err
	}
	if out.SendAt.IsZero() {
		expand(net, d)
	}
	provider.WriteJSON(w, http.StatusCreated, blastView(d.ID, body))
	return nil
}

func readBlast(net provider.Network, account sms.Account, in object) (blast, sms.Outbound, *sms.Error) {
	if len(in) == 0 && lenient(net) { // the schema requires nothing, and so do the SDKs' own tests
		return blast{}, sms.Outbound{}, nil
	}
	f := newForm(in)
	out, badMedia := f.content(net, account)
	b := blast{To: f.addressees(net, account.ID), Body: out.Body, Media: out.Media}
	f.keep("name", &b.Name)
	if at := instant(out.SendAt); !out.SendAt.IsZero() {
		b.SendAt = &at
	}
	from := f.text("from")
	if err := f.errOf(net, out, badMedia); err != nil {
		return b, out, err
	}
	line, err := sendingLine(net, account, from)
	b.Line = line
	if err == nil && line == "" && len(account.Lines) == 0 {
		err = sms.Fail(sms.NoLine, "")
	}
	return b, out, err
}

// addressees reads whom a blast goes to: to, and the deprecated contacts and
// segments.
func (f form) addressees(net provider.Network, account string) []string {
	var all []string
	for _, name := range []string{"to", "contacts", "segments"} {
		for _, who := range f.references(name) {
			if !reachable(net, account, who) {
				f.complainOnce(name, who+" "+noSuch)
			}
			all = append(all, who)
		}
	}
	if len(all) == 0 {
		f.complainOnce("to", blank)
	}
	return all
}

// references reads a list whose items are texts, or objects with an id or a
// phone_number.
func (f form) references(name string) (all []string) {
	if !f.given(name) {
		return nil
	}
	var items []json.RawMessage
	if json.Unmarshal(f.object[name], &items) != nil {
		f.complain(name, wrong)
		return nil
	}
	for _, item := range items {
		var text string
		var ref struct {
			ID     string `json:"id"`
			Number string `json:"phone_number"`
		}
		switch {
		case json.Unmarshal(item, &text) == nil && text != "":
			all = append(all, text)
		case json.Unmarshal(item, &ref) == nil && ref.ID+ref.Number != "":
			all = append(all, orElse(ref.ID, ref.Number))
		default:
			f.complainOnce(name, wrong)
		}
	}
	return all
}

func orElse(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

// reachable reports whether a blast can go to a number or an id.
func reachable(net provider.Network, account, who string) bool {
	switch {
	case strings.HasPrefix(who, prefixes[sms.KindContact]):
		_, ok := contactByID(net, account, who)
		return ok
	case strings.HasPrefix(who, prefixes[kindAudience]), strings.HasPrefix(who, segmentPrefix):
		d, err := audienceOf(net, who)
		return err == nil && ours(net, account, d.Account)
	}
	return sms.Number(who).Valid()
}

// expand sends a blast to all who are in its audiences now, each number once.
func expand(net provider.Network, d sms.Document) {
	b, ok := read[blast](d)
	if !ok || b.Done || notArchived(net.Book(), d.Account) != nil {
		return
	}
	b.Done = true
	d = with(d, b)
	if net.Do(&d) != nil {
		return
	}
	line := b.Line
	if account, _ := net.Book().Account(d.Account); line == "" && len(account.Lines) > 0 {
		line = account.Lines[0].Number
	}
	for i, to := range recipients(net, d.Account, b.To) {
		if who, ok := net.Book().ContactOf(d.Account, to); ok && who.Disabled || net.Book().OptedOut(d.Account, to, line) {
			b.Skipped++
			continue
		}
		out := sms.Outbound{Account: d.Account, Handset: to, Line: line, Body: b.Body, Media: slices.Clone(b.Media), Batch: d.ID}
		if _, err := sendShortened(net, out, shortens(net.Context()), d.ID+" "+strconv.Itoa(i)); err != nil {
			b.Refused++
			continue
		}
		b.Sent++
	}
	d = with(d, b)
	_ = net.Do(&d)
}

// recipients are the numbers behind a list, in its order, each once.
func recipients(net provider.Network, account string, list []string) (all []sms.Number) {
	seen := map[sms.Number]bool{}
	add := func(n sms.Number) {
		if n.Valid() && !seen[n] {
			seen[n], all = true, append(all, n)
		}
	}
	for _, who := range list {
		switch {
		case strings.HasPrefix(who, prefixes[sms.KindContact]):
			c, _ := contactByID(net, account, who)
			add(c.Number)
		case strings.HasPrefix(who, prefixes[kindAudience]), strings.HasPrefix(who, segmentPrefix):
			for _, n := range members(net, who) {
				add(n)
			}
		default:
			add(sms.Number(who))
		}
	}
	return all
}

// members are the numbers of an audience, in the order in which they joined.
func members(net provider.Network, id string) (all []sms.Number) {
	group, err := audienceOf(net, id)
	if err != nil {
		return nil
	}
	for d := range documentsOf(net.Book(), kindMember, group.ID) {
		in, _ := read[member](d)
		who, _ := net.Book().Contact(in.Contact)
		all = append(all, who.Number)
	}
	slices.Reverse(all)
	return all
}
