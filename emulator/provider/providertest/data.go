package providertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// wholeData: what a provider says of itself is complete and agrees with itself.
func wholeData(t *testing.T, d Dialect) {
	p := d.Provider
	seen := map[string]bool{}
	once := func(what, name string) {
		t.Helper()
		if seen[what+name] || name == "" {
			t.Errorf("%s %q is given twice, or is empty", what, name)
		}
		seen[what+name] = true
	}
	for _, r := range p.Routes {
		once("route", r.Pattern)
	}
	for _, s := range p.Switches {
		once("switch", s.Name)
		if s.Says == "" || len(s.Values) > 0 && !slices.Contains(s.Values, s.Default) {
			t.Errorf("switch %s says %q, and its default %q is one of %v", s.Name, s.Says, s.Default, s.Values)
		}
	}
	for _, m := range p.Magic {
		once("magic number", string(m.Number))
		if !m.Number.Valid() || m.Says == "" {
			t.Errorf("magic number %q says %q", m.Number, m.Says)
		}
	}
	for _, o := range p.Declined {
		once("declined operation", o.Operation)
		if o.Reason == "" {
			t.Errorf("%s is declined without a reason", o.Operation)
		}
	}
	for _, why := range sms.Reasons() {
		if p.Reasons[why] == "" {
			t.Errorf("the vendor has no word for %s", why)
		}
	}
	for _, word := range slices.Concat(p.Keywords.Stop, p.Keywords.Start, p.Keywords.Help, p.Keywords.StartIfOut) {
		once("keyword", word)
		if word != strings.ToUpper(word) {
			t.Errorf("keyword %q never matches: write it in upper case", word)
		}
	}
	contractNamesRoutes(t, p)
	if l := newLab(t, d).ladder(); l.Source == "" || l.Timeout <= 0 {
		t.Errorf("the retry ladder has the source %q and the timeout %v", l.Source, l.Timeout)
	}
}

// contractNamesRoutes holds the operations of the contract against the routes.
func contractNamesRoutes(t *testing.T, p provider.Provider) {
	t.Helper()
	if p.Contract == nil {
		return
	}
	c, err := p.Contract()
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]bool{}
	for _, r := range p.Routes {
		served[r.Pattern] = true
	}
	for _, o := range c.Operations() {
		for _, path := range append(o.Also, o.Path) {
			if !served[o.Method+" "+path] {
				t.Errorf("the contract names %s %s, which is not served", o.Method, path)
			}
			delete(served, o.Method+" "+path)
		}
	}
	for pattern := range served {
		t.Errorf("the contract does not name %s", pattern)
	}
}

// hosts: the vendor is also found under its own host names, without a prefix.
func hosts(t *testing.T, d Dialect) {
	l := newLab(t, d)
	for n, host := range d.Provider.Hosts {
		for _, name := range []string{host, strings.ToUpper(host) + ":443"} {
			r := d.Send(l, l.Handset(n), "", hello)
			r.Host = name
			r.URL.Path = strings.TrimPrefix(r.URL.Path, "/"+d.Provider.Name)
			l.takenID(l.do(r))
		}
		if made := len(l.sent(l.Handset(n))); made != 2 {
			t.Errorf("2 sends to %s make %d texts", host, made)
		}
	}
}

// switches: every value that is declared can be set, and texts go through in
// both directions as before; any other value is refused.
func switches(t *testing.T, d Dialect) {
	l := newLab(t, d)
	used := map[string]bool{}
	for _, s := range d.Provider.Switches {
		values := s.Values
		if len(values) == 0 {
			values = []string{"0", s.Default, "1000"}
		}
		for _, value := range values {
			used[s.Name+"="+value] = true
			l.sibling().tryUnder(s.Name, value)
		}
		if err := l.Box.SetSwitches(d.Provider.Name, map[string]string{s.Name: "no such value"}); err == nil {
			t.Errorf("switch %s takes any value", s.Name)
		}
	}
	for name := range d.Closing {
		if !used[name] {
			t.Errorf("the dialect says that %s refuses sends; there is no such value", name)
		}
	}
}

// tryUnder sends and hears one text while a switch has a value.
func (l *Lab) tryUnder(name, value string) {
	l.T.Helper()
	l.set(name, value)
	to := l.Handset(0)
	a := l.ask(to, hello)
	switch taken := l.dialect.takes(name, value); {
	case !taken:
		l.refused("a send under "+name+"="+value, a)
	case a.status != l.dialect.accepted() || len(l.sent(to)) != 1:
		l.T.Errorf("under %s=%s a send is answered %d %s", name, value, a.status, a.body)
	}
	l.finish()
	l.App.taken()
	l.text(to, "", "Is 3pm free?")
	if len(l.App.taken()) == 0 {
		l.T.Errorf("under %s=%s a text from a handset brings no webhook", name, value)
	}
}
