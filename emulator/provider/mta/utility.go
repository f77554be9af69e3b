package mta

import (
	"encoding/json"
	"net/http"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// checked is one recipient of POST /send/validate-recipients.
type checked struct {
	Number     json.RawMessage `json:"number,omitempty"`
	Email      json.RawMessage `json:"email,omitempty"`
	ExternalID json.RawMessage `json:"externalId,omitempty"`
	Error      string          `json:"error,omitempty"`
}

// validateRecipients is POST /send/validate-recipients.
func validateRecipients(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	var list []checked
	f.read("recipients", &list, "must be an array of objects")
	optedOut := f.flag("validateUnsubscribes")
	if len(list) == 0 {
		f.complain("recipients", "is required")
	}
	if err := f.err(); err != nil {
		return err
	}
	data := struct {
		Valid   []checked `json:"validRecipients"`
		Invalid []checked `json:"invalidRecipients"`
	}{[]checked{}, []checked{}}
	for _, c := range list {
		if c.Error = c.fault(net.Book(), account.ID, optedOut); c.Error == "" {
			data.Valid = append(data.Valid, c)
		} else {
			data.Invalid = append(data.Invalid, c)
		}
	}
	say(w, "", data)
	return nil
}

// fault is what is wrong with a recipient; "" if nothing is.
func (c checked) fault(book provider.Book, account string, optedOut bool) string {
	if len(c.Number) == 0 {
		var mail string
		if json.Unmarshal(c.Email, &mail) != nil || !mailLike(mail) {
			return "Invalid email address"
		}
		return ""
	}
	text, ok := phoneText(c.Number)
	n, kind := readPhone(text)
	switch {
	case !ok, kind == noPhone, kind == badPhone:
		return "Invalid phone number"
	case kind == foreign:
		return "International numbers are not supported"
	case optedOut && book.OptedOut(account, n, ""):
		return "Subscriber is unsubscribed"
	}
	return ""
}

// shortenMessage is POST /send/shorten-message: each link of a text becomes a short one.
func shortenMessage(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	text := f.needed("message")
	if err := f.err(); err != nil {
		return err
	}
	var made []*record[shortLink]
	var changes []sms.Change
	for _, long := range webLink.FindAllString(text, -1) {
		l := draft(kindLink, account.ID, shortLink{long, instant(net.Book().Now())})
		made, changes = append(made, &l), append(changes, l.change())
	}
	if len(changes) > 0 {
		if err := net.Do(changes...); err != nil {
			return err
		}
	}
	ids := []ref{}
	text = webLink.ReplaceAllStringFunc(text, func(string) string {
		id := made[len(ids)].id()
		ids = append(ids, id)
		return shortURL(net.Context(), id)
	})
	say(w, "", struct {
		Message string `json:"message"`
		LinkIDs []ref  `json:"linkIds"`
	}{text, ids})
	return nil
}

// estimate reads a send that is not to be made.
func estimate(net provider.Network, r *http.Request) (o order, texted int, err *sms.Error) {
	f, err := readForm(r)
	if err != nil {
		return o, 0, err
	}
	if err := o.read(f, net); err != nil {
		return o, 0, err
	}
	all, _ := o.targets(net.Book())
	return o, len(all), nil
}

// What a message costs.
const (
	creditsSMS = 1
	creditsMMS = 3
)

// sendCost is POST /send/cost.
func sendCost(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	o, texted, err := estimate(net, r)
	if err != nil {
		return err
	}
	each := creditsSMS
	if o.isMMS() {
		each = creditsMMS
	}
	say(w, "", struct {
		Recipients int `json:"recipients"`
		Credits    int `json:"credits"`
	}{texted, texted * each})
	return nil
}

// throughput is how many messages a minute a kind of number sends.
var throughput = map[sms.LineKind]int{sms.TollFree: 1200, sms.LongCode: 150, sms.ShortCode: 21000}

// messagingSpeeds is POST /send/messaging-speeds.
func messagingSpeeds(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	o, texted, err := estimate(net, r)
	if err != nil {
		return err
	}
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	line, ok := net.Book().Line(account.ID, string(o.Line))
	if !ok && len(account.Lines) > 0 {
		line = account.Lines[0]
	}
	rate, ok := throughput[line.Kind]
	if !ok {
		rate = throughput[sms.LongCode]
	}
	say(w, "", struct {
		Recipients int `json:"recipients"`
		PerMinute  int `json:"messagesPerMinute"`
		Seconds    int `json:"estimatedSeconds"`
	}{texted, rate, (texted*60 + rate - 1) / rate})
	return nil
}
