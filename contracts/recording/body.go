package recording

import (
	"encoding/base64"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

const inBase64 = "base64"

// Body is the body of a request: nil if there is none.
func (r Request) Body() ([]byte, error) {
	if r.PostData == nil {
		return nil, nil
	}
	if r.PostData.Text == "" && len(r.PostData.Params) > 0 {
		return []byte(joined(r.PostData.Params)), nil
	}
	return decoded(r.PostData.Text, r.PostData.Encoding)
}

// SetBody replaces the body, and what else says how long it is.
func (r *Request) SetBody(mimeType string, body []byte) {
	r.BodySize = len(body)
	r.Headers = withLength(r.Headers, len(body))
	r.PostData = nil
	if len(body) == 0 {
		return
	}
	r.PostData = &PostData{MimeType: mimeType, Params: []Param{}}
	r.PostData.Text, r.PostData.Encoding = encoded(body)
	if essence(mimeType) == formType {
		r.PostData.Params = fieldsOf(string(body))
	}
}

// Body is the body of an answer: nil if there is none.
func (r Response) Body() ([]byte, error) {
	if r.Content.Text == "" {
		return nil, nil
	}
	return decoded(r.Content.Text, r.Content.Encoding)
}

// SetBody replaces the body, and what else says how long it is.
func (r *Response) SetBody(mimeType string, body []byte) {
	r.BodySize = len(body)
	r.Headers = withLength(r.Headers, len(body))
	r.Content = Content{Size: len(body), MimeType: mimeType}
	r.Content.Text, r.Content.Encoding = encoded(body)
}

func decoded(text, encoding string) ([]byte, error) {
	if encoding != inBase64 {
		return []byte(text), nil
	}
	return base64.StdEncoding.DecodeString(text)
}

func encoded(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), inBase64
}

const formType = "application/x-www-form-urlencoded"

// essence is a media type without its parameters, in lower case.
func essence(mimeType string) string {
	if media, _, err := mime.ParseMediaType(mimeType); err == nil {
		return media
	}
	media, _, _ := strings.Cut(mimeType, ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// joined is a form of fields. Tools that list fields differ in whether these
// are escaped; they are taken as they would be read.
func joined(params []Param) string {
	parts := make([]string, len(params))
	for i, p := range params {
		parts[i] = url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value)
	}
	return strings.Join(parts, "&")
}

// fieldsOf are the fields of a form in order; what cannot be unescaped stays.
func fieldsOf(form string) []Param {
	fields := []Param{}
	for part := range strings.SplitSeq(form, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		fields = append(fields, Param{Name: unescaped(name), Value: unescaped(value)})
	}
	return fields
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// queryOf are the parameters of a URL's query in order.
func queryOf(link string) []Pair {
	pairs := []Pair{}
	for _, f := range fieldsOf(queryText(link)) {
		pairs = append(pairs, Pair{f.Name, f.Value})
	}
	return pairs
}

func queryText(link string) string {
	link, _, _ = strings.Cut(link, "#")
	_, query, _ := strings.Cut(link, "?")
	return query
}

// withLength corrects a Content-Length that is there.
func withLength(headers []Pair, n int) []Pair {
	for i, h := range headers {
		if strings.EqualFold(h.Name, "Content-Length") {
			headers[i].Value = strconv.Itoa(n)
		}
	}
	return headers
}
