package surge

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// TestNumbers follows numbers from the inventory to their release.
func TestNumbers(t *testing.T) {
	t.Parallel()
	s := newStory(t, "page_size", "3")
	const search = "/accounts/{account}/available_phone_numbers"
	s.say("the inventory")
	s.call("", "GET", search+"?type=local", "")
	s.call("", "GET", search+"?type=local&area_code=212", "")
	s.call("", "GET", search+"?type=local&country=CA", "")
	s.call("", "GET", search+"?type=toll_free", "")
	s.call("", "GET", search+"?type=toll_free&area_code=212", "")
	s.call("", "GET", search+"?type=local&area_code=416&country=US", "")
	s.call("", "GET", search+"?type=local&area_code=290", "")

	s.say("buying")
	s.call("first", "POST", "/accounts/{account}/phone_numbers", `{"type":"local","area_code":"212","name":"Front desk"}`)
	s.call("", "POST", "/accounts/{account}/phone_numbers", `{}`)
	s.call("", "POST", "/accounts/{account}/phone_numbers", `{"area_code":"888"}`)
	s.call("", "POST", "/accounts/{account}/phone_numbers", `{"latitude":45.4,"longitude":-73.6}`)
	s.call("exact", "POST", "/accounts/{account}/phone_numbers", `{"phone_number":"+17205550123","type":"toll_free","area_code":"999"}`)
	s.call("", "GET", search+"?type=local&area_code=212", "")
	s.call("", "POST", "/accounts/{account}/phone_numbers", `{"phone_number":"+17205550123"}`)

	s.say("reading, newest first, without the demo number")
	s.call("", "GET", "/accounts/{account}/phone_numbers", "")
	s.call("", "GET", "/phone_numbers/{first}", "")
	s.call("", "PATCH", "/phone_numbers/{first}", `{"name":"Back office"}`)
	s.call("", "PATCH", "/phone_numbers/{first}", `{"name":null}`)
	s.call("", "POST", "/accounts/{account}/messages", `{"to":"+18015550142","from":"{first}","body":"Hi"}`)

	s.say("release")
	s.call("", "DELETE", "/phone_numbers/{first}", "")
	s.call("", "DELETE", "/phone_numbers/{first}", "")
	s.call("", "GET", "/phone_numbers/{first}", "")
	s.call("", "POST", "/accounts/{account}/messages", `{"to":"+18015550142","from":"{first}","body":"Hi"}`)
	s.call("again", "POST", "/accounts/{account}/phone_numbers", `{"area_code":"212"}`)
	s.wait(0)
	s.end("numbers.txt")
}

func TestBadNumbers(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	demo := s.w.account.Lines[2].ID
	s.name("demo", demo)
	for _, c := range [][3]string{
		{"GET", "/accounts/{account}/available_phone_numbers"},
		{"GET", "/accounts/{account}/available_phone_numbers?type=short_code&area_code=21&country=MX"},
		{"GET", "/accounts/{account}/available_phone_numbers?type=local&after=eyJpZCI6IngifQ"},
		{"GET", "/accounts/acct_none/available_phone_numbers?type=local"},
		{"POST", "/accounts/{account}/phone_numbers", `{"phone_number":"555","type":"short_code","area_code":"01"}`},
		{"POST", "/accounts/{account}/phone_numbers", `{"phone_number":1,"type":2,"area_code":801,"latitude":"x","longitude":[],"name":{}}`},
		{"POST", "/accounts/{account}/phone_numbers", `{"latitude":91,"longitude":-181}`},
		{"POST", "/accounts/{account}/phone_numbers", `{"latitude":1}`},
		{"POST", "/accounts/{account}/phone_numbers", `{"longitude":1}`},
		{"POST", "/accounts/{account}/phone_numbers", `{"type":"toll_free","area_code":"212"}`},
		{"POST", "/accounts/{account}/phone_numbers", `{"area_code":"911"}`},
		{"POST", "/accounts/{account}/phone_numbers", `{"phone_number":"+447700900123"}`},
		{"POST", "/accounts/{account}/phone_numbers", `{"phone_number":"+18015550100"}`},
		{"POST", "/accounts/{account}/phone_numbers", `{"phone_number":"` + string(poolNumber) + `"}`},
		{"POST", "/accounts/acct_none/phone_numbers", `{`},
		{"GET", "/phone_numbers/{demo}"},
		{"GET", "/phone_numbers/+18015550100"},
		{"PATCH", "/phone_numbers/pn_none", `{}`},
		{"PATCH", "/phone_numbers/{line}", `{"name":1,"campaign_id":2}`},
		{"PATCH", "/phone_numbers/{line}", `{"campaign_id":"cpn_none"}`},
		{"PATCH", "/phone_numbers/{line}", `nothing`},
	} {
		s.name("line", s.w.account.Lines[0].ID)
		if got := s.call("", c[0], c[1], c[2]); got.status < 400 || got.status >= 500 {
			t.Errorf("%s %s %s: %d", c[0], c[1], c[2], got.status)
		}
	}
	s.end("bad-numbers.txt")
}

