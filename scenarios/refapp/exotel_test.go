package refapp

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
)

func TestExotelWebhooks(t *testing.T) {
	t.Parallel()
	text := func(change func(url.Values)) url.Values {
		f := url.Values{
			"SmsSid": {"m1"}, "From": {ana.number}, "To": {ana.line}, "Body": {"free?"},
			"DateCreated": {"2025-01-15T10:30:00+05:30"}, "AccountSid": {"acme1"},
		}
		change(f)
		return f
	}
	for name, tt := range map[string]struct {
		form url.Values
		code int
		sent []string
	}{
		"a text":      {text(func(url.Values) {}), 200, []string{"cnv_ana: " + yes}},
		"empty":       {text(func(f url.Values) { f.Set("Body", "") }), 200, []string{"cnv_ana: " + thanks}},
		"more fields": {text(func(f url.Values) { f.Set("Mood", "good") }), 200, []string{"cnv_ana: " + yes}},
		"no sid":      {text(func(f url.Values) { f.Del("SmsSid") }), 400, nil},
		"no sender":   {text(func(f url.Values) { f.Del("From") }), 400, nil},
		"no number":   {text(func(f url.Values) { f.Del("To") }), 400, nil},
		"no time":     {text(func(f url.Values) { f.Del("DateCreated") }), 400, nil},
		"no body":     {text(func(f url.Values) { f.Del("Body") }), 200, nil},
		"a status":    {url.Values{"SmsSid": {"x"}, "Status": {"sent"}}, 200, nil},
		"nothing":     {url.Values{}, 400, nil},
	} {
		inBubbleWith(t, "exotel", Options{}, func(w *world) {
			code := w.exotel("", tt.form)
			w.settle()
			if sent := w.sent(); code != tt.code || !slices.Equal(sent, tt.sent) {
				t.Errorf("%s: answered %d, sent %q; want %d and %q", name, code, sent, tt.code, tt.sent)
			}
		})
	}
	inBubbleWith(t, "exotel", Options{}, func(w *world) {
		code, _ := w.call("POST", hooks+"exotel", "SmsSid=%zz", nil)
		w.expectCode(code, 400)
	})
}

func TestExotelSend(t *testing.T) {
	t.Parallel()
	inBubbleWith(t, "exotel", Options{}, func(w *world) {
		w.says(zoe, "m1", "free?")
		w.notify(`{"to":"+18015550142","text":"a & b","ref":"r1"}`)
		w.expect("cnv_zoe: "+yes, "+18015550142: a & b")
		first, second := w.carrier.raw[0], w.carrier.raw[1]
		if first["From"] != line3 || first["StatusCallback"] != "http://app/status" || first["CustomField"] == "" {
			t.Errorf("sent %v", first)
		}
		if second["From"] != line || second["CustomField"] != "r1" {
			t.Errorf("sent %v", second)
		}
		if code, _ := w.call("POST", "/notify", `{"to":"+18015550142","text":"hi","at":"2026-08-21T17:04:05+02:00"}`, nil); code != http.StatusBadRequest {
			t.Errorf("a text for later was answered %d, want 400", code)
		}
	})
}

func TestExotelStatuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ status, code, want string }{
		{"queued", "21010", "accepted"},
		{"submitted", "21020", "sent"},
		{"sent", "20005", "delivered"},
		{"sent", "20006", "sent"},
		{"delivered", "20000", "delivered"},
		{"failed", "23035", "failed"},
		{"failed_dnd", "23005", "failed"},
		{"failed-dnd", "23005", "failed"},
	} {
		inBubbleWith(t, "exotel", Options{}, func(w *world) {
			id := w.notify(noteToAna)
			w.expectCode(w.exotel("/status", url.Values{"SmsSid": {"msg_out_1"}, "Status": {tt.status}, "DetailedStatusCode": {tt.code}}), 200)
			w.exotel("/status", url.Values{"SmsSid": {"msg_out_1"}, "Status": {"queued"}, "DetailedStatusCode": {"21010"}})
			if got := w.status(id); got != tt.want {
				t.Errorf("%s %s: status %s, want %s", tt.status, tt.code, got, tt.want)
			}
		})
	}
}

