package emulator_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/switchhook/switchhook/emulator/sms"
)

// TestEveryOccasionIsTold makes each thing happen that only a person can bring
// about, with the sample that its vendor gives.
func TestEveryOccasionIsTold(t *testing.T) {
	t.Parallel()
	for vendor, want := range map[string]map[sms.Kind][]string{
		"surge": {"call": {"call.ended", "recording.completed"}, "import": {"phone_number.imported"}},
		"mta":   {"opt-in": {"number-opt-in"}},
	} {
		l := newLab(t)
		if err := l.box.SetEndpoint(sms.Endpoint{Provider: vendor, URL: l.sut}); err != nil {
			t.Fatal(err)
		}
		all, err := l.box.Occasions(vendor)
		if err != nil || len(all) != len(want) {
			t.Errorf("%s has the occasions %v, %v", vendor, all, err)
		}
		for _, o := range all {
			before := len(l.told())
			if _, err := l.box.Happen(vendor, o.Kind, "", json.RawMessage(o.Sample)); err != nil {
				t.Errorf("%s %s: %v", vendor, o.Kind, err)
			}
			l.rest()
			if got := l.told()[before:]; !slices.Equal(got, want[o.Kind]) {
				t.Errorf("%s %s told %v, want %v", vendor, o.Kind, got, want[o.Kind])
			}
		}
		for _, bad := range []struct {
			kind, body, account string
		}{{"nothing", "{}", ""}, {string(all[0].Kind), "[]", ""}, {string(all[0].Kind), "{", ""}, {string(all[0].Kind), "{}", "nobody"}} {
			if _, err := l.box.Happen(vendor, sms.Kind(bad.kind), bad.account, json.RawMessage(bad.body)); err == nil {
				t.Errorf("%s: %+v was made to happen", vendor, bad)
			}
		}
	}
}

// told are the vendors' words for the webhooks that were answered, in order.
func (l *lab) told() []string {
	var out []string
	for _, e := range l.entries("attempt.ended") {
		out = append(out, e.Attempt.Type)
	}
	return out
}
