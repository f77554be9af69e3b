package exotel

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// What a message is meant to be.
const (
	transactional      = "transactional"
	transactionalOptIn = "transactional_opt_in"
	promotional        = "promotional"
)

// common is what a request says once for all its recipients.
type common struct {
	callback    string
	custom      string
	entity      string // DLT entity id
	priority    string
	encoding    string
	jsonStatus  bool
	shorten     bool
	shortDomain string
}

// sendStatic is POST …/Sms/send: one text to one recipient or to many.
func sendStatic(c call) *sms.Error {
	f, err := c.readSend()
	if err != nil {
		return err
	}
	from, err := f.required("From", 40210, 40205)
	if err != nil {
		return err
	}
	numbers, plural := f.recipients()
	if len(numbers) == 0 {
		return fail(40203, "The 'To' parameter is required.")
	}
	body, err := f.required("Body", 40200, 40200)
	if err != nil {
		return err
	}
	if len(numbers) > most {
		return fail(40406)
	}
	shared, err := c.common(f)
	if err != nil {
		return err
	}
	var entries []entry
	for _, to := range numbers {
		entries = append(entries, entry{
			to: to, body: body, from: from,
			smsType: f.optional("SmsType"), template: f.optional("DltTemplateId"),
		})
	}
	return c.send(shared, entries, !plural)
}

// sendDynamic is POST …/Sms/bulksend: a text of its own to each of many.
func sendDynamic(c call) *sms.Error {
	f, err := c.readSend()
	if err != nil {
		return err
	}
	entries, err := f.entries()
	if err != nil {
		return err
	}
	from, given, err := f.text("From")
	if err != nil {
		return err
	}
	for i := range entries {
		if entries[i].from != "" {
			continue
		}
		if !given {
			return fail(40210)
		}
		entries[i].from = from
	}
	shared, err := c.common(f)
	if err != nil {
		return err
	}
	return c.send(shared, entries, false)
}

// readSend reads a send of an account that may send at all.
func (c call) readSend() (fields, *sms.Error) {
	if c.setting("account") == "no-kyc" {
		return nil, fail(340030)
	}
	return readFields(c.r)
}

// required reads a parameter that must be there, missing and empty each with
// a code of its own.
func (f fields) required(name string, missing, empty int) (string, *sms.Error) {
	value, given, err := f.text(name)
	switch {
	case err != nil:
		return "", err
	case !given:
		return "", fail(missing)
	case strings.TrimSpace(value) == "":
		return "", fail(empty)
	}
	return value, nil
}

// texts are the parameters that may not be arrays.
var texts = []string{
	"StatusCallback", "StatusCallbackContentType", "CustomField", "DltEntityId", "DltTemplateId",
	"SmsType", "Priority", "EncodingType", "ShortenUrl",
}

// common reads what holds for every recipient.
func (c call) common(f fields) (common, *sms.Error) {
	if err := f.single(texts...); err != nil {
		return common{}, err
	}
	out := common{
		callback:    f.optional("StatusCallback"),
		custom:      f.optional("CustomField"),
		entity:      f.optional("DltEntityId"),
		priority:    f.optional("Priority"),
		encoding:    f.optional("EncodingType"),
		jsonStatus:  f.optional("StatusCallbackContentType") == "application/json",
		shorten:     f.optional("ShortenUrl") == "true",
		shortDomain: f.optional("ShortenUrlParams[CustomDomain]"),
	}
	if out.encoding != "" && out.encoding != "plain" && out.encoding != "unicode" {
		return out, fail(40209)
	}
	if expiry := f.optional("ShortenUrlParams[TimeToExpiry]"); expiry != "" {
		const year = 365 * 24 * 60
		if n, err := strconv.Atoi(expiry); err != nil || n < 1 || n > year {
			return out, fail(40500, "TimeToExpiry must be 1 minute to 365 days.")
		}
	}
	return out, c.checkCallback(out.callback)
}

// checkCallback refuses what cannot be called back. No document has a code for it.
func (c call) checkCallback(text string) *sms.Error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fail(40500, "The 'StatusCallback' parameter is not a URL.")
	case u.Scheme != "https" && c.on("https_only"):
		return fail(40500, "The 'StatusCallback' parameter must be an https URL.")
	}
	return nil
}

