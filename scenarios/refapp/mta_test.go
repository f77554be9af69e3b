package refapp

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestMTASignatures(t *testing.T) {
	t.Parallel()
	const (
		body = `{"fromNumber":"+15555550123","toNumber":"+18445550100","replyId":"70011","messageId":"70011","externalId":"req-42","message":"Yes please","tags":{"crm":"c-9"},"timestamp":"2026-03-04T15:06:07.000Z"}`
		made = "f2c399431b83ee98b51cff8505aa597f5bf25dd586a3a974f57a0268f2e7fe5e"
	)
	for name, c := range map[string]struct {
		secrets   []string
		signature string
		body      string
		ok        bool
	}{
		"right":         {[]string{"mta-test-secret-01"}, made, body, true},
		"one of two":    {[]string{"new", "mta-test-secret-01"}, made, body, true},
		"other secret":  {[]string{"mta-test-secret-02"}, made, body, false},
		"no secret":     {nil, made, body, false},
		"changed body":  {[]string{"mta-test-secret-01"}, made, body + " ", false},
		"none":          {[]string{"mta-test-secret-01"}, "", body, false},
		"cut":           {[]string{"mta-test-secret-01"}, made[:62], body, false},
		"with a prefix": {[]string{"mta-test-secret-01"}, "sha256=" + made, body, false},
	} {
		v, err := newMTA(Options{MTA: MTA{Secrets: c.secrets}}, nil, func(string) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		r := &http.Request{Header: http.Header{"X-Signature": {c.signature}}}
		if err := v.verify(r, []byte(c.body)); (err == nil) != c.ok {
			t.Errorf("%s: got error %v, want accepted %v", name, err, c.ok)
		}
	}
}

func TestMTAWebhooks(t *testing.T) {
	t.Parallel()
	ends := fmt.Sprintf(`"fromNumber":%q,"toNumber":%q`, ana.number, ana.line)
	for body, want := range map[string]string{
		``:              "400",
		`[]`:            "400",
		`{}`:            "200",
		`{"status":{}}`: "400",
		`{` + ends + `,"replyId":"7","messageId":"7","message":"free?"}`:                               "200 cnv_ana: yes",
		`{` + ends + `,"replyId":7,"messageId":7,"message":"free?"}`:                                   "200 cnv_ana: yes",
		`{` + ends + `,"messageId":"7","message":"free?"}`:                                             "200 cnv_ana: yes",
		`{` + ends + `,"messageId":"7","message":"free?","tags":null,"externalId":null,"url":null}`:    "200 cnv_ana: yes",
		`{"event":"message-reply","data":{` + ends + `,"messageId":"7","message":"free?"}}`:            "200 cnv_ana: yes",
		`{` + ends + `,"replyId":"7","messageId":"7","url":"http://media/1.jpg"}`:                      "200 cnv_ana: thanks",
		`{` + ends + `,"message":"free?"}`:                                                             "200", // no id
		`{"messageId":"7","message":"free?"}`:                                                          "200", // from nobody
		`{"event":"new.thing",` + ends + `,"messageId":"7","message":"free?"}`:                         "200",
		`{"fromNumber":"` + line2 + `","toNumber":"` + ana.number + `","messageId":"8","message":"x"}`: "200", // the notice of a send
		`{"number":"` + ana.number + `","optInType":"x"}`:                                              "200",
		`{"messageId":"8","status":4,"toNumber":"` + ana.number + `"}`:                                 "200",
		`{"messageId":8,"status":99,"destinationNumber":"x","type":"delivery-status"}`:                 "200",
	} {
		inBubbleWith(t, "mta", Options{}, func(w *world) {
			got := fmt.Sprint(w.mta(body))
			w.settle()
			for _, sent := range w.sent() {
				got += " " + strings.NewReplacer(yes, "yes", thanks, "thanks").Replace(sent)
			}
			if got != want {
				t.Errorf("%s: %q, want %q", body, got, want)
			}
		})
	}
}

// A notice of a send looks like a text of the app's own number. Until it is
// known which those are, it is asked for again.
func TestMTANumbersAreLookedUpOnce(t *testing.T) {
	t.Parallel()
	inBubbleWith(t, "mta", Options{}, func(w *world) {
		down := true
		w.desk.client.Transport = direct{http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if down {
				rw.WriteHeader(http.StatusInternalServerError)
				return
			}
			w.carrier.ServeHTTP(rw, r)
		})}
		notice := fmt.Sprintf(`{"fromNumber":%q,"toNumber":%q,"messageId":"8","message":"x"}`, line2, ana.number)
		w.expectCode(w.mta(notice), http.StatusServiceUnavailable)
		down = false
		w.expectCode(w.mta(notice), 200)
		w.says(ana, "m1", "free?")
		w.says(zoe, "m2", "free?")
		w.expect("cnv_ana: "+yes, "cnv_zoe: "+yes)
		if w.carrier.lists != 1 {
			t.Errorf("the numbers were looked up %d times, want once", w.carrier.lists)
		}
	})
}

