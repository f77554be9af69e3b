package mta

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// order is what a send asks for, and what a scheduled one keeps until it is due.
type order struct {
	Subscribers []ref           `json:"subscriberIds,omitempty"`
	Groups      []ref           `json:"groupIds,omitempty"`
	All         bool            `json:"allSubscribers,omitempty"`
	Thread      ref             `json:"threadId,omitempty"`
	Bad         []sms.Number    `json:"bad,omitempty"` // given as numbers, and none
	Message     string          `json:"message,omitempty"`
	Image       string          `json:"image,omitempty"`
	Header      string          `json:"header,omitempty"`
	Footer      string          `json:"footer,omitempty"`
	MMS         bool            `json:"isMMS,omitempty"`
	Line        ref             `json:"longcodeId,omitempty"`
	External    string          `json:"externalId,omitempty"`
	Tags        json.RawMessage `json:"tags,omitempty"`
	Made        time.Time       `json:"made"`
	Date        time.Time       `json:"date,omitzero"`  // when it is due; zero: at once
	First       time.Time       `json:"first,omitzero"` // when it was first due
	Repeat      *repeat         `json:"repeat,omitempty"`

	people []subscriber // given by number or e-mail, yet to be found or made
}

// read puts what the form says over o, and checks the whole.
func (o *order) read(f *form, net provider.Network) *sms.Error {
	book, c := net.Book(), net.Context()
	account, err := accountOf(book)
	if err != nil {
		return err
	}
	o.readRecipients(f, book)
	o.readContent(f, book)
	if f.has("longcodeId") {
		o.Line = f.id("longcodeId")
		if _, ok := book.Line(account.ID, string(o.Line)); o.Line != "" && !ok {
			f.complain("longcodeId", "names no number of the account")
		}
	}
	if f.has("externalId") {
		o.External = f.text("externalId")
	}
	if f.has("tags") {
		o.Tags = f.tags("tags")
	}
	o.readSchedule(f, book.Now(), setting(c, "past_schedule") == "refuse")
	o.checkRecipients(f)
	o.checkContent(f, count(c, "sms_limit"), count(c, "mms_limit"))
	return f.err()
}

func (o *order) readRecipients(f *form, book provider.Book) {
	if f.has("subscribers") {
		o.people, o.Bad = nil, nil
		for _, raw := range f.list("subscribers") {
			o.readPerson(f, raw)
		}
	}
	if f.has("subscriberIds") {
		o.Subscribers = f.ids("subscriberIds")
		for _, id := range o.Subscribers {
			if _, ok := find[subscriber](book, kindSubscriber, string(id)); !ok {
				f.complain("subscriberIds", "names a subscriber that does not exist")
			}
		}
	}
	for _, name := range []string{"groups", "groupIds"} { // the latter is the name in scheduled messages
		if f.has(name) {
			o.Groups = f.ids(name)
		}
		for _, id := range o.Groups {
			if _, ok := find[group](book, kindGroup, string(id)); f.has(name) && !ok {
				f.complain(name, "names a group that does not exist")
			}
		}
	}
	if f.has("allSubscribers") {
		o.All = f.flag("allSubscribers")
	}
	if f.has("threadId") {
		o.Thread = f.id("threadId")
		if _, ok := conversation(book, string(o.Thread)); o.Thread != "" && !ok {
			f.complain("threadId", "names a thread that does not exist")
		}
	}
}

// readPerson reads one of subscribers: a number or an e-mail.
func (o *order) readPerson(f *form, raw json.RawMessage) {
	text, ok := phoneText(raw)
	n, kind := readPhone(text)
	switch {
	case ok && mailLike(text):
		o.people = append(o.people, subscriber{Email: strings.TrimSpace(text)})
	case !ok || kind == noPhone:
		f.complain("subscribers", "must be an array of phone numbers and email addresses")
	case kind == badPhone:
		o.Bad = append(o.Bad, n)
	default:
		o.people = append(o.people, subscriber{Number: n})
	}
}

func (o *order) checkRecipients(f *form) {
	others := len(o.people) + len(o.Subscribers) + len(o.Groups) + len(o.Thread)
	switch {
	case o.All && others+len(o.Bad) > 0:
		f.complain("allSubscribers", "can't be given together with other recipients")
	case !o.All && others == 0 && len(o.Bad) > 0:
		f.complain("subscribers", "has no valid phone number")
	case !o.All && others == 0:
		f.complain("subscribers", "or subscriberIds, groups, allSubscribers or threadId is required")
	}
}

func (o *order) readContent(f *form, book provider.Book) {
	if f.given("templateId") {
		o.readTemplate(f, book)
	} else if f.has("message") {
		o.Message = f.text("message")
	}
	if f.has("image") {
		o.Image = f.link("image")
	}
	for name, place := range map[string]*string{"header": &o.Header, "footer": &o.Footer} {
		if f.has(name) {
			*place = f.text(name)
		}
	}
	if f.given("isMMS") {
		o.MMS = f.flag("isMMS")
	}
	f.flag("rehost") // accepted: what is sent is where the file lies, not the file
}

// readTemplate takes the text of a template. One with a link in it needs to be
// told which short link stands for it.
func (o *order) readTemplate(f *form, book provider.Book) {
	t, ok := find[template](book, kindTemplate, string(f.id("templateId")))
	if !ok {
		f.complain("templateId", "names a template that does not exist")
		return
	}
	link := f.id("linkId")
	if _, ok := find[shortLink](book, kindLink, string(link)); link != "" && !ok {
		f.complain("linkId", "names a link that does not exist")
	}
	if link == "" && webLink.MatchString(t.v.Message) {
		f.complain("linkId", "is required, for the template contains a link")
	}
	o.Message, o.MMS = t.v.Message, t.v.MMS
	if t.v.Attachment != nil {
		o.Image = *t.v.Attachment
	}
}

func (o *order) checkContent(f *form, smsLimit, mmsLimit int) {
	if strings.TrimSpace(o.Message) == "" && o.Image == "" {
		f.complain("message", "or image or templateId is required")
	}
	limit := smsLimit
	if o.isMMS() {
		limit = mmsLimit
	}
	if n := utf8.RuneCountInString(o.text()); limit > 0 && n > limit {
		f.complain("message", fmt.Sprintf("has %d characters, more than %d", n, limit))
	}
}

// isMMS reports whether the order is sent and paid as MMS.
func (o order) isMMS() bool { return o.MMS || o.Image != "" }

// text is the body with header and footer on lines of their own.
func (o order) text() string {
	var lines []string
	for _, part := range []string{o.Header, o.Message, o.Footer} {
		if part != "" {
			lines = append(lines, part)
		}
	}
	return strings.Join(lines, "\n")
}

// mediaKinds are kinds of files by the ending of their names; others are images.
var mediaKinds = map[string]string{
	".mp4": "video", ".3gp": "video", ".mov": "video", ".vcf": "contact", ".vcard": "contact",
	".pdf": "file", ".csv": "file", ".rtf": "file", ".mp3": "file", ".wav": "file",
}

func (o order) media() []sms.Media {
	if o.Image == "" {
		return nil
	}
	name, _, _ := strings.Cut(o.Image, "?")
	kind, ok := mediaKinds[strings.ToLower(path.Ext(name))]
	if !ok {
		kind = "image"
	}
	return []sms.Media{{Kind: kind, URL: o.Image}}
}