func TestPlans(t *testing.T) {
	t.Parallel()
	for plan, most := range map[string]int{"hobby": 1, "starter": 25, "growth": 40} {
		w := newWorld(t, "plan", plan)
		account := createdID(t, w.call(t, "POST", "/accounts", `{"name":"Acme"}`))
		for n := 1; n <= 40; n++ {
			got := w.call(t, "POST", "/accounts/"+account+"/phone_numbers", `{"type":"toll_free"}`)
			if n <= most && got.status != 201 || n > most && (got.status != 422 || slug(t, got) != "phone_number_limit") {
				t.Errorf("%s, number %d: %d %s", plan, n, got.status, got.body)
			}
		}
	}
}

// TestInventoryRunsOut buys all of one area.
func TestInventoryRunsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := firstForSale; n <= lastForSale; n++ {
		got := w.call(t, "POST", "/accounts/{account}/phone_numbers", `{"area_code":"604"}`)
		if want := fmt.Sprintf(`"number":"+1604555%04d"`, n); got.status != 201 || !strings.Contains(got.body, want) {
			t.Fatalf("%d %s, want %s", got.status, got.body, want)
		}
	}
	if got := w.call(t, "POST", "/accounts/{account}/phone_numbers", `{"area_code":"604"}`); slug(t, got) != "no_matching_numbers" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestBuyingAtOnce holds that no purchase undoes another.
func TestBuyingAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { w.call(t, "POST", "/accounts/{account}/phone_numbers", `{"area_code":"212"}`) })
	}
	all.Wait()
	var l list[phoneNumber]
	if err := json.Unmarshal([]byte(w.call(t, "GET", "/accounts/{account}/phone_numbers", "").body), &l); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, n := range l.Data {
		seen[n.ID+n.Number] = true
	}
	if len(seen) != 10 || len(l.Data) != 10 {
		t.Errorf("%d numbers, %d of them different; want 10", len(l.Data), len(seen))
	}
}

// TestBoughtNumberIsTheDefault holds that an account leaves its demo number behind.
func TestBoughtNumberIsTheDefault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := createdID(t, w.call(t, "POST", "/accounts", `{"name":"Acme"}`))
	send := func(n int) string {
		return w.call(t, "POST", "/accounts/"+account+"/messages", fmt.Sprintf(`{"to":"+1801555%04d","body":"Hi"}`, n)).body
	}
	if got := send(142); !strings.Contains(got, `"name":"Demo phone number","type":"demo"`) {
		t.Errorf("sent from %s", got)
	}
	w.call(t, "POST", "/accounts/"+account+"/phone_numbers", `{"area_code":"303"}`)
	if got := send(143); !strings.Contains(got, `"number":"+13035550102"`) {
		t.Errorf("sent from %s", got)
	}
	if got := w.text(t, "+18015550142", "+13035550102", "hello"); got.Account != account {
		t.Errorf("an MO went to %s, want %s", got.Account, account)
	}
}

func TestAreas(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"801": "US local", "800": "US toll_free", "888": "US toll_free", "416": "CA local", "604": "CA local",
		"": "", "80": "", "8011": "", "011": "", "101": "", "911": "", "290": "", "555": "", "372": "", "961": "", "8O1": "",
	} {
		country, kind, ok := area(code)
		if got := strings.TrimSpace(country + " " + kind); got != want || ok != (want != "") {
			t.Errorf("area %q is %q, want %q", code, got, want)
		}
	}
	for _, c := range cities {
		if got := nearest(c.latitude+0.1, c.longitude-0.1); got != c.area {
			t.Errorf("beside %s is %s", c.area, got)
		}
		if _, kind, ok := area(c.area); !ok || kind != local {
			t.Errorf("city of area %s", c.area)
		}
	}
}

// TestImport brings numbers in, as the vendor's people do.
func TestImport(t *testing.T) {
	t.Parallel()
	s := newStory(t, "campaign_review", "1")
	s.call("campaign", "POST", "/accounts/{account}/campaigns", goodCampaign)
	bring := func(in importing) {
		s.w.inside(t, func(net provider.Network) {
			d := document(kindImport, s.w.account.ID, in)
			d.Due = net.Book().Now()
			if err := net.Do(&d); err != nil {
				t.Error(err)
			}
		})
	}
	bring(importing{Number: "+18015550177", Name: "Ported"})
	bring(importing{Number: "+18335550177", Kind: sms.TollFree})
	bring(importing{Number: "+18015550100"}) // the account has it
	bring(importing{Number: "nonsense"})
	bring(importing{Number: "+18015550178", Kind: "fax"}) // the vendor has no such kind
	s.wait(500 * time.Millisecond)
	s.wait(2 * time.Minute)
	s.call("", "GET", "/accounts/{account}/phone_numbers", "")
	s.end("import.txt")
}
