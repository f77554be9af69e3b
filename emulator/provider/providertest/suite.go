package providertest

import (
	"slices"
	"testing"
)

// parts are what Run runs, by the names that Declines uses.
var parts = []struct {
	name string
	run  func(*testing.T, Dialect)
}{
	{"data", wholeData},
	{"accept", accept},
	{"webhooks", webhooks},
	{"life", life},
	{"reasons", reasons},
	{"magic", magic},
	{"hear", hear},
	{"conversation", conversation},
	{"reply", reply},
	{"retries", retries},
	{"recovery", recovery},
	{"acks", acks},
	{"signature", signature},
	{"forgery", forgery},
	{"stamp", stamp},
	{"rotation", rotation},
	{"consent", consent},
	{"keywords", keywords},
	{"bad", bad},
	{"junk", junk},
	{"unknown", unknown},
	{"credential", credential},
	{"oversize", oversize},
	{"isolation", isolation},
	{"crossing", crossing},
	{"determinism", determinism},
	{"crowd", crowd},
	{"routes", routes},
	{"abuse", abuse},
	{"declined", declined},
	{"hosts", hosts},
	{"switches", switches},
}

// Parts are the names of the parts, as Declines uses them.
func Parts() (names []string) {
	for _, p := range parts {
		names = append(names, p.name)
	}
	return names
}

// Run holds a dialect against all that every dialect must do. Its golden files
// lie in testdata/suite; a test binary that has the flag -update rewrites them.
func Run(t *testing.T, d Dialect) {
	t.Helper()
	d.checkDeclines(t)
	for _, p := range parts {
		if why := d.Declines[p.name]; why != "" {
			t.Logf("%s does not apply: %s", p.name, why)
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			p.run(t, d)
		})
	}
}

// checkDeclines holds what is declined against what the dialect can do, so that
// no part is left out unnoticed and none is run that cannot apply.
func (d Dialect) checkDeclines(t *testing.T) {
	t.Helper()
	for name := range d.Declines {
		if !slices.Contains(Parts(), name) {
			t.Errorf("the dialect declines %q, which is no part of the suite", name)
		}
	}
	signed := d.Provider.Signed
	if signed.Body != (d.Verify != nil) {
		t.Errorf("the provider signs bodies: %v; the dialect can verify: %v", signed.Body, d.Verify != nil)
	}
	for part, can := range map[string]bool{
		"reply": d.Reply != nil, "forgery": signed.Body, "stamp": signed.Time, "rotation": signed.Several,
	} {
		if _, declines := d.Declines[part]; declines == can {
			t.Errorf("the dialect can do %q: %v; it declines that: %v", part, can, declines)
		}
	}
}
