package exotel

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// metadata is the head of a list; the documented one is that of calls.
type metadata struct {
	XMLName      xml.Name `json:"-" xml:"Metadata"`
	Total        int      `json:"Total" xml:"Total"`
	PageSize     int      `json:"PageSize" xml:"PageSize"`
	FirstPageUri *string  `json:"FirstPageUri" xml:"FirstPageUri"`
	PrevPageUri  *string  `json:"PrevPageUri" xml:"PrevPageUri"` // always null: pages lead on, not back
	NextPageUri  *string  `json:"NextPageUri" xml:"NextPageUri"`
}

// search is what a list asks for.
type search struct {
	from, to time.Time // of creation, both included; zero is open
	oldest   bool
	after    string
	size     int
}

const (
	pageSize    = 50
	maxPageSize = 100
)

// listMessages is GET …/SMS/Messages.
func listMessages(c call) *sms.Error {
	if !c.on("list_messages") {
		return fail(40500)
	}
	values, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return fail(40501)
	}
	s, ok := readSearch(values)
	if !ok {
		return fail(40501)
	}
	found, total, ok := c.find(s)
	if !ok {
		return fail(40501)
	}
	head := metadata{Total: total, PageSize: s.size, FirstPageUri: c.pageURI(values, "")}
	if len(found) > s.size {
		found = found[:s.size]
		head.NextPageUri = c.pageURI(values, found[s.size-1].ID)
	}
	c.writeList(head, found)
	return nil
}

func (c call) writeList(head metadata, found []sms.Message) {
	views := make([]message, 0, len(found))
	var xmlViews []xmlMessage
	for _, m := range found {
		v := messageView(m, c.context.Settings)
		views, xmlViews = append(views, v), append(xmlViews, v.xml())
	}
	if !wantsJSON(c.r) {
		writeXML(c.w, http.StatusOK, response{Metadata: &head, Messages: xmlViews})
		return
	}
	writeJSON(c.w, http.StatusOK, struct {
		Metadata    metadata  `json:"Metadata"`
		SMSMessages []message `json:"SMSMessages"`
	}{head, views})
}

// readSearch reads DateCreated=gte:…;lte:…, PageSize, SortBy and After.
func readSearch(values url.Values) (search, bool) {
	s := search{size: pageSize, after: values.Get("After")}
	if text := values.Get("PageSize"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPageSize {
			return s, false
		}
		s.size = n
	}
	switch values.Get("SortBy") {
	case "", "DateCreated:desc":
	case "DateCreated:asc":
		s.oldest = true
	default:
		return s, false
	}
	for bound := range strings.SplitSeq(values.Get("DateCreated"), ";") {
		if bound == "" {
			continue
		}
		word, text, _ := strings.Cut(bound, ":")
		at, err := time.ParseInLocation("2006-01-02 15:04:05", text, ist)
		switch {
		case err != nil:
			return s, false
		case word == "gte":
			s.from = at
		case word == "lte":
			s.to = at.Add(time.Second - 1)
		default:
			return s, false
		}
	}
	return s, true
}

// find collects one item more than a page has, so that it is known whether
// there are more. Messages lie in the order of their creation, so it stops
// where the bounds end.
func (c call) find(s search) (found []sms.Message, total int, ok bool) {
	page := sms.Page{After: s.after, Limit: maxPageSize, Oldest: s.oldest}
	for {
		part, ok := c.book.Messages("account", c.account.ID, page)
		if !ok {
			return nil, 0, false
		}
		for _, m := range part.Items {
			if s.past(m.Created) {
				return found, part.Total, true
			}
			if s.holds(m.Created) && c.shows(m) {
				found = append(found, m)
			}
			if len(found) > s.size {
				return found, part.Total, true
			}
		}
		if !part.Further {
			return found, part.Total, true
		}
		page.After = part.Items[len(part.Items)-1].ID
	}
}

func (s search) holds(t time.Time) bool {
	return (s.from.IsZero() || !t.Before(s.from)) && (s.to.IsZero() || !t.After(s.to))
}

// past reports whether nothing after t can be within the bounds.
func (s search) past(t time.Time) bool {
	if s.oldest {
		return !s.to.IsZero() && t.After(s.to)
	}
	return t.Before(s.from)
}

// pageURI is the path of a page of the same search.
func (c call) pageURI(values url.Values, after string) *string {
	query := url.Values{}
	for name, v := range values {
		query[name] = v
	}
	query.Del("After")
	if after != "" {
		query.Set("After", after)
	}
	uri := c.r.URL.Path
	if len(query) > 0 {
		uri += "?" + query.Encode()
	}
	return &uri
}
