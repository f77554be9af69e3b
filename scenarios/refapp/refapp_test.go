package refapp

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestReplies(t *testing.T) {
	t.Parallel()
	for said, want := range map[string][]string{
		"Is 3pm free?":              {"cnv_ana: " + yes},
		"Book 3pm for tok-7 free":   {"cnv_ana: Booked 3pm for tok-7 free."},
		" Step 1 ":                  {"cnv_ana: Got step 1."},
		"Step 4":                    {"cnv_ana: Got step 4, but not the one before."},
		"Step 0":                    {"cnv_ana: " + thanks},
		"Step up":                   {"cnv_ana: " + thanks},
		"hello":                     {"cnv_ana: " + thanks},
		"":                          {"cnv_ana: " + thanks},
		"please do not stop":        {"cnv_ana: " + thanks},
		"STOP":                      nil,
		" stopall\n":                nil,
		"Unsubscribe":               nil,
		"start":                     nil,
		"YES":                       nil,
		"help":                      nil,
		"yes please":                {"cnv_ana: " + thanks},
		"Book 3pm for <b>&\u202e ü": {"cnv_ana: Booked 3pm for <b>&\u202e ü."},
	} {
		inBubble(t, Options{}, func(w *world) {
			w.says(ana, "m1", said)
			if got := w.sent(); !slices.Equal(got, want) {
				t.Errorf("%q was answered with %q, want %q", said, got, want)
			}
		})
	}
}

func TestConversationKeepsItsOrder(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{}, func(w *world) {
		// The first call is slow, so that the second could overtake it.
		w.carrier.during = func(n int, _ string, r *http.Request) { sleep(r.Context(), time.Second/time.Duration(n)) }
		w.post("message.received", ana.text(w, "m1", "Step 1"))
		w.post("message.received", ana.text(w, "m2", "Step 2"))
		w.settle()
		w.expect("cnv_ana: Got step 1.", "cnv_ana: Got step 2.")
	})
}

func TestAckComesBeforeWork(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{}, func(w *world) {
		w.carrier.during = func(_ int, _ string, r *http.Request) { <-r.Context().Done() }
		begun := time.Now()
		w.expectCode(w.post("message.received", ana.text(w, "m1", "free?")), 200)
		if waited := time.Since(begun); waited != 0 {
			t.Errorf("the answer came after %v, want at once", waited)
		}
		if got := w.pending(); got != 1 {
			t.Errorf("pending %d while the call is open, want 1", got)
		}
		w.settle()
		if waited := time.Since(begun).Round(time.Second); waited != 3*time.Second {
			t.Errorf("the call was given up after %v, want 3s", waited)
		}
		w.expect("cnv_ana: " + yes)
	})
}

func TestSendOutcomes(t *testing.T) {
	t.Parallel()
	always := func(code int, header, body string) func(int, http.ResponseWriter) bool {
		return func(_ int, w http.ResponseWriter) bool {
			if name, value, ok := strings.Cut(header, ": "); ok {
				w.Header().Set(name, value)
			}
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body))
			return true
		}
	}
	for name, c := range map[string]struct {
		answer      func(int, http.ResponseWriter) bool
		once, least int // calls made under each policy
		status      string
	}{
		"accepted":           {nil, 1, 1, "accepted"},
		"opted out":          {always(422, "", `{"error":{"type":"opted_out","message":"x"}}`), 1, 1, "opted_out"},
		"invalid":            {always(422, "", `{"error":{"type":"validation_error"}}`), 1, 1, "refused"},
		"bad key":            {always(401, "", "not even JSON"), 1, 1, "refused"},
		"redirect":           {always(307, "Location: http://carrier/accounts/acct_1/messages", ""), 1, 1, "refused"},
		"broken":             {always(500, "", ""), 1, 4, "unknown"},
		"bare 503":           {always(503, "", ""), 1, 4, "unknown"},
		"half a body":        {always(201, "", `{"id":"msg_`), 1, 4, "unknown"},
		"no id":              {always(201, "", `{}`), 1, 4, "unknown"},
		"too many":           {always(429, "", ""), 6, 6, "throttled"},
		"too many, later":    {always(429, "Retry-After: 7", ""), 6, 6, "throttled"},
		"unavailable, later": {always(503, "Retry-After: 7", ""), 1, 4, "unknown"},
	} {
		for policy, want := range map[Policy]int{AtMostOnce: c.once, AtLeastOnce: c.least} {
			inBubble(t, Options{Policy: policy}, func(w *world) {
				w.carrier.script = c.answer
				id := w.notify(`{"to":"+18015550142","text":"hi"}`)
				if got := len(w.sent()); got != want {
					t.Errorf("%s, %s: %d calls, want %d", name, policy, got, want)
				}
				if got := w.status(id); got != c.status {
					t.Errorf("%s, %s: status %q, want %q", name, policy, got, c.status)
				}
			})
		}
	}
}

