package surge

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
)

// TestListGoldens holds the shape of a page.
func TestListGoldens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "page_size", "2")
	const path = "/accounts/{account}/messages"
	golden.Check(t, "messages-none.json", w.call(t, "GET", path, "").body)
	for n := 1; n <= 5; n++ {
		w.send(t, fmt.Sprintf(`{"to":"+18015550142","body":"m%d","metadata":{"n":"%d"}}`, n, n))
	}
	golden.Check(t, "messages-first.json", w.call(t, "GET", path, "").body)
	golden.Check(t, "message-shown.json", w.call(t, "GET", "/messages/"+w.messages(t)[0].ID, "").body)
	if got := w.call(t, "GET", "/messages/msg_none", ""); got.status != 404 || slug(t, got) != "not_found" {
		t.Errorf("an unknown message: %d %s", got.status, got.body)
	}
}

// TestPaging walks forth as the SDKs do, and back again.
func TestPaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "page_size", "2")
	for n := 1; n <= 5; n++ {
		w.send(t, fmt.Sprintf(`{"to":"+18015550142","body":"m%d"}`, n))
	}
	page := func(query string) (bodies []string, next, previous string) {
		var l list[message]
		got := w.call(t, "GET", "/accounts/{account}/messages?"+query, "")
		if err := json.Unmarshal([]byte(got.body), &l); err != nil || got.status != 200 {
			t.Fatalf("%s: %d %s", query, got.status, got.body)
		}
		for _, m := range l.Data {
			bodies = append(bodies, *m.Body)
		}
		return bodies, deref(l.Pagination.Next), deref(l.Pagination.Previous)
	}
	var forth, back []string
	query, last := "", ""
	for range 3 {
		bodies, next, _ := page(query)
		forth, last, query = append(forth, bodies...), next, "after="+url.QueryEscape(next)
	}
	if want := []string{"m5", "m4", "m3", "m2", "m1"}; !slices.Equal(forth, want) || last != "" {
		t.Errorf("forth: %v, then %q", forth, last)
	}
	oldest := *writeCursor(w.messages(t)[0].ID)
	for query = "before=" + oldest; query != "before="; {
		bodies, next, previous := page(query)
		if next == "" {
			t.Errorf("%s: no way forth again", query)
		}
		back, query = append(back, bodies...), "before="+url.QueryEscape(previous)
	}
	if want := []string{"m3", "m2", "m5", "m4"}; !slices.Equal(back, want) {
		t.Errorf("back: %v, want %v", back, want)
	}
}

func TestPageSizeDefault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 51 {
		w.send(t, `{"to":"+18015550142","body":"Hi"}`)
	}
	var l list[message]
	if err := json.Unmarshal([]byte(w.call(t, "GET", "/accounts/{account}/messages?after=&before=", "").body), &l); err != nil {
		t.Fatal(err)
	}
	if len(l.Data) != 50 || l.Pagination.Next == nil || l.Pagination.Previous != nil {
		t.Errorf("%d items, %+v", len(l.Data), l.Pagination)
	}
}

func TestBadCursors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(t, `{"to":"+18015550142","body":"Hi"}`)
	known, unknown := *writeCursor(w.messages(t)[0].ID), *writeCursor("msg_none")
	encoded := func(text string) string { return base64.URLEncoding.EncodeToString([]byte(text)) }
	for _, list := range []string{"messages", "contacts"} {
		for _, query := range []string{
			"after=x", "before=%F0", "after=%zz", "after=" + unknown, "before=" + unknown,
			"after=" + known + "&before=" + known,
			"after=" + encoded(`{"id":""}`), "after=" + encoded(`{}`), "after=" + encoded(`["id"]`), "after=" + encoded(`{"id":1}`),
			"after=g3QAAAABZAACaWRtAAAAHm1zZw==", // the kind of text in the vendor's own sample
		} {
			got := w.call(t, "GET", "/accounts/{account}/"+list+"?"+query, "")
			if got.status != 422 || slug(t, got) != "invalid_pagination" {
				t.Errorf("%s?%s: %d %s", list, query, got.status, got.body)
			}
		}
		if got := w.call(t, "GET", "/accounts/acct_none/"+list, ""); got.status != 404 || slug(t, got) != "account_not_found" {
			t.Errorf("%s of nobody: %d %s", list, got.status, got.body)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("msg_1")
	f.Add("eyJpZCI6Im1zZ18xIn0=")
	f.Fuzz(func(t *testing.T, text string) {
		if id, ok := readCursor(text); ok != (id != "") {
			t.Errorf("%q reads as %q, %v", text, id, ok)
		}
		var plain string // as JSON can hold it
		raw, _ := json.Marshal(text)
		if json.Unmarshal(raw, &plain); plain == "" {
			return
		}
		if id, ok := readCursor(*writeCursor(text)); !ok || id != plain {
			t.Errorf("%q comes back as %q, %v", text, id, ok)
		}
	})
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
