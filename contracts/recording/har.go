package recording

import (
	"net/http"
	"strings"
	"time"
)

// HAR is a recording: the root of the file.
type HAR struct {
	Log Log `json:"log"`
}

// Log is what was recorded.
type Log struct {
	Version    string      `json:"version"` // "1.2"
	Creator    Creator     `json:"creator"`
	Entries    []Entry     `json:"entries"` // by Seq
	Comment    string      `json:"comment,omitempty"`
	Switchhook *Switchhook `json:"_switchhook,omitempty"` // nil: another tool made it
}

// Creator is the program that made a file.
type Creator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Switchhook is what we say of a whole recording.
type Switchhook struct {
	Version  int      `json:"version"`            // of our additions: 1
	Provider string   `json:"provider,omitempty"` // whose contract it is about
	Redacted []string `json:"redacted"`           // what was taken out: secrets, numbers, …
	Dropped  int      `json:"dropped,omitempty"`  // exchanges that there was no room for
}

// Direction says who spoke to whom.
type Direction string

// The directions.
const (
	Call    Direction = "call"    // the application to the provider
	Webhook Direction = "webhook" // the provider to the application
	Trigger Direction = "trigger" // anybody else to the application
)

// Outcome says how an exchange ended, where it did not end well.
type Outcome string

// The outcomes. The zero value is a whole answer.
const (
	Lost Outcome = "lost" // no answer came back
	Cut  Outcome = "cut"  // an answer began and did not end
)

// Signature is what was found of the signature of a webhook whose secret is known.
type Signature string

// What a signature can be.
const (
	Valid   Signature = "valid"
	Invalid Signature = "invalid"
	Absent  Signature = "absent"
)

// Entry is one exchange.
type Entry struct {
	Started  time.Time `json:"startedDateTime"`
	Time     float64   `json:"time"` // milliseconds, all of it
	Request  Request   `json:"request"`
	Response Response  `json:"response"` // status 0 if it is lost
	Cache    struct{}  `json:"cache"`    // required by HAR
	Timings  Timings   `json:"timings"`
	Comment  string    `json:"comment,omitempty"`

	Direction Direction `json:"_direction"`
	Seq       int       `json:"_seq"`            // where it starts on the timeline, from 1
	Ended     int       `json:"_ended"`          // where it ends on the timeline
	Type      string    `json:"_type,omitempty"` // the vendor's word for a webhook's type
	Outcome   Outcome   `json:"_outcome,omitempty"`
	Error     string    `json:"_error,omitempty"` // why it was lost or cut
	Signature Signature `json:"_signature,omitempty"`
}

// Pair is a name with a value: a header, a query parameter, a cookie.
type Pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Request is what was asked. Its body is read by Body and changed by SetBody.
type Request struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"` // absolute
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []Pair    `json:"cookies"` // always empty: they are credentials
	Headers     []Pair    `json:"headers"`
	QueryString []Pair    `json:"queryString"`
	PostData    *PostData `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"` // -1: not known
	BodySize    int       `json:"bodySize"`    // bytes of the body as it stands here
}

// PostData is the body of a request.
type PostData struct {
	MimeType string  `json:"mimeType"`
	Params   []Param `json:"params"` // of a form; else empty
	Text     string  `json:"text"`
	Encoding string  `json:"_encoding,omitempty"` // "base64", or as it is
}

// Param is one field of a form.
type Param struct {
	Name        string `json:"name"`
	Value       string `json:"value,omitempty"`
	FileName    string `json:"fileName,omitempty"`
	ContentType string `json:"contentType,omitempty"`
}

// Response is what was answered. Its body is read by Body and changed by SetBody.
type Response struct {
	Status      int     `json:"status"`
	StatusText  string  `json:"statusText"`
	HTTPVersion string  `json:"httpVersion"`
	Cookies     []Pair  `json:"cookies"` // always empty: they are credentials
	Headers     []Pair  `json:"headers"`
	Content     Content `json:"content"`
	RedirectURL string  `json:"redirectURL"`
	HeadersSize int     `json:"headersSize"` // -1: not known
	BodySize    int     `json:"bodySize"`    // bytes of the body as it stands here
}

// Content is the body of an answer.
type Content struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"` // "base64", or as it is
}

// Timings are milliseconds; -1 is what does not apply.
type Timings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// Header is the first value of a header of r; the case of its name does not matter.
func (r Request) Header(name string) string { return header(r.Headers, name) }

// Header is the first value of a header of r; the case of its name does not matter.
func (r Response) Header(name string) string { return header(r.Headers, name) }

// HeaderOf are header lines as net/http has them, without what HTTP/2 writes as
// headers and is none.
func HeaderOf(all []Pair) http.Header {
	h := http.Header{}
	for _, p := range all {
		if !strings.HasPrefix(p.Name, ":") {
			h.Add(p.Name, p.Value)
		}
	}
	return h
}

func header(all []Pair, name string) string {
	for _, h := range all {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}
