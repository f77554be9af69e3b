package surge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
	"github.com/switchhook/switchhook/emulator/sms"
)

// TestContactGoldens holds what contacts look like, and who may have which
// number.
func TestContactGoldens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const all = "/accounts/{account}/contacts"
	made := w.call(t, "POST", all, `{"phone_number":"+18015550142","first_name":"Ada","last_name":"Vega","email":"ada@example.com","metadata":{"a":"1","b":"2"}}`)
	one := "/contacts/" + w.contacts(t)[0].ID
	steps := []struct {
		golden string
		status int
		got    answer
	}{
		{"contact-created.json", 201, made},
		{"contact-created-bare.json", 201, w.call(t, "POST", all, `{"phone_number":"+18015550143"}`)},
		{"contact-taken.json", 422, w.call(t, "POST", all, `{"phone_number":"+18015550142"}`)},
		{"contact-shown.json", 200, w.call(t, "GET", one, "")},
		// What is left out stays; metadata is replaced as a whole.
		{"contact-changed.json", 200, w.call(t, "PATCH", one, `{"metadata":{"c":"3"},"outbound_disabled":true}`)},
		// null clears.
		{"contact-cleared.json", 200, w.call(t, "PATCH", one, `{"first_name":null,"last_name":"","email":null,"metadata":null,"outbound_disabled":null}`)},
		{"contact-renumbered.json", 200, w.call(t, "PATCH", one, `{"phone_number":"+18015550144"}`)},
		{"contact-renumbered-taken.json", 422, w.call(t, "PATCH", one, `{"phone_number":"+18015550143"}`)},
		{"contacts.json", 200, w.call(t, "GET", all, "")},
	}
	for _, s := range steps {
		if s.got.status != s.status {
			t.Errorf("%s: status %d, want %d", s.golden, s.got.status, s.status)
		}
		golden.Check(t, s.golden, s.got.body)
	}
}

func TestBadContacts(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, c := range []struct{ method, body string }{
		{"POST", ``},
		{"POST", `{}`},
		{"POST", `{"phone_number":""}`},
		{"POST", `{"phone_number":"(801) 555-0142"}`},
		{"POST", `{"phone_number":18015550142,"first_name":1,"last_name":false,"email":[],"metadata":"x","outbound_disabled":"yes"}`},
		{"PATCH", `{"phone_number":null}`},
		{"PATCH", `{"phone_number":"+0"}`},
		{"PATCH", `{"metadata":[],"outbound_disabled":1}`},
		{"PATCH", `{"first_name":"A","first_name":"B"}`},
	} {
		w := newWorld(t)
		who := sms.Contact{Account: w.account.ID, Number: "+18015550142"}
		w.inside(t, func(net provider.Network) { _ = net.Do(&who) })
		path := map[string]string{"POST": "/accounts/{account}/contacts", "PATCH": "/contacts/" + who.ID}[c.method]
		got := w.call(t, c.method, path, c.body)
		slug(t, got)
		if kept := w.contacts(t)[0]; len(w.contacts(t)) != 1 || kept.Number != "+18015550142" || kept.FirstName != "" {
			t.Errorf("%s %s changed %+v", c.method, c.body, w.contacts(t))
		}
		fmt.Fprintf(&all, "%s %s\n%d %s\n\n", c.method, c.body, got.status, got.body)
	}
	golden.Check(t, "bad-contacts.txt", all.String())
}

func TestDuplicateContactReturned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "duplicate_contact", "return")
	first := w.call(t, "POST", "/accounts/{account}/contacts", ada)
	again := w.call(t, "POST", "/accounts/{account}/contacts", `{"phone_number":"+18015550142","first_name":"Eve"}`)
	if again.status != 201 || again.body != first.body || len(w.contacts(t)) != 1 {
		t.Errorf("%d %s; first was %s", again.status, again.body, first.body)
	}
	other := w.call(t, "POST", "/accounts/{account}/contacts", `{"phone_number":"+18015550143"}`)
	taken := w.call(t, "PATCH", "/contacts/"+w.contacts(t)[0].ID, `{"phone_number":"+18015550143"}`)
	if other.status != 201 || taken.status != 422 {
		t.Errorf("a change to a taken number: %d %s", taken.status, taken.body)
	}
}

func TestContactOfNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, method := range []string{"GET", "PATCH"} {
		got := w.call(t, method, "/contacts/ctc_01ja88cboqffhswjx8zbak3ykk", `{}`)
		if got.status != 404 || slug(t, got) != "not_found" {
			t.Errorf("%s: %d %s", method, got.status, got.body)
		}
	}
}

func FuzzContact(f *testing.F) {
	for _, seed := range []string{ada, `{"phone_number":null,"metadata":{"a":[]}}`, `{"outbound_disabled":1}`, `[]`, `{"metadata":"x`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := newWorld(t)
		w.call(t, "POST", "/accounts/{account}/contacts", ada)
		for _, c := range []struct{ method, path string }{
			{"POST", "/accounts/{account}/contacts"},
			{"PATCH", "/contacts/" + w.contacts(t)[0].ID},
		} {
			got := w.call(t, c.method, c.path, string(body))
			if got.status >= 400 {
				slug(t, got)
			}
			if got.status >= 500 || !strings.HasPrefix(got.body, "{") {
				t.Errorf("%s with %q: %d %s", c.method, body, got.status, got.body)
			}
		}
	})
}