func TestNoCallBeforeRetryAfter(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"7", "Sat, 01 Jan 2000 00:00:07 GMT"} {
		inBubble(t, Options{}, func(w *world) {
			begun := time.Now()
			var second time.Duration
			w.carrier.script = func(n int, rw http.ResponseWriter) bool {
				if n == 2 {
					second = time.Since(begun)
					return false
				}
				rw.Header().Set("Retry-After", header)
				rw.WriteHeader(http.StatusTooManyRequests)
				return true
			}
			w.says(ana, "m1", "free?")
			w.expect("cnv_ana: "+yes, "cnv_ana: "+yes)
			if second < 7*time.Second {
				t.Errorf("Retry-After %s: the second call came after %v, want 7s", header, second)
			}
		})
	}
}

func TestOneRefusalStopsNobodyElse(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{}, func(w *world) {
		w.carrier.script = func(n int, rw http.ResponseWriter) bool {
			if n == 1 {
				rw.WriteHeader(http.StatusUnprocessableEntity)
			}
			return n == 1
		}
		w.says(ana, "m1", "free?")
		w.says(ana, "m2", "hello")
		w.says(ben, "m3", "hello")
		w.expect("cnv_ana: "+yes, "cnv_ana: "+thanks, "cnv_ben: "+thanks)
	})
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	const (
		body = `{"account_id":"acct_01m0ft9f48frjstvg8ddz5cx9s","data":{"id":"ctc_01m0fteyx8fgwbdhm8s8fn5jqy"},"timestamp":"2026-08-20T15:04:05Z","type":"contact.opted_out"}`
		byA  = "v1,gHgjvTUpepgwG4nT0g+m9IX5c77MMiHCbOWF1Dw3Onk="
		byB  = "v1,comTkpj2VpQbZ3/e4zZUkO35JDlSuwzNGDvrPDLenaI="
		at   = 1787238245
	)
	for name, c := range map[string]struct {
		secrets   []string
		signature string
		off       time.Duration // the app's clock against the signature's
		body      string
		ok        bool
	}{
		"A":                {[]string{secretA}, byA, 0, body, true},
		"B":                {[]string{secretB}, byB, 0, body, true},
		"both, know A":     {[]string{secretA}, byB + " " + byA, 0, body, true},
		"both, know B":     {[]string{secretB}, byB + " " + byA, 0, body, true},
		"A, know both":     {[]string{secretB, secretA}, byA, 0, body, true},
		"among others":     {[]string{secretA}, "v1a,xyz v1,?? v2,AA== " + byA, 0, body, true},
		"just in time":     {[]string{secretA}, byA, 300 * time.Second, body, true},
		"just not early":   {[]string{secretA}, byA, -300 * time.Second, body, true},
		"stale":            {[]string{secretA}, byA, 301 * time.Second, body, false},
		"from the future":  {[]string{secretA}, byA, -301 * time.Second, body, false},
		"other secret":     {[]string{secretB}, byA, 0, body, false},
		"no secret":        {nil, byA, 0, body, false},
		"changed body":     {[]string{secretA}, byA, 0, body + " ", false},
		"no signature":     {[]string{secretA}, "", 0, body, false},
		"without version":  {[]string{secretA}, strings.TrimPrefix(byA, "v1,"), 0, body, false},
		"cut":              {[]string{secretA}, byA[:len(byA)-4], 0, body, false},
		"nothing after v1": {[]string{secretA}, "v1,", 0, body, false},
	} {
		s, err := newSurge(Options{
			Surge: Surge{BaseURL: "http://carrier", Secrets: c.secrets},
			Now:   func() time.Time { return time.Unix(at, 0).Add(c.off) },
		}, nil, func(string) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{}
		header.Set("webhook-id", "evt_01m0fv4y18en0vwmw5vp3nf51j")
		header.Set("webhook-timestamp", "1787238245")
		header.Set("webhook-signature", c.signature)
		if err := s.verify(&http.Request{Header: header}, []byte(c.body)); (err == nil) != c.ok {
			t.Errorf("%s: got error %v, want accepted %v", name, err, c.ok)
		}
		header.Del("webhook-timestamp")
		if s.verify(&http.Request{Header: header}, []byte(c.body)) == nil {
			t.Errorf("%s: accepted without a time", name)
		}
	}
}

