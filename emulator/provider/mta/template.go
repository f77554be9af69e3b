package mta

import (
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// template is a text that is kept to be sent.
type template struct {
	Name       string  `json:"name"`
	Message    string  `json:"message"`
	Timestamp  string  `json:"timestamp"`
	Attachment *string `json:"attachment"`
	MMS        bool    `json:"mms"`
}

var templates = resource[template]{
	kind: kindTemplate, noun: "Template",
	fresh: func(now string) template { return template{Timestamp: now} },
	read:  (*template).read,
	view: func(_ provider.Context, r record[template]) any {
		return struct {
			ID ref `json:"id"`
			template
		}{r.id(), r.v}
	},
}

// nameLength is how much of its message names a template that has no name.
const nameLength = 32

func (t *template) read(f *form) {
	if f.has("message") || t.Message == "" {
		t.Message = f.needed("message")
	}
	if f.has("attachment") {
		t.Attachment = optional(f.link("attachment"))
	}
	switch {
	case f.given("isMMS"):
		t.MMS = f.flag("isMMS")
	case f.has("attachment"):
		t.MMS = t.Attachment != nil
	}
	if f.has("name") {
		t.Name = f.text("name")
	}
	if t.Name == "" {
		start := []rune(t.Message)
		t.Name = string(start[:min(nameLength, len(start))])
	}
}

// showTemplate is GET /templates/{id}?isMMS=.
func showTemplate(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	switch r.URL.Query().Get("isMMS") {
	case "true", "false", "1", "0":
	default:
		return sms.InvalidField("isMMS", "must be given as true or false")
	}
	return templates.show(net, w, r)
}

// smartReply is a text that answers a word.
type smartReply struct {
	Word       string `json:"word"`
	Message    string `json:"message"`
	Contact    bool   `json:"includeContactCard"`
	Signup     bool   `json:"includeSignupLink"`
	TemplateID ref    `json:"templateId"`
}

var smartReplies = resource[smartReply]{
	kind: kindSmartReply, noun: "Smart reply",
	fresh: func(string) smartReply { return smartReply{} },
	read:  (*smartReply).read,
	view: func(_ provider.Context, r record[smartReply]) any {
		return struct {
			ID ref `json:"id"`
			smartReply
		}{r.id(), r.v}
	},
}

func (s *smartReply) read(f *form) {
	if f.has("word") || s.Word == "" {
		s.Word = strings.TrimSpace(f.needed("word"))
	}
	if f.has("message") || s.Message == "" {
		s.Message = f.needed("message")
	}
	if f.given("includeContactCard") {
		s.Contact = f.flag("includeContactCard")
	}
	if f.given("includeSignupLink") {
		s.Signup = f.flag("includeSignupLink")
	}
	if f.has("templateId") {
		s.TemplateID = f.id("templateId")
	}
}

// variable is a text of the account under a title.
type variable struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

var variables = resource[variable]{
	kind: kindVariable, noun: "Account variable",
	fresh: func(string) variable { return variable{} },
	read:  (*variable).read,
	key:   func(v variable) string { return titleKey(v.Title) },
	view: func(_ provider.Context, r record[variable]) any {
		return struct {
			ID ref `json:"id"`
			variable
		}{r.id(), r.v}
	},
}

func (v *variable) read(f *form) {
	if f.has("title") || v.Title == "" {
		v.Title = f.needed("title")
	}
	if f.has("value") || v.Value == "" {
		v.Value = f.needed("value")
	}
}
