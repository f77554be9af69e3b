package exotel_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestUnknownMessage(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	path := "/v1/Accounts/{sid}/SMS/Messages/5d1c0e7be1b54b1f9a0c2f6d3a7e4410"
	l.wantError(l.call("GET", path+".json", nil), 200, 0)
	if a := l.call("GET", path, nil); !strings.Contains(a.body, "<Message>No matching results</Message>") {
		t.Errorf("in XML: %s", a.body)
	}
	l.set("unknown_sid", "not-found")
	l.wantError(l.call("GET", path+".json", nil), 404, 0)
}

func TestListOfMessages(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.wantError(l.call("GET", "/v1/Accounts/{sid}/SMS/Messages.json", nil), 400, 40500)
	l.set("list_messages", "on")
	l.advance(time.Second / 2) // a bound means the whole of its second
	for i := range 5 {
		l.message(l.send("Body", fmt.Sprint("text ", i)))
		l.advance(time.Hour)
	}
	if _, err := l.box.Text("exotel", asha, "", "hello", nil); err != nil {
		t.Fatal(err)
	}
	list := func(query string) (bodies, next string, total int) {
		t.Helper()
		a := l.call("GET", "/v1/Accounts/{sid}/SMS/Messages.json?"+query, nil)
		var page struct {
			Metadata struct {
				Total       int
				NextPageUri *string
			}
			SMSMessages []smsMessage
		}
		if err := json.Unmarshal([]byte(a.body), &page); a.status != 200 || err != nil {
			t.Fatalf("%s: %d %s", query, a.status, a.body)
		}
		for _, m := range page.SMSMessages {
			bodies += strings.TrimPrefix(m.Body, "text ")
		}
		if page.Metadata.NextPageUri != nil {
			next = *page.Metadata.NextPageUri
		}
		return bodies, next, page.Metadata.Total
	}
	if got, next, _ := list(""); got != "43210" || next != "" {
		t.Errorf("all: %s, next %q", got, next)
	}
	first, next, _ := list("PageSize=2")
	_, query, _ := strings.Cut(next, "?")
	second, next, _ := list(query)
	if a := l.call("GET", "/v1/Accounts/{sid}/SMS/Messages.json?"+query, nil); !strings.Contains(a.body, `/Messages.json?PageSize=2","PrevPageUri":null`) {
		t.Errorf("the second page says where the first is: %.300s", a.body)
	}
	_, query, _ = strings.Cut(next, "?")
	if third, next, _ := list(query); first+second+third != "43210" || next != "" {
		t.Errorf("pages %s %s %s, next %q", first, second, third, next)
	}
	if got, _, _ := list("SortBy=DateCreated:asc"); got != "01234" {
		t.Errorf("oldest first: %s", got)
	}
	from := l.box.Now().In(time.FixedZone("IST", 19800)).Add(-4 * time.Hour)
	bounds := url.Values{"DateCreated": {"gte:" + from.Format("2006-01-02 15:04:05") + ";lte:" + from.Add(2*time.Hour).Format("2006-01-02 15:04:05")}}
	if got, _, _ := list(bounds.Encode()); got != "321" {
		t.Errorf("within bounds: %s", got)
	}
	if got, _, _ := list("SortBy=DateCreated:asc&" + bounds.Encode()); got != "123" {
		t.Errorf("within bounds, oldest first: %s", got)
	}
	l.set("inbound_by_api", "on")
	if got, _, _ := list("PageSize=1"); got != "hello" {
		t.Errorf("with inbound ones: %s", got)
	}
	if a := l.call("GET", "/v1/Accounts/{sid}/Sms/Messages?PageSize=1", nil); !strings.Contains(a.body, "<Metadata><Total>") {
		t.Errorf("in XML: %s", a.body)
	}
	for _, query := range []string{"PageSize=0", "PageSize=101", "SortBy=x", "DateCreated=yesterday", "After=nobody", "a=%"} {
		l.wantError(l.call("GET", "/v1/Accounts/{sid}/SMS/Messages.json?"+query, nil), 400, 40501)
	}
}