func TestBadWebhooks(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{
		``:                                     400,
		`not json`:                             400,
		`[]`:                                   400,
		`{"type":"message.received"}`:          400,
		`{"type":"message.sent","data":{}}`:    400,
		`{"type":"message.sent","data":"x"}`:   400,
		`{"type":"contact.opted_in","data":7}`: 400,
		`{"type":"message.received","data":{"id":"m1","body":"free?"}}`: 400,
		`{"type":"new.thing","data":[1,2]}`:                             200,
		`{"event":"message.received"}`:                                  200,
		`{}`:                                                            200,
		`{"type":"conversation.created","data":{"id":"cnv_1","contact":{"id":"c"},"x":{"y":1}}}`: 200,
		`{"type":"x","data":"` + strings.Repeat("x", maxBody) + `"}`:                             400,
	} {
		inBubble(t, Options{}, func(w *world) {
			code, _ := w.call("POST", hooks+"surge", body, w.signed(body))
			w.settle()
			if code != want {
				t.Errorf("%.60s: answered %d, want %d", body, code, want)
			}
			w.expect()
		})
	}
}

func TestUnsignedHasNoEffect(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{}, func(w *world) {
		body := `{"type":"contact.opted_out","data":` + ana.contact() + `}`
		w.hook("conversation.created", ana.thread())
		code, _ := w.call("POST", hooks+"surge", body, nil)
		w.expectCode(code, 401)
		w.says(ana, "m1", "free?")
		w.expect("cnv_ana: " + yes)
	})
}

func TestStatusNeverGoesBack(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{}, func(w *world) {
		status := func(kind string) { w.hook("message."+kind, `{"id":"msg_out_1","conversation":`+ana.thread()+`}`) }
		// The first status comes while the send call is still unanswered.
		w.carrier.during = func(int, string, *http.Request) { w.post("message.sent", `{"id":"msg_out_1"}`) }
		id := w.notify(`{"to":"+18015550142","text":"hi","ref":"r1","at":"2026-08-21T17:04:05+02:00"}`)
		w.carrier.during = nil
		var seen []string
		for _, kind := range []string{"sent", "delivered", "sent", "failed", "delivered"} {
			seen = append(seen, w.status(id))
			status(kind)
		}
		if want := []string{"sent", "sent", "delivered", "delivered", "delivered"}; !slices.Equal(seen, want) {
			t.Errorf("statuses %v, want %v", seen, want)
		}
		if got := w.status("msg_out_1"); got != "delivered" {
			t.Errorf("by the provider's id: %q, want delivered", got)
		}
		sent := w.carrier.raw[0]
		ref, _ := sent["metadata"].(map[string]any)
		if sent["send_at"] != "2026-08-21T15:04:05Z" || ref["ref"] != "r1" {
			t.Errorf("sent %v, want the time in UTC and the reference", sent)
		}
		code, _ := w.call("GET", "/messages/msg_nobody", "", nil)
		w.expectCode(code, 404)
	})
}

func TestNotifyRefusesNonsense(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{}, func(w *world) {
		for _, body := range []string{
			``, `[]`, `{}`, `{"to":"+18015550142"}`, `{"to":"ana","text":"hi"}`, `{"to":"+0","text":"hi"}`,
			`{"to":"+18015550142\r\nX: y","text":"hi"}`, `{"to":"+18015550142","text":"hi","at":"tomorrow"}`,
			`{"to":"+18015550142","text":"hi","when":"never"}`,
		} {
			if code, _ := w.call("POST", "/notify", body, nil); code != 400 {
				t.Errorf("%s: answered %d, want 400", body, code)
			}
		}
		w.settle()
		w.expect()
	})
}

func TestCloseLosesNoGoroutine(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{Timeout: time.Hour}, func(w *world) {
		w.carrier.during = func(_ int, _ string, r *http.Request) { <-r.Context().Done() }
		w.post("message.received", ana.text(w, "m1", "free?"))
		w.post("message.received", ana.text(w, "m2", "free?"))
		synctest.Wait()
		w.app.Close() // the bubble fails the test if a worker stays
		w.expectCode(w.post("message.received", ana.text(w, "m3", "free?")), 503)
		w.expect("cnv_ana: " + yes)
	})
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for want, opts := range map[string]Options{
		"no provider":       {},
		"unknown policy":    {Surge: Surge{BaseURL: "http://carrier"}, Policy: "exactly-once"},
		"not base64":        {Surge: Surge{BaseURL: "http://carrier", Secrets: []string{secretA, "whsec_*"}}},
		"no number to send": {Exotel: Exotel{BaseURL: "http://carrier"}},
		"give MTA_BASE_URL": {Surge: Surge{BaseURL: "http://carrier"}, Provider: "mta"},
	} {
		if _, err := New(opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}