func TestMTASendIsRepeatedUnderItsKey(t *testing.T) {
	t.Parallel()
	conflict := func(n int, rw http.ResponseWriter) bool {
		switch n {
		case 1: // taken, and the answer is lost
			rw.WriteHeader(http.StatusOK)
			_, _ = rw.Write([]byte(`{"data":{"mess`))
		default:
			rw.WriteHeader(http.StatusConflict)
		}
		return true
	}
	inBubbleWith(t, "mta", Options{}, func(w *world) {
		w.carrier.script = conflict
		id := w.notify(`{"to":"+18015550142","text":"hi","ref":"r1","at":"2026-08-21T17:04:05+02:00"}`)
		w.expect("+18015550142: hi")
		if w.carrier.n != 2 || w.status(id) != "accepted" {
			t.Errorf("%d calls, status %s; want 2 and accepted", w.carrier.n, w.status(id))
		}
		sent := w.carrier.raw[0]
		key, _ := sent["externalId"].(string)
		if key == "" || sent["key"] != key || fmt.Sprint(sent["tags"]) != "map[ref:r1]" || sent["scheduledDate"] != "2026-08-21T15:04:05Z" || sent["longcodeId"] != nil {
			t.Errorf("sent %v", sent)
		}
		// The message's id was in the answer that was lost; its key is in every webhook.
		w.expectCode(w.mta(fmt.Sprintf(`{"messageId":"61","externalId":%q,"status":4}`, key)), 200)
		if got := w.status(id); got != "delivered" {
			t.Errorf("status %s, want delivered", got)
		}
	})
}

func TestMTAKeysAreFresh(t *testing.T) {
	t.Parallel()
	var keys []string
	for range 2 {
		inBubbleWith(t, "mta", Options{}, func(w *world) {
			w.says(ana, "m1", "free?")
			w.says(ana, "m2", "free?")
			for _, sent := range w.carrier.raw {
				keys = append(keys, fmt.Sprint(sent["externalId"]))
			}
		})
	}
	slices.Sort(keys)
	if len(slices.Compact(slices.Clone(keys))) != 4 || strings.ContainsAny(strings.Join(keys, ""), "-_ ") {
		t.Errorf("keys %q, want four different ones of letters and digits", keys)
	}
}

func TestMTAStatuses(t *testing.T) {
	t.Parallel()
	inBubbleWith(t, "mta", Options{}, func(w *world) {
		id := w.notify(noteToAna)
		var seen []string
		for _, code := range []int{1, 2, 3, 7, 9, 4, 3, 1} {
			w.mta(fmt.Sprintf(`{"messageId":"msg_out_1","status":%d}`, code))
			seen = append(seen, w.status(id))
		}
		if want := []string{"accepted", "accepted", "sent", "sent", "failed", "failed", "failed", "failed"}; !slices.Equal(seen, want) {
			t.Errorf("statuses %v, want %v", seen, want)
		}
	})
}

// Status 11 says that the handset left, unless it came back since the send.
func TestMTAStatusTellsOfAnOptOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		since func(*world)
		sent  int
	}{
		{"left", func(*world) {}, 1},
		{"and came back", func(w *world) { w.says(ana, "m1", "STOP"); w.says(ana, "m2", "START") }, 2},
	} {
		inBubbleWith(t, "mta", Options{}, func(w *world) {
			w.notify(noteToAna)
			tt.since(w)
			w.mta(fmt.Sprintf(`{"messageId":"9","externalId":%q,"status":11,"toNumber":%q}`, w.carrier.raw[0]["externalId"], ana.number))
			w.notify(noteToAna)
			if got := len(w.sent()); got != tt.sent {
				t.Errorf("%s: %d texts, want %d", tt.name, got, tt.sent)
			}
		})
	}
}
