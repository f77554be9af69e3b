package surge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestAccounts follows accounts from their making to their end.
func TestAccounts(t *testing.T) {
	t.Parallel()
	s := newStory(t, "page_size", "2")
	s.say("the account that a sandbox begins with")
	s.call("", "GET", "/accounts", "")
	s.call("", "GET", "/accounts/{account}/status?capabilities=local_messaging", "")

	s.say("an account of its own")
	s.call("new", "POST", "/accounts", `{"name":"Acme #1","brand_name":"Acme","time_zone":"America/Denver"}`)
	s.call("", "GET", "/accounts/{new}/status", "")
	s.call("", "POST", "/accounts/{new}/campaigns", goodCampaign)
	s.call("", "PATCH", "/accounts/{new}", `{"organization":{"registered_name":"Acme, Inc.","type":"public_corporation","country":"US",
		"email":"a@acme.test","website":"acme.test","identifier":"12345","identifier_type":"ein","industry":"retail",
		"regions_of_operation":["usa_and_canada","europe"],"address":{"line1":"1 Main St","locality":"Provo","region":"UT","postal_code":"84601","country":"USA"},
		"contact":{"first_name":"Ada","last_name":"Vega","email":"ada","phone_number":"801","title":"other"}}}`)
	s.call("", "GET", "/accounts/{new}/status?capabilities[]=local_messaging", "")
	s.call("", "PATCH", "/accounts/{new}", `{"brand_name":null,"organization":{"website":"https://acme.test","identifier":"12-3456789",
		"stock_symbol":"ACM","stock_exchange":"nyse","address":{"country":"US"},
		"contact":{"email":"ada@acme.test","phone_number":"+18015550199","title_other":"Founder"}}}`)
	s.call("", "GET", "/accounts/{new}/status", "")
	s.call("", "PATCH", "/accounts/{new}", `{"organization":{"address":null,"contact":null,"regions_of_operation":null}}`)
	s.call("", "GET", "/accounts/{new}/status", "")
	s.call("", "PATCH", "/accounts/{new}", `{"organization":null}`)

	s.say("it sends from a demo number, and pages hold two")
	s.call("", "POST", "/accounts/{new}/messages", `{"to":"+18015550142","body":"Hi"}`)
	s.call("", "GET", "/accounts/{new}/phone_numbers", "")
	s.call("third", "POST", "/accounts", `{"name":"Third"}`)
	s.call("", "GET", "/accounts", "")

	s.say("archived, it can be read and no longer changed")
	s.call("", "DELETE", "/accounts/{new}", "")
	s.call("", "GET", "/accounts/{new}", "")
	s.call("", "GET", "/accounts/{new}/messages", "")
	for _, c := range [][3]string{
		{"DELETE", "/accounts/{new}"},
		{"PATCH", "/accounts/{new}", `{"name":"x"}`},
		{"POST", "/accounts/{new}/messages", `{"to":"+18015550142","body":"Hi"}`},
		{"POST", "/accounts/{new}/blasts", `{"to":["+18015550142"],"body":"Hi"}`},
		{"POST", "/accounts/{new}/contacts", `{"phone_number":"+18015550143"}`},
		{"POST", "/accounts/{new}/audiences", `{"name":"x"}`},
		{"POST", "/accounts/{new}/phone_numbers", `{}`},
		{"POST", "/accounts/{new}/campaigns", goodCampaign},
		{"POST", "/accounts/{new}/users", `{"first_name":"x"}`},
		{"POST", "/accounts/{new}/verifications", `{"phone_number":"+18015550142"}`},
		{"POST", "/accounts/{new}/brand_verification_messages"},
	} {
		if got := s.call("", c[0], c[1], c[2]); got.status != 410 || slug(t, got) != "account_archived" {
			t.Errorf("%s %s: %d %s", c[0], c[1], got.status, got.body)
		}
	}
	s.end("accounts.txt")
}

// TestArchivingEndsEverything holds what belongs to an account that is archived.
func TestArchivingEndsEverything(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.call("campaign", "POST", "/accounts/{account}/campaigns", goodCampaign)
	s.call("number", "POST", "/accounts/{account}/phone_numbers", `{"area_code":"212"}`)
	s.call("user", "POST", "/accounts/{account}/users", `{"first_name":"Ada"}`)
	s.call("contact", "POST", "/accounts/{account}/contacts", ada)
	s.call("audience", "POST", "/accounts/{account}/audiences", `{"name":"All"}`)
	s.call("", "POST", "/accounts/{account}/blasts", `{"to":["{contact}"],"body":"later","send_at":"2026-08-20T16:00:00Z"}`)
	s.call("", "DELETE", "/accounts/{account}", "")
	if got := s.call("", "GET", "/campaigns/{campaign}", ""); !strings.Contains(got.body, `"status":"deactivated"`) {
		t.Errorf("the campaign is %s", got.body)
	}
	if got := s.call("", "GET", "/phone_numbers/{number}", ""); got.status != 404 {
		t.Errorf("the number is still there: %s", got.body)
	}
	for _, c := range [][3]string{
		{"PATCH", "/campaigns/{campaign}", `{}`},
		{"PATCH", "/users/{user}", `{}`},
		{"DELETE", "/users/{user}", ""},
		{"POST", "/users/{user}/tokens", `{}`},
		{"PATCH", "/contacts/{contact}", `{}`},
		{"POST", "/audiences/{audience}/contacts", `{"id":"{contact}"}`},
	} {
		if got := s.call("", c[0], c[1], c[2]); got.status != 410 || slug(t, got) != "account_archived" {
			t.Errorf("%s %s: %d %s", c[0], c[1], got.status, got.body)
		}
	}
	before := len(s.w.messages(t))
	if s.w.advance(t, 2*3600e9); len(s.w.messages(t)) != before {
		t.Error("a blast of an archived account was sent")
	}
}

