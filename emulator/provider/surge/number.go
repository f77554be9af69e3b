package surge

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// phoneNumber is a number as its operations and webhooks show it; a REST
// message shows less (line).
type phoneNumber struct {
	ID         string       `json:"id"`
	Number     string       `json:"number"`
	Type       string       `json:"type"`
	Name       *string      `json:"name"`
	Campaign   *campaignRef `json:"campaign"`
	CampaignID *string      `json:"campaign_id"` // deprecated
}

type campaignRef struct {
	ID     string `json:"id"`
	Status string `json:"attachment_status"`
}

// The life of an attachment.
const (
	attached          = "attached"
	attachmentPending = "attachment_pending"
)

// held is the Extra of a line: what only Surge knows of it.
type held struct {
	Account  string `json:"account"`
	Campaign string `json:"campaign,omitempty"`
	Status   string `json:"status,omitempty"`
}

// heldOf reads the Extra of a line. One that was not bought here has none.
func heldOf(l sms.Line) (h held) {
	if json.Unmarshal(l.Extra, &h) != nil {
		return held{}
	}
	return h
}

// inCampaign is the line as part of a campaign; "" and "" is of none.
func inCampaign(l sms.Line, account, campaign, status string) sms.Line {
	l.Extra = provider.EncodeJSON(held{account, campaign, status})
	return l
}

func numberView(l sms.Line) phoneNumber {
	v := phoneNumber{ID: l.ID, Number: string(l.Number), Type: lineTypes[l.Kind], Name: optional(l.Name)}
	if h := heldOf(l); h.Status != "" {
		v.Campaign = &campaignRef{h.Campaign, h.Status}
		v.CampaignID = optional(h.Campaign)
	}
	return v
}

// ownNumbers are the lines that an account bought, newest first. The demo
// number is shared, so it is not listed.
func ownNumbers(a sms.Account) []sms.Line {
	own := slices.DeleteFunc(slices.Clone(a.Lines), func(l sms.Line) bool { return l.Kind == sms.DemoLine })
	slices.Reverse(own)
	return own
}

// ownerOf finds a line by its id, in whichever account.
func ownerOf(net provider.Network, id string) (sms.Account, sms.Line, *sms.Error) {
	book := net.Book()
	l, ok := book.Line("", id)
	if !ok {
		return touchLine(net, id)
	}
	if l.ID != id || l.Kind == sms.DemoLine || l.Kind == poolLine {
		return sms.Account{}, sms.Line{}, sms.Fail(sms.NotFound, "")
	}
	if a, ok := book.Account(heldOf(l).Account); ok {
		return a, l, nil
	}
	for a := range allAccounts(book) {
		if _, ok := book.Line(a.ID, id); ok {
			return a, l, nil
		}
	}
	return sms.Account{}, sms.Line{}, sms.Fail(sms.NotFound, "")
}

// replace is the account with another line in the place of the one of that id.
func replace(a sms.Account, l sms.Line) sms.Account {
	a.Lines = slices.Clone(a.Lines)
	for i := range a.Lines {
		if a.Lines[i].ID == l.ID {
			a.Lines[i] = l
		}
	}
	return a
}

// listNumbers is GET /accounts/{account_id}/phone_numbers.
func listNumbers(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net, r)
	if err != nil {
		return err
	}
	find := func(p sms.Page) (sms.Slice[sms.Line], bool) {
		return cut(ownNumbers(account), p, func(l sms.Line) string { return l.ID })
	}
	return answerPage(net, w, r, find, func(l sms.Line) (string, phoneNumber) { return l.ID, numberView(l) })
}

// cut is a page of a list that is all at hand, in its order.
func cut[T any](all []T, p sms.Page, id func(T) string) (sms.Slice[T], bool) {
	from, to := 0, min(p.Limit, len(all))
	if anchor := p.After + p.Before; anchor != "" {
		at := slices.IndexFunc(all, func(v T) bool { return id(v) == anchor })
		if at < 0 {
			return sms.Slice[T]{}, false
		}
		from, to = at+1, min(at+1+p.Limit, len(all))
		if p.Before != "" {
			from, to = max(0, at-p.Limit), at
		}
	}
	return sms.Slice[T]{Items: all[from:to], Total: len(all), Earlier: from > 0, Further: to < len(all)}, true
}

// showNumber is GET /phone_numbers/{id}.
func showNumber(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	_, l, err := ownerOf(net, r.PathValue("id"))
	if err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusOK, numberView(l))
	return nil
}

// openNumber finds a number that may still be changed.
func openNumber(net provider.Network, r *http.Request) (sms.Account, sms.Line, *sms.Error) {
	account, l, err := ownerOf(net, r.PathValue("id"))
	if err == nil {
		err = notArchived(net.Book(), account.ID)
	}
	return account, l, err
}

// changeNumber is PATCH /phone_numbers/{id}: what is left out stays; a null
// campaign detaches.
func changeNumber(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	changing.Lock()
	defer changing.Unlock()
	account, l, err := openNumber(net, r)
	if err != nil {
		return err
	}
	body, err := readObject(r)
	if err != nil {
		return err
	}
	f, before := newForm(body), heldOf(l)
	if f.has("name") {
		l.Name = f.text("name")
	}
	if f.has("campaign_id") {
		l = f.attach(net, account.ID, l)
	}
	if err := f.err(); err != nil {
		return err
	}
	account = replace(account, l)
	changes := []sms.Change{&account}
	if now := heldOf(l); now.Status == attached && now != before {
		changes = append(changes, aboutNumber(attachedToCampaign, account.ID, l))
	}
	if err := net.Do(changes...); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusOK, numberView(l))
	return nil
}

// attach reads campaign_id. Only a local number can be in a campaign; one that
// is not active yet takes its numbers when it becomes so.
func (f form) attach(net provider.Network, account string, l sms.Line) sms.Line {
	const name = "campaign_id"
	id := f.text(name)
	if id == "" {
		return inCampaign(l, account, "", "")
	}
	d, body, err := documentOf[campaign](net, kindCampaign, id)
	switch {
	case err != nil || !ours(net, account, d.Account):
		f.complainOnce(name, noSuch)
	case l.Kind != sms.LongCode || body.Status == canceled || body.Status == deactivated:
		f.complain(name, wrong)
	case body.Status == active:
		return inCampaign(l, account, id, attached)
	}
	return inCampaign(l, account, id, attachmentPending)
}

// aboutNumber is an event whose data is a number.
func aboutNumber(t sms.EventType, account string, l sms.Line) *sms.Event {
	return &sms.Event{Type: t, Provider: vendor, Account: account, Line: &l}
}

// releaseNumber is DELETE /phone_numbers/{id}.
func releaseNumber(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	changing.Lock()
	defer changing.Unlock()
	account, l, err := openNumber(net, r)
	if err != nil {
		return err
	}
	account.Lines = slices.DeleteFunc(slices.Clone(account.Lines), func(other sms.Line) bool { return other.ID == l.ID })
	if err := net.Do(&account); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusOK, numberView(l))
	return nil
}
