package exotel

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// extra is what only Exotel knows of a message.
type extra struct {
	Sender   string `json:"sender,omitempty"`   // the sender id that the handset shows
	SmsType  string `json:"sms_type,omitempty"` // as it was found to be, not as it was asked for
	Priority string `json:"priority,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	JSON     bool   `json:"json_callback,omitempty"`
	Guide    bool   `json:"guide,omitempty"` // told in the words of the guides, for life
}

func extraOf(m sms.Message) extra {
	var e extra
	if json.Unmarshal(m.Extra, &e) != nil {
		return extra{Sender: defaultSender} // a message that was not made here
	}
	return e
}

// message is SMSMessage in JSON. Its fields, like those of every wire struct,
// are in the order of the samples.
type message struct {
	Sid                *string `json:"Sid"`
	AccountSid         string  `json:"AccountSid"`
	From               *string `json:"From"`
	To                 *string `json:"To"`
	DateCreated        *string `json:"DateCreated"`
	DateUpdated        *string `json:"DateUpdated"`
	DateSent           *string `json:"DateSent"`
	Body               string  `json:"Body"`
	Direction          *string `json:"Direction"`
	Uri                *string `json:"Uri"`
	ApiVersion         *string `json:"ApiVersion"` // always unset
	Price              any     `json:"Price"`
	Status             string  `json:"Status"`
	DetailedStatusCode any     `json:"DetailedStatusCode"`
	DetailedStatus     string  `json:"DetailedStatus"`
	SmsUnits           *int    `json:"SmsUnits"`
}

// wrapped is a message as JSON answers hold it.
type wrapped struct {
	SMSMessage message `json:"SMSMessage"`
}

// xmlMessage is SMSMessage in XML: another order, and nothing is ever null.
type xmlMessage struct {
	Sid                string
	AccountSid         string
	From               string
	To                 string
	DateCreated        string
	DateUpdated        string
	DateSent           string
	Body               string
	Direction          string
	Uri                string
	ApiVersion         string
	Price              string
	Status             string
	SmsUnits           string
	DetailedStatusCode string
	DetailedStatus     string
}

func (v message) xml() xmlMessage {
	x := xmlMessage{
		Sid: text(v.Sid), AccountSid: v.AccountSid, From: text(v.From), To: text(v.To),
		DateCreated: text(v.DateCreated), DateUpdated: text(v.DateUpdated), DateSent: never,
		Body: v.Body, Direction: text(v.Direction), Uri: strings.TrimSuffix(text(v.Uri), jsonSuffix),
		Status: v.Status, DetailedStatus: v.DetailedStatus,
	}
	if v.DateSent != nil {
		x.DateSent = *v.DateSent
	}
	if v.Price != nil {
		x.Price = fmt.Sprint(v.Price)
	}
	if v.SmsUnits != nil {
		x.SmsUnits = strconv.Itoa(*v.SmsUnits)
	}
	if v.DetailedStatusCode != nil {
		x.DetailedStatusCode = fmt.Sprint(v.DetailedStatusCode)
	}
	return x
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// messageView shows a message as the book has it.
func messageView(m sms.Message, s provider.Settings) message {
	at := standingOf(m)
	e := extraOf(m)
	said := at.say(m.Reason, e.Guide)
	created, updated := stamp(m.Created), stamp(m.Changed)
	uri := "/v1/Accounts/" + m.Account + "/SMS/Messages/" + m.ID + jsonSuffix
	from, to, direction := numberView(m.Line, s)+"/"+e.Sender, numberView(m.Handset, s), "outbound-api"
	if setting(s, "from_form") == "sender" {
		from = e.Sender
	}
	if m.Direction == sms.MO {
		from, to, direction = to, numberView(m.Line, s), "incoming"
	}
	if said.status == failedDND && setting(s, "dnd_spelling") == "underscore" {
		said.status = "failed_dnd"
	}
	v := message{
		Sid: &m.ID, AccountSid: m.Account, From: &from, To: &to, DateCreated: &created, DateUpdated: &updated,
		Body: m.Body, Direction: &direction, Uri: &uri, Status: said.status, DetailedStatus: said.detailed,
	}
	if said.code != 0 {
		v.DetailedStatusCode = codeView(said.code, s)
	}
	if at.final() {
		v.SmsUnits, v.Price = &m.Segments, priceView(m, s)
		v.DateSent = sentAt(m.State, m.Changed)
	}
	return v
}

// sentAt is when a message reached the handset, or the operator where no
// handset tells; null if it failed.
func sentAt(state sms.State, changed time.Time) *string {
	if state == sms.Failed {
		return nil
	}
	at := stamp(changed)
	return &at
}

// rejectedView is an entry of a bulk send that was not taken.
func rejectedView(account, body string, to *string, why status, s provider.Settings) message {
	return message{
		AccountSid: account, To: to, Body: body, Status: why.status,
		DetailedStatusCode: codeView(why.code, s), DetailedStatus: why.detailed,
	}
}

func numberView(n sms.Number, s provider.Settings) string {
	if setting(s, "number_form") == "e164" {
		return string(n)
	}
	return national(n)
}

func codeView(code int, s provider.Settings) any {
	if setting(s, "status_code_type") == "string" {
		return strconv.Itoa(code)
	}
	return code
}

// tariff is the price of a segment, in paise. It is invented.
const tariff = 18

// priceView is the price of a message that has ended, in rupees.
func priceView(m sms.Message, s provider.Settings) any {
	paise := tariff * m.Segments
	if m.State == sms.Failed && failureOf(m.Reason).free {
		paise = 0
	}
	if setting(s, "price") == "string" {
		return fmt.Sprintf("%d.%02d0000", paise/100, paise%100)
	}
	plain := strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", paise/100, paise%100), "0"), ".")
	return json.Number(plain)
}

// response is the root element of XML answers about messages.
type response struct {
	XMLName  xml.Name     `xml:"TwilioResponse"`
	Metadata *metadata    `xml:"Metadata"`
	Messages []xmlMessage `xml:"SMSMessage"`
}

// writeMessages answers with messages in the format that the path asks for;
// alone is whether a single one is asked for, which JSON shows without array.
func (c call) writeMessages(status int, alone bool, views ...message) {
	if !wantsJSON(c.r) {
		r := response{}
		for _, v := range views {
			r.Messages = append(r.Messages, v.xml())
		}
		writeXML(c.w, status, r)
		return
	}
	if alone {
		writeJSON(c.w, status, wrapped{views[0]})
		return
	}
	all := make([]wrapped, 0, len(views))
	for _, v := range views {
		all = append(all, wrapped{v})
	}
	writeJSON(c.w, status, all)
}

// showMessage is GET …/SMS/Messages/{id}.
func showMessage(c call) *sms.Error {
	m, ok := c.message(idOf(c.r, "id"))
	if !ok {
		x := exception{Status: http.StatusOK, Message: "No matching results"}
		if c.setting("unknown_sid") == "not-found" {
			x.Status = http.StatusNotFound
		}
		writeException(c.w, c.r, x)
		return nil
	}
	c.writeMessages(http.StatusOK, true, messageView(m, c.context.Settings))
	return nil
}

// message finds a message of the account that the API shows.
func (c call) message(id string) (sms.Message, bool) {
	m, ok := c.book.Message(strings.TrimPrefix(id, inboundPrefix))
	return m, ok && m.Account == c.account.ID && c.shows(m)
}

// shows reports whether a message can be had by the API; for inbound ones no
// document says so.
func (c call) shows(m sms.Message) bool {
	return m.Direction == sms.MT || c.on("inbound_by_api")
}