// TestOrganizationValues holds the vendor's lists of values.
func TestOrganizationValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		field string
		many  int
		all   []string
	}{
		{"type", 8, organizationTypes},
		{"identifier_type", 3, identifierTypes},
		{"industry", 33, industries},
		{"stock_exchange", 27, stockExchanges},
		{"title", 7, titles},
		{"regions_of_operation", 6, regions},
	} {
		if len(slices.Compact(slices.Sorted(slices.Values(c.all)))) != c.many {
			t.Errorf("%s has %d values, want %d", c.field, len(c.all), c.many)
		}
		shape := `{"organization":{%q:%q}}`
		switch c.field {
		case "title":
			shape = `{"organization":{"contact":{%q:%q}}}`
		case "regions_of_operation":
			shape = `{"organization":{%q:[%q]}}`
		}
		for _, value := range append([]string{"nonsense"}, c.all...) {
			got := w.call(t, "PATCH", "/accounts/{account}", fmt.Sprintf(shape, c.field, value))
			if bad := value == "nonsense"; bad && (got.status != 422 || !strings.Contains(got.body, c.field+`":["is invalid"]`)) || !bad && got.status != 200 {
				t.Errorf("%s %s: %d %s", c.field, value, got.status, got.body)
			}
		}
	}
}

func TestBadAccounts(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	for _, c := range [][3]string{
		{"POST", "/accounts", `{}`},
		{"POST", "/accounts", `{"name":" "}`},
		{"POST", "/accounts", `{"name":1,"brand_name":2,"time_zone":[],"organization":"x"}`},
		{"POST", "/accounts", `{"name":"x","organization":{"registered_name":1,"type":2,"address":"y","contact":[],"regions_of_operation":"z"}}`},
		{"POST", "/accounts", `{"name":"x","organization":{"regions_of_operation":[null],"contact":{"title":"king"}}}`},
		{"POST", "/accounts", `{`},
		{"PATCH", "/accounts/{account}", `{"name":null}`},
		{"PATCH", "/accounts/acct_none", `{`},
		{"DELETE", "/accounts/acct_none", ``},
		{"GET", "/accounts/acct_none", ``},
		{"GET", "/accounts/acct_none/status", ``},
		{"GET", "/accounts/{account}/status?capabilities=flying", ``},
		{"GET", "/accounts?after=x", ``},
	} {
		if got := s.call("", c[0], c[1], c[2]); got.status < 400 || got.status >= 500 {
			t.Errorf("%s %s %s: %d", c[0], c[1], c[2], got.status)
		}
	}
	s.end("bad-accounts.txt")
}

func TestAccountsLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "accounts_limit", "2")
	first := createdID(t, w.call(t, "POST", "/accounts", `{"name":"Second"}`))
	if got := w.call(t, "POST", "/accounts", `{"name":"Third"}`); got.status != 422 || slug(t, got) != "accounts_limit_exceeded" {
		t.Errorf("%d %s", got.status, got.body)
	}
	w.call(t, "DELETE", "/accounts/"+first, "")
	if got := w.call(t, "POST", "/accounts", `{"name":"Third"}`); got.status != 201 {
		t.Errorf("in the place of an archived one: %d %s", got.status, got.body)
	}
}

// TestAccountPages walks a list that the verification pool stands in the middle of.
func TestAccountPages(t *testing.T) {
	t.Parallel()
	for size := 1; size <= 4; size++ {
		w := newWorld(t, "page_size", fmt.Sprint(size))
		w.call(t, "POST", "/accounts", `{"name":"a"}`)
		w.call(t, "POST", "/accounts/{account}/verifications", `{"phone_number":"+18015550142"}`)
		w.call(t, "POST", "/accounts", `{"name":"b"}`)
		w.call(t, "POST", "/accounts", `{"name":"c"}`)
		walk := func(query, which string) (names []string) {
			for range 9 {
				var l list[accountInfo]
				got := w.call(t, "GET", "/accounts"+query, "")
				if err := json.Unmarshal([]byte(got.body), &l); err != nil || got.status != 200 || len(l.Data) > size {
					t.Fatalf("%d %s", got.status, got.body)
				}
				page := []string{}
				for _, a := range l.Data {
					page = append(page, a.Name)
				}
				names = append(names, page...)
				next := l.Pagination.Next
				if which == "before" {
					next = l.Pagination.Previous
				}
				if next == nil {
					return names
				}
				if len(page) == 0 {
					t.Fatal("an empty page that is not the last")
				}
				query = "?" + which + "=" + *next
			}
			return names
		}
		if names, want := walk("", "after"), []string{"c", "b", "a", "Switchhook"}; !slices.Equal(names, want) {
			t.Errorf("size %d: %v, want %v", size, names, want)
		}
		oldest := *writeCursor(w.account.ID)
		if names := walk("?before="+oldest, "before"); len(names) != 3 || !slices.Contains(names, "c") {
			t.Errorf("size %d, back: %v", size, names)
		}
	}
}