// send takes what can be taken of entries and answers; alone is a send whose
// single recipient must be good.
func (c call) send(shared common, entries []entry, alone bool) *sms.Error {
	senders, err := c.check(entries)
	if err != nil {
		return err
	}
	views, taken := make([]message, 0, len(entries)), 0
	for i, e := range entries {
		m, why, err := c.sendOne(shared, senders[i], e, alone, i)
		switch {
		case err != nil && taken == 0:
			return err
		case err != nil:
			views = append(views, rejectedView(c.account.ID, e.body, nil, failureOf(sms.Throttled).canonical, c.context.Settings))
		case why != nil:
			views = append(views, c.rejected(e, *why))
		default:
			taken++
			views = append(views, messageView(m, c.context.Settings))
		}
	}
	switch taken {
	case 0:
		return nothingTaken(entries)
	case len(entries):
		c.writeMessages(http.StatusOK, alone, views...)
	default:
		c.writeMessages(http.StatusMultiStatus, false, views...)
	}
	return nil
}

// check holds the formats of all entries, then the money, then the account.
func (c call) check(entries []entry) ([]sender, *sms.Error) {
	var senders []sender
	for _, e := range entries {
		s, err := c.senderOf(e.from)
		if err != nil {
			return nil, err
		}
		if err := s.checkType(e.smsType); err != nil {
			return nil, err
		}
		if err := s.checkAccount(c.setting("account")); err != nil {
			return nil, err
		}
		if tooLong(e.body) && c.setting("long_body") == "refuse" {
			return nil, fail(40202, "The 'Body' parameter is longer than 2000 characters.")
		}
		senders = append(senders, s)
	}
	if count(c.context.Settings, "balance") == 0 {
		return nil, fail(40001)
	}
	return senders, c.checkAccount(entries)
}

// trialQuota is how many SMS a trial account may ever send.
const trialQuota = 10

// trialBatch is what the sends of a trial account are counted under.
const trialBatch = "trial"

// checkAccount holds what accounts that are not fully open may not do.
func (c call) checkAccount(entries []entry) *sms.Error {
	for _, e := range entries {
		if n, ok := readNumber(e.to); ok && !isIndian(n) && c.setting("countries") == "india" {
			return fail(40003)
		}
	}
	if c.setting("account") != "trial" {
		return nil
	}
	for _, e := range entries {
		if e.smsType == promotional {
			return fail(40000)
		}
	}
	if sent, _ := c.book.Messages("batch", trialBatch, sms.Page{Limit: 1}); sent.Total+len(entries) > trialQuota {
		return fail(40404)
	}
	return nil
}

// sendOne sends to one recipient; why is set if the entry itself is bad.
func (c call) sendOne(shared common, from sender, e entry, alone bool, index int) (m sms.Message, why *status, err *sms.Error) {
	to, ok := readNumber(e.to)
	switch {
	case !ok:
		return m, &rejectedNumber, nil
	case strings.TrimSpace(e.body) == "":
		return m, &rejectedBody, nil
	}
	m, err = c.net.Send(c.outbound(shared, from, e, to, alone, index))
	return m, nil, err
}

// outbound puts an entry into neutral words. What India's rules forbid is
// accepted all the same, and then fails.
func (c call) outbound(shared common, from sender, e entry, to sms.Number, alone bool, index int) sms.Outbound {
	kind := effectiveType(e)
	out := sms.Outbound{
		Account: c.account.ID, Handset: to, Line: from.line, Body: e.body,
		Callback: shared.callback, Reference: shared.custom,
		Doomed: c.doom(shared, from, e, to, kind),
		SendAt: c.opening(to, kind),
	}
	if shared.shorten {
		out.Body = c.shortenLinks(e.body, shared.shortDomain, index)
	}
	switch {
	case c.setting("account") == "trial":
		out.Batch = trialBatch
	case !alone:
		out.Batch = c.context.Request
	}
	out.Extra, _ = json.Marshal(extra{ // text and booleans cannot fail
		Sender: from.id, SmsType: kind, Priority: shared.priority, Encoding: shared.encoding,
		JSON: shared.jsonStatus, Guide: c.setting("profile") == "guide",
	})
	return out
}

// opening is when a promotional text may travel; zero is at once.
func (c call) opening(to sms.Number, kind string) time.Time {
	if kind != promotional || !isIndian(to) {
		return time.Time{}
	}
	return nextOpening(c.book.Now(), c.setting("promo_window"))
}

// rejected shows an entry that was not taken. Where only its text is missing,
// the sample keeps the number.
func (c call) rejected(e entry, why status) message {
	var to *string
	if n, ok := readNumber(e.to); ok && why == rejectedBody {
		shown := numberView(n, c.context.Settings)
		to = &shown
	}
	return rejectedView(c.account.ID, e.body, to, why, c.context.Settings)
}

// nothingTaken is the error of a request without a single good entry.
func nothingTaken(entries []entry) *sms.Error {
	for _, e := range entries {
		if _, ok := readNumber(e.to); !ok {
			return fail(40203, "Invalid Recipient ["+e.to+"]")
		}
	}
	return fail(40202)
}
