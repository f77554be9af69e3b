package mta

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// verification is a code that was sent to a number. The code itself is not
// kept: it is drawn again from the id.
type verification struct {
	To       sms.Number `json:"to"`
	Timeout  int        `json:"timeoutSeconds"`
	Length   int        `json:"codeLength"`
	Message  string     `json:"messageId,omitempty"`
	Approved bool       `json:"approved,omitempty"`
	Sent     time.Time  `json:"sent"`
}

// verificationView is an answer without an envelope.
type verificationView struct {
	To             sms.Number `json:"to"`
	Timeout        int        `json:"timeoutSeconds"`
	Type           string     `json:"type"`
	Status         string     `json:"status"`
	MessageID      string     `json:"messageId"`
	VerificationID string     `json:"verificationId"`
	Deliverable    bool       `json:"deliverable"`
	Reason         *string    `json:"reason"`
	Carrier        *string    `json:"carrier"`
	LineType       string     `json:"lineType"`
	Risk           *string    `json:"risk"`
}

func viewVerification(now time.Time) func(record[verification]) any {
	return func(r record[verification]) any {
		return verificationView{
			To: r.v.To, Timeout: r.v.Timeout, Type: "sms", Status: r.v.status(now), MessageID: r.v.Message,
			VerificationID: r.doc.ID, Deliverable: true, LineType: "mobile",
		}
	}
}

func (v verification) status(now time.Time) string {
	switch {
	case v.Approved:
		return "APPROVED"
	case now.Sub(v.Sent) >= time.Duration(v.Timeout)*time.Second:
		return "EXPIRED"
	}
	return "PENDING"
}

const (
	defaultTimeout = 300 // seconds
	defaultLength  = 6   // digits
)

func toKey(n sms.Number) string { return "to " + string(n) }

// sendCode is POST /verify/sms/send-code.
func sendCode(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	once, err := claim(net, r, account.ID)
	if err != nil {
		return err
	}
	fresh := draft(kindVerification, account.ID, verification{
		To: f.phone("to"), Timeout: defaultTimeout, Length: defaultLength, Sent: net.Book().Now(),
	})
	service := f.text("serviceName")
	if service == "" {
		service = account.Name
	}
	o := fresh.v.read(f, net.Book(), account.ID)
	if err := f.err(); err != nil {
		return err
	}
	made := fresh.change(toKey(fresh.v.To))
	if err := net.Do(made); err != nil {
		return err
	}
	o.Message = fmt.Sprintf("Your %s verification code is %s.", service, code(net.Context(), made.ID, fresh.v.Length))
	return textCode(net, w, account.ID, fresh, o, once)
}

// read reads what a code is to be, and how the text that holds it is sent.
func (v *verification) read(f *form, book provider.Book, account string) order {
	o := order{Made: v.Sent, External: f.text("externalId"), Tags: f.tags("tags"), Line: f.id("longcodeId")}
	if v.To == "" {
		f.complain("to", "is required")
	} else if _, kind := readPhone(string(v.To)); kind == foreign {
		f.complain("to", "must be a number of the US or Canada")
	}
	if f.given("timeoutSeconds") {
		v.Timeout = f.number("timeoutSeconds", 1, 86400)
	}
	if f.given("codeLength") {
		v.Length = f.number("codeLength", 4, 10)
	}
	if _, ok := book.Line(account, string(o.Line)); o.Line != "" && !ok {
		f.complain("longcodeId", "names no number of the account")
	}
	o.people = []subscriber{{Number: v.To}}
	return o
}

// textCode sends the text with the code, and answers.
func textCode(
	net provider.Network, w http.ResponseWriter, account string, v record[verification], o order, once *sms.Document,
) *sms.Error {
	request, err := o.accept(net, account, once)
	if err != nil {
		_ = net.Do(v.gone())
		return err
	}
	done, err := o.deliver(net, account, request.ID)
	if err != nil {
		o.withdraw(net, done, request, once)
		_ = net.Do(v.gone())
		return err
	}
	v.v.Message = request.ID
	if err := net.Do(v.change(toKey(v.v.To))); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusOK, viewVerification(net.Book().Now())(v))
	return nil
}

// code is that of a verification: digits drawn from the sandbox's seed.
func code(c provider.Context, id string, length int) string {
	drawn := c.Draw("verification " + id)
	n, limit := binary.BigEndian.Uint64(drawn[:8]), uint64(1)
	for range length {
		limit *= 10
	}
	return fmt.Sprintf("%0*d", length, n%limit)
}

// checkCode is POST /verify/sms/check-code. The verification is named by its
// id, or by its number: then it is the newest.
func checkCode(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	id, to, given := f.text("verificationId"), f.phone("to"), f.code()
	if id == "" && to == "" {
		f.complain("verificationId", "or to is required")
	}
	if err := f.err(); err != nil {
		return err
	}
	book := net.Book()
	kept, ok := find[verification](book, kindVerification, id)
	if id == "" {
		kept, ok = newest[verification](book, kindVerification, toKey(to))
	}
	if !ok {
		return missing(net, "verification")
	}
	now := book.Now()
	if kept.v.status(now) == "PENDING" && given == code(net.Context(), kept.doc.ID, kept.v.Length) {
		kept.v.Approved = true
		if err := net.Do(kept.change(toKey(kept.v.To))); err != nil {
			return err
		}
	}
	provider.WriteJSON(w, http.StatusOK, viewVerification(now)(kept))
	return nil
}

// code reads the field code, as text or as a number.
func (f *form) code() string {
	if f.given("code") && f.object["code"][0] != '"' {
		return string(f.id("code"))
	}
	return f.needed("code")
}

// newest is the newest record under a key.
func newest[V any](book provider.Book, kind sms.Kind, key string) (record[V], bool) {
	part, _ := book.Documents(kind, key, sms.Page{Limit: 1})
	if len(part.Items) == 0 {
		return record[V]{}, false
	}
	return load[V](part.Items[0]), true
}

// listVerifications is GET /verify.
func listVerifications(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return answerList(w, r, documents(net.Book(), kindVerification, "", viewVerification(net.Book().Now())))
}

// showVerification is GET /verify/{verificationId}.
func showVerification(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	kept, ok := find[verification](net.Book(), kindVerification, r.PathValue("id"))
	if !ok {
		return missing(net, "verification")
	}
	provider.WriteJSON(w, http.StatusOK, viewVerification(net.Book().Now())(kept))
	return nil
}

// verifyNumber is POST /verify/number: what is known of a number, without a text to it.
func verifyNumber(_ provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	name := "to"
	if !f.given(name) {
		name = "number"
	}
	text, ok := phoneText(f.object[name])
	n, kind := readPhone(text)
	if !ok || kind == noPhone {
		return sms.InvalidField(name, "is not a phone number")
	}
	v := struct {
		To          sms.Number `json:"to"`
		Deliverable bool       `json:"deliverable"`
		Reason      *string    `json:"reason"`
		Carrier     *string    `json:"carrier"`
		LineType    *string    `json:"lineType"`
		Risk        *string    `json:"risk"`
	}{To: n, Deliverable: kind == domestic, LineType: optional("mobile")}
	if kind != domestic {
		v.Reason, v.LineType = optional(statuses[codes[sms.InvalidNumber]].name), nil
	}
	provider.WriteJSON(w, http.StatusOK, v)
	return nil
}
