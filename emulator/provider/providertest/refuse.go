package providertest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// bad: what the dialect declares to be wrong is refused in the vendor's words,
// and leaves nothing behind.
func bad(t *testing.T, d Dialect) {
	l := newLab(t, d)
	var out strings.Builder
	for _, b := range d.Bad {
		a := l.do(l.request(b))
		if a.status != b.Status {
			t.Errorf("%s is answered %d %s; want %d", b.Name, a.status, a.body, b.Status)
		}
		l.refused(b.Name, a)
		fmt.Fprintf(&out, "> %s\n%s\n", b.Name, a.text())
	}
	l.golden("bad.txt", out.String())
	l.noMessages("bad input")
	if len(d.Bad) == 0 {
		t.Error("the dialect declares no bad input")
	}
}

// request is the good send with another body.
func (l *Lab) request(b Bad) *http.Request {
	l.T.Helper()
	good := l.dialect.Send(l, l.Handset(0), "", hello)
	path := strings.TrimPrefix(good.URL.String(), l.Env["url"])
	if b.Path != "" {
		path = strings.ReplaceAll(b.Path, "{account}", l.Env["account"])
	}
	r := l.Request(good.Method, path, "", b.Body)
	r.Header = good.Header
	if b.Type != "" {
		r.Header.Set("Content-Type", b.Type)
	}
	return r
}

// junk: no body, whatever is in it, makes the vendor stumble.
func junk(t *testing.T, d Dialect) {
	l := newLab(t, d)
	deep := strings.Repeat("[", 10000) + strings.Repeat("]", 10000)
	for _, body := range []string{
		"", " ", "{", "{}", "[]", "null", "7", `"text"`, `{"a":`, `{"a":1}{"a":2}`, "\x00", "\xff\xfe", "\xef\xbb\xbf{}",
		"%", "%zz=%", "=", "&&&", "a=1&a=2", "a[0]=1&a[1]=2&a=3", "<x/>", "--b\r\n\r\n--b--", deep, `{"a":` + deep + `}`,
		`{"a":1e400}`, `{"a":"\ud800"}`, strings.Repeat("a=b&", 20000), strings.Repeat("x", 1<<19),
	} {
		for _, kind := range []string{
			"", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain", "application/json; charset=\"", "/",
		} {
			r := l.request(Bad{Body: body})
			if kind != "" {
				r.Header.Set("Content-Type", kind)
			}
			l.refused(fmt.Sprintf("the body %.40q as %q", body, kind), l.do(r))
		}
	}
	l.noMessages("junk")
}

// unknown: what no operation has is refused in the vendor's own shape.
func unknown(t *testing.T, d Dialect) {
	l := newLab(t, d)
	good := strings.TrimPrefix(d.Send(l, l.Handset(0), "", hello).URL.Path, "/"+d.Provider.Name)
	var out strings.Builder
	for _, ask := range []struct{ method, path string }{
		{"GET", "/"},
		{"GET", "/nothing/here"},
		{"POST", "/nothing"},
		{"PUT", good},
		{"DELETE", good},
		{"PATCH", good},
		{"POST", good + "/more"},
		{"POST", "/" + good},
		{"POST", good + "/"},
		{"GET", "/%2e%2e/%2F"},
		{"OPTIONS", good},
		{"BREW", good},
	} {
		a := l.do(l.like(ask.method, ask.path, ""))
		if calls := l.entries(journal.KindCall); calls[len(calls)-1].Call.Route != "" {
			continue // it is an operation of this vendor
		}
		l.refused(ask.method+" "+ask.path, a)
		fmt.Fprintf(&out, "> %s %s\n%s\n", ask.method, ask.path, a.text())
	}
	l.golden("unknown.txt", out.String())
	l.noMessages("unknown routes")
}

// credential: without a key, or with one that is nobody's any more, nothing is
// done, and the record says why.
func credential(t *testing.T, d Dialect) {
	l := newLab(t, d)
	none := d.Send(l, l.Handset(0), "", hello)
	if !takeCredential(d, none) {
		t.Fatal("the credential of a send is in no header; the suite cannot take it away")
	}
	gone := l.sibling()
	wrong := d.Send(gone, l.Handset(0), "", hello)
	if err := l.emu.Drop(gone.Box.ID()); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, ask := range []struct {
		name string
		r    *http.Request
		code sms.Code
	}{{"no key", none, sms.NoCredential}, {"a key that is nobody's", wrong, sms.BadCredential}} {
		a := l.do(ask.r)
		l.refused(ask.name, a)
		fmt.Fprintf(&out, "> %s\n%s\n", ask.name, a.text())
		refused := l.entries(journal.KindRefused)
		if got := refused[len(refused)-1].Call.Code; got != ask.code {
			t.Errorf("%s is recorded as %s; want %s", ask.name, got, ask.code)
		}
	}
	l.golden("credential.txt", out.String())
	l.noMessages("calls without a right")
}

// takeCredential takes the header out of a request that its credential is in.
func takeCredential(d Dialect, r *http.Request) (taken bool) {
	for name, values := range r.Header {
		r.Header.Del(name)
		if d.Provider.Credential(r) == "" {
			return true
		}
		r.Header[name] = values
	}
	return false
}

// oversize: a body over the limit is refused unread, one just under it is not.
func oversize(t *testing.T, d Dialect) {
	const limit = 1 << 20
	l := newLab(t, d)
	a := l.do(l.request(Bad{Body: strings.Repeat("x", limit+1)}))
	l.refused("a body over the limit", a)
	l.golden("oversize.txt", a.text())
	l.refused("a body at the limit", l.do(l.request(Bad{Body: strings.Repeat("x", limit)})))
	refused := l.entries(journal.KindRefused)
	if len(refused) != 2 || refused[0].Call.Code != sms.TooLarge || refused[1].Call.Code == sms.TooLarge {
		t.Errorf("the record has %+v; want only the first too large", refused)
	}
	l.noMessages("large bodies")
}
