package exotel

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// exophone is a number of the account. A list leaves out the URLs.
type exophone struct {
	Sid          string       `json:"sid"`
	PhoneNumber  string       `json:"phone_number"`
	FriendlyName string       `json:"friendly_name"`
	Capabilities capabilities `json:"capabilities"`
	Country      string       `json:"country"`
	Region       string       `json:"region"`
	*flowURLs
	RentalPrice string `json:"rental_price,omitempty"`
	Currency    string `json:"currency,omitempty"`
}

type capabilities struct {
	Voice bool `json:"voice"`
	SMS   bool `json:"sms"`
}

// flowURLs are what only Exotel knows of a number. They are kept and shown; the
// emulator runs no flows.
type flowURLs struct {
	VoiceURL string `json:"voice_url"`
	SMSURL   string `json:"sms_url"`
}

// region is a telecom circle and the area code of its landlines.
type region struct{ name, area string }

// regions begins with the default one.
var regions = []region{{"DL", "11"}, {"KA", "80"}, {"MH", "22"}, {"TN", "44"}, {"WB", "33"}}

// regionOf guesses the circle from the area code.
func regionOf(n sms.Number) string {
	for _, r := range regions {
		if strings.HasPrefix(string(n), india+r.area) {
			return r.name
		}
	}
	return regions[0].name
}

func exophoneView(l sms.Line) exophone {
	name := l.Name
	if name == "" {
		name = national(l.Number)
	}
	return exophone{
		Sid: l.ID, PhoneNumber: string(l.Number), FriendlyName: name,
		Capabilities: capabilities{Voice: true, SMS: true}, Country: "IN", Region: regionOf(l.Number),
	}
}

// exophoneList is a page of numbers, counted from 0.
type exophoneList struct {
	Page     int        `json:"page"`
	PageSize int        `json:"page_size"`
	Uri      string     `json:"uri"`
	First    string     `json:"first_page_uri"`
	Next     *string    `json:"next_page_uri"`
	Previous *string    `json:"previous_page_uri"`
	Numbers  []exophone `json:"incoming_phone_numbers"`
}

// listExophones is GET …/IncomingPhoneNumbers.
func listExophones(c call) *sms.Error {
	page, size := 0, pageSize
	query := c.r.URL.Query()
	for name, place := range map[string]*int{"Page": &page, "PageSize": &size} {
		if text := query.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 || n > 1_000_000 {
				return fail(40501)
			}
			*place = n
		}
	}
	if size < 1 {
		return fail(40501)
	}
	uri := func(page int) string {
		return fmt.Sprintf("%s/v2_beta/Accounts/%s/IncomingPhoneNumbers?Page=%d&PageSize=%d", c.context.Base, c.account.ID, page, size)
	}
	list := exophoneList{Page: page, PageSize: size, Uri: uri(page), First: uri(0), Numbers: []exophone{}}
	lines := c.account.Lines
	from, to := min(page*size, len(lines)), min((page+1)*size, len(lines))
	for _, l := range lines[from:to] {
		list.Numbers = append(list.Numbers, exophoneView(l))
	}
	if to < len(lines) {
		next := uri(page + 1)
		list.Next = &next
	}
	if page > 0 {
		previous := uri(page - 1)
		list.Previous = &previous
	}
	writeJSON(c.w, http.StatusOK, list)
	return nil
}

// showExophone is GET …/IncomingPhoneNumbers/{id}.
func showExophone(c call) *sms.Error {
	l, err := c.line()
	if err != nil {
		return err
	}
	view := exophoneView(l)
	urls := urlsOf(l)
	view.flowURLs = &urls
	writeJSON(c.w, http.StatusOK, view)
	return nil
}

// line is the number in the path.
func (c call) line() (sms.Line, *sms.Error) {
	l, ok := c.book.Line(c.account.ID, idOf(c.r, "id"))
	if !ok {
		return l, sms.Fail(sms.NotFound, "no such ExoPhone")
	}
	return l, nil
}

// urlsOf are the URLs of a line, empty where none were set.
func urlsOf(l sms.Line) (urls flowURLs) {
	if json.Unmarshal(l.Extra, &urls) != nil {
		return flowURLs{}
	}
	return urls
}

// rent is what every number costs in a month. It is invented.
const rent = "499.000000"

// buyExophone is POST …/IncomingPhoneNumbers. Any Indian number that the
// account does not have yet is for sale.
func buyExophone(c call) *sms.Error {
	f, err := readFields(c.r)
	if err != nil {
		return err
	}
	n, ok := readNumber(f.optional("PhoneNumber"))
	if !ok || !isIndian(n) {
		return fail(40500, "The 'PhoneNumber' parameter is not an available ExoPhone.")
	}
	if _, taken := c.book.Line("", string(n)); taken {
		return fail(40500, "The 'PhoneNumber' parameter is not an available ExoPhone.")
	}
	kind := sms.LongCode
	if strings.HasPrefix(string(n), india+"1800") {
		kind = sms.TollFree
	}
	bought, err := changed(sms.Line{Number: n, Kind: kind}, f)
	if err != nil {
		return err
	}
	account := c.account
	account.Lines = append(slices.Clone(account.Lines), bought)
	if err := c.net.Do(&account); err != nil {
		return err
	}
	view := exophoneView(account.Lines[len(account.Lines)-1])
	view.RentalPrice, view.Currency = rent, "INR"
	writeJSON(c.w, http.StatusOK, view)
	return nil
}

// changed is a line with the name and the URLs that a request gives.
func changed(l sms.Line, f fields) (sms.Line, *sms.Error) {
	urls := urlsOf(l)
	for name, place := range map[string]*string{"VoiceUrl": &urls.VoiceURL, "SMSUrl": &urls.SMSURL} {
		text := f.optional(name)
		if text == "" {
			continue
		}
		if u, err := url.Parse(text); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return l, fail(40500, "The '"+name+"' parameter is not a URL.")
		}
		*place = text
	}
	if urls != (flowURLs{}) {
		l.Extra = provider.EncodeJSON(urls)
	}
	if name := f.optional("FriendlyName"); name != "" {
		l.Name = name
	}
	return l, nil
}

// changeExophone is PUT …/IncomingPhoneNumbers/{id}.
func changeExophone(c call) *sms.Error {
	f, err := readFields(c.r)
	if err != nil {
		return err
	}
	l, err := c.line()
	if err != nil {
		return err
	}
	if l, err = changed(l, f); err != nil {
		return err
	}
	account := c.account
	account.Lines = slices.Clone(account.Lines)
	for i := range account.Lines {
		if account.Lines[i].ID == l.ID {
			account.Lines[i] = l
		}
	}
	if err := c.net.Do(&account); err != nil {
		return err
	}
	return showExophone(c)
}

// releaseExophone is DELETE …/IncomingPhoneNumbers/{id}.
func releaseExophone(c call) *sms.Error {
	l, err := c.line()
	if err != nil {
		return err
	}
	account := c.account
	account.Lines = slices.DeleteFunc(slices.Clone(account.Lines), func(other sms.Line) bool { return other.ID == l.ID })
	if err := c.net.Do(&account); err != nil {
		return err
	}
	writeJSON(c.w, http.StatusAccepted, struct {
		Status  int    `json:"Status"`
		Message string `json:"Message"`
	}{http.StatusAccepted, "Accepted"})
	return nil
}