// Keywords are the app's business here: it confirms a STOP once, and answers
// HELP unless somebody left.
func TestExotelKeywords(t *testing.T) {
	t.Parallel()
	bye, helped, ok := "cnv_ana: "+goodbye, "cnv_ana: "+help, "cnv_ana: "+yes
	for name, tt := range map[string]struct {
		texts []string
		want  []string
	}{
		"stop":       {[]string{"STOP", "free?"}, []string{bye}},
		"no":         {[]string{" no ", "free?"}, []string{bye}},
		"optout":     {[]string{"OptOut", "free?"}, []string{bye}},
		"stop twice": {[]string{"STOP", "cancel"}, []string{bye}},
		"back":       {[]string{"UNSUBSCRIBE", "yes", "free?"}, []string{bye, ok}},
		"in and out": {[]string{"STOP", "START", "STOP"}, []string{bye, bye}},
		"help":       {[]string{"help"}, []string{helped}},
		"late help":  {[]string{"STOP", "HELP"}, []string{bye}},
		"a sentence": {[]string{"no, is 3pm free?"}, []string{ok}},
	} {
		inBubbleWith(t, "exotel", Options{}, func(w *world) {
			for i, text := range tt.texts {
				w.clock = "2026-08-20T15:04:05+05:30"
				w.says(ana, string(rune('a'+i)), text)
			}
			if got := w.sent(); !slices.Equal(got, tt.want) {
				t.Errorf("%s: sent %q, want %q", name, got, tt.want)
			}
		})
	}
	inBubbleWith(t, "mta", Options{}, func(w *world) {
		w.says(ana, "m1", "no")
		w.expect("cnv_ana: " + thanks) // NO is a word like any other elsewhere
	})
}

func TestExotelTokenInTheURL(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{"": 401, "?token=": 401, "?token=other": 401, "?token=fit": 200, "?a=b&token=fit": 200} {
		inBubbleWith(t, "exotel", Options{Exotel: Exotel{BaseURL: "http://carrier", Number: line, Secret: "fit"}}, func(w *world) {
			code, _ := w.call("POST", hooks+"exotel"+query, "SmsSid=x&Status=sent", nil)
			w.expectCode(code, want)
		})
	}
}

// One process serves all providers, each with a memory of its own.
func TestDesksAreApart(t *testing.T) {
	t.Parallel()
	var opts Options
	opts.serve("mta")
	opts.serve("exotel")
	opts.Provider = "mta"
	inBubbleWith(t, "surge", opts, func(w *world) {
		for _, d := range w.app.desks {
			d.client.Transport = direct{w.carrier}
		}
		w.says(ana, "m1", "STOP")
		settle := func(provider string) { w.desk = w.app.desk(provider); w.settle() }
		for _, provider := range []string{"", "surge", "exotel"} {
			body := `{"to":"+18015550142","text":"by ` + provider + `","provider":"` + provider + `"}`
			if code, _ := w.call("POST", "/notify", body, nil); code != http.StatusAccepted {
				t.Fatalf("/notify by %q: %d", provider, code)
			}
			settle("mta")
			settle("exotel")
		}
		w.expect("+18015550142: by ", "+18015550142: by exotel") // not by surge: she left there
		if w.carrier.raw[0]["subscribers"] == nil || w.carrier.raw[1]["From"] == nil {
			t.Errorf("sent %v", w.carrier.raw)
		}
		if code, _ := w.call("POST", "/notify", `{"to":"+18015550142","text":"x","provider":"other"}`, nil); code != http.StatusBadRequest {
			t.Errorf("/notify by an unknown provider: %d, want 400", code)
		}
	})
}
