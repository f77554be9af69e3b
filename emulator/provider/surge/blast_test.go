package surge

import (
	"strings"
	"testing"
	"time"
)

// TestBlasts sends to many.
func TestBlasts(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.say("an audience of two")
	s.call("ada", "POST", "/accounts/{account}/contacts", ada)
	s.call("bo", "POST", "/accounts/{account}/contacts", `{"phone_number":"+18015550143","first_name":"Bo"}`)
	s.call("audience", "POST", "/accounts/{account}/audiences", `{"name":"Regulars"}`)
	s.call("", "POST", "/audiences/{audience}/contacts", `{"id":"{ada}"}`)
	s.call("", "POST", "/audiences/{audience}/contacts", `{"id":"{bo}"}`)
	s.call("", "POST", "/audiences/{audience}/contacts", `{"id":"{ada}"}`)
	s.call("", "GET", "/audiences/{audience}/contacts", "")
	s.name("segment", "seg_"+strings.TrimPrefix(s.names["audience"], "aud_"))

	s.say("a blast to all, each once, without who opted out or is blocked")
	s.call("", "POST", "/accounts/{account}/contacts", `{"phone_number":"+18015550144","outbound_disabled":true}`)
	s.w.text(t, "+18015550145", "", "STOP")
	s.call("blast", "POST", "/accounts/{account}/blasts",
		`{"to":["{audience}","+18015550143","{ada}","+18015550144","+18015550145","+18015550146"],"body":"Hi {first_name}","name":"News"}`)
	s.wait(time.Second)
	s.call("", "GET", "/accounts/{account}/messages", "")

	s.say("a scheduled one goes to who is in the audience by then")
	s.call("late", "POST", "/accounts/{account}/blasts",
		`{"segments":["{segment}"],"from":"+18015550101","attachments":[{"url":"https://acme.com/a.png"}],"send_at":"2026-08-20T16:00:00Z"}`)
	s.call("cy", "POST", "/accounts/{account}/contacts", `{"phone_number":"+18015550147"}`)
	s.call("", "POST", "/audiences/{segment}/contacts", `{"id":"{cy}"}`)
	s.w.text(t, "+18015550143", "+18015550101", "stop")
	s.wait(30 * time.Minute)
	s.wait(30 * time.Minute)

	s.say("the older ways to say to whom")
	s.call("", "POST", "/accounts/{account}/blasts", `{"contacts":[{"id":"{ada}"},{"phone_number":"+18015550148"},"+18015550148"],"segments":[],"body":"Hi"}`)
	s.wait(time.Second)
	s.end("blasts.txt")
}

func TestBlastCounts(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.w.text(t, "+18015550143", "+18015550190", "STOP")
	var to []string
	for n := range 28 {
		to = append(to, `"+18015550`+string(rune('2'+n/10))+string(rune('0'+n%10))+`0"`)
	}
	s.call("blast", "POST", "/accounts/{account}/blasts",
		`{"from":"+18015550190","body":"Hi","to":["+18015550143",`+strings.Join(to, ",")+`]}`)
	_, b, ok := lookup[blast](s.w.book(t), kindBlast, s.names["blast"])
	if !ok || !b.Done || b.Sent != 25 || b.Skipped != 1 || b.Refused != 3 {
		t.Errorf("%+v; want 25 sent, 1 skipped, 3 over the cap", b)
	}
}

func TestBadBlasts(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.name("other", createdID(t, s.w.call(t, "POST", "/accounts", `{"name":"Other"}`)))
	s.call("stranger", "POST", "/accounts/{other}/contacts", ada)
	s.call("strangers", "POST", "/accounts/{other}/audiences", `{"name":"x"}`)
	for _, body := range []string{
		`{}`, `{"to":[],"body":"Hi"}`, `{"to":"+18015550142","body":"Hi"}`, `{"to":[1,null,{},[]],"body":"Hi"}`,
		`{"to":["+18015550142"]}`, `{"to":["nonsense","{stranger}","{strangers}","aud_none","seg_none","ctc_none"],"body":"Hi"}`,
		`{"to":["+18015550142"],"body":"Hi","from":"pn_none"}`, `{"to":["+18015550142"],"body":"Hi","name":1,"from":2,"send_at":3,"attachments":4}`,
		`{"to":["+18015550142"],"attachments":[{"url":"https://acme.com/a.exe"}]}`,
		`{"to":["+18015550142"],"body":"Hi","send_at":"2027-08-20T16:00:00Z"}`,
	} {
		if got := s.call("", "POST", "/accounts/{account}/blasts", body); got.status < 400 || got.status >= 500 {
			t.Errorf("%s: %d", body, got.status)
		}
	}
	s.call("mine", "POST", "/accounts/{account}/audiences", `{"name":"Mine"}`)
	for _, c := range [][3]string{
		{"POST", "/accounts/{account}/audiences", `{}`},
		{"POST", "/audiences/{mine}/contacts", `{}`},
		{"POST", "/audiences/{mine}/contacts", `{"id":"{stranger}"}`},
		{"POST", "/audiences/{mine}/contacts", `{"id":5}`},
		{"POST", "/audiences/aud_none/contacts", `{"id":"{stranger}"}`},
		{"GET", "/audiences/aud_none/contacts", ``},
		{"GET", "/audiences/{mine}/contacts?after=x", ``},
	} {
		if got := s.call("", c[0], c[1], c[2]); got.status < 400 || got.status >= 500 {
			t.Errorf("%s: %d", c, got.status)
		}
	}
	if n := len(s.w.messages(t)); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	s.end("bad-blasts.txt")
}

// TestBlastByTrialKey sends from the demo number alone.
func TestBlastByTrialKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.trial = true
	if got := w.call(t, "POST", "/accounts/{account}/blasts", `{"to":["+18015550142"],"body":"Hi"}`); got.status != 201 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if m := w.messages(t); len(m) != 1 || m[0].Line != "+18015550190" {
		t.Errorf("%+v", m)
	}
	got := w.call(t, "POST", "/accounts/{account}/blasts", `{"to":["+18015550142"],"body":"Hi","from":"+18015550100"}`)
	if slug(t, got) != "demo_api_key" {
		t.Errorf("%d %s", got.status, got.body)
	}
}
