package surge

import (
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

const ana = sms.Number("+18015550142")

// codeSent is the code in the newest text that a handset got from the pool.
func codeSent(t *testing.T, w *world, to sms.Number) string {
	t.Helper()
	all := w.thread(t, to)
	if len(all) == 0 {
		t.Fatal("no text was sent")
	}
	m := all[len(all)-1]
	found := regexp.MustCompile(`^Your verification code is ([0-9]{6})\. It expires in 10 minutes\.$`).FindStringSubmatch(m.Body)
	if found == nil || m.Line != poolNumber {
		t.Fatalf("the text from %s is %q", m.Line, m.Body)
	}
	return found[1]
}

// wrongCode is six digits that are not code.
func wrongCode(code string) string { return string('0'+(code[0]-'0'+1)%10) + code[1:] }

// TestVerifications follows codes to each of their ends.
func TestVerifications(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	check := func(id, code string) {
		t.Helper()
		s.call("", "POST", "/verifications/{"+id+"}/checks", `{"code":"`+code+`"}`)
	}
	hideCode := func(name string) string {
		code := codeSent(t, s.w, ana)
		s.name(name, code)
		return "{" + name + "}"
	}
	s.say("a good code, once wrong")
	s.call("good", "POST", "/accounts/{account}/verifications", `{"phone_number":"+18015550142"}`)
	code := hideCode("code1")
	check("good", "12345")
	check("good", code)
	check("good", code)

	s.say("three wrong ones, by the older path")
	s.call("bad", "POST", "/verifications", `{"phone_number":"+18015550142"}`)
	code = hideCode("code2")
	for range 3 {
		check("bad", "nonsense")
	}
	check("bad", code)

	s.say("too late")
	s.call("late", "POST", "/accounts/{account}/verifications", `{"phone_number":"+18015550142"}`)
	code = hideCode("code3")
	s.wait(10*time.Minute - time.Millisecond)
	check("late", "nonsense")
	s.wait(time.Millisecond)
	check("late", code)
	check("late", code)

	s.say("bad requests")
	s.call("", "POST", "/accounts/{account}/verifications", `{}`)
	s.call("", "POST", "/accounts/{account}/verifications", `{"phone_number":"801"}`)
	s.call("", "POST", "/verifications/{late}/checks", `{}`)
	s.call("", "POST", "/verifications/{late}/checks", `{"code":123456}`)
	s.call("", "POST", "/verifications/vfn_none/checks", `{"code":"123456"}`)

	s.say("the project sees nothing of the texts")
	s.call("", "GET", "/accounts/{account}/messages", "")
	s.call("", "GET", "/accounts/{account}/contacts", "")
	s.end("verifications.txt")
}

// TestStopToThePool opts out of codes and of nothing else.
func TestStopToThePool(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start := func() answer {
		return w.call(t, "POST", "/accounts/{account}/verifications", `{"phone_number":"+18015550142"}`)
	}
	if got := start(); got.status != 201 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	w.text(t, ana, poolNumber, "STOP")
	if got := start(); got.status != 422 || slug(t, got) != "opted_out" {
		t.Errorf("after STOP: %d %s", got.status, got.body)
	}
	if got := w.send(t, `{"to":"+18015550142","body":"Hi"}`); got.status != 201 {
		t.Errorf("the account's own text: %d %s", got.status, got.body)
	}
	w.text(t, ana, poolNumber, "START")
	if got := start(); got.status != 201 {
		t.Errorf("after START: %d %s", got.status, got.body)
	}
	w.advance(t, time.Minute)
	for _, h := range w.hooks(t) {
		if strings.Contains(h, string(poolNumber)) || strings.Contains(h, "opted") {
			t.Errorf("the project is told of %s", h)
		}
	}
}

// TestOptedOutOfTheAccount still gets codes: they come from another sender.
func TestOptedOutOfTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.text(t, ana, "", "STOP")
	if got := w.call(t, "POST", "/accounts/{account}/verifications", `{"phone_number":"+18015550142"}`); got.status != 201 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestTriesAtOnce holds that no more than three are taken, however fast they come.
func TestTriesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := createdID(t, w.call(t, "POST", "/accounts/{account}/verifications", `{"phone_number":"+18015550142"}`))
	wrong := wrongCode(codeSent(t, w, ana))
	var all sync.WaitGroup
	var taken atomic.Int32
	for range 12 {
		all.Go(func() {
			if got := w.call(t, "POST", "/verifications/"+id+"/checks", `{"code":"`+wrong+`"}`); strings.Contains(got.body, `"incorrect"`) {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 3 {
		t.Errorf("%d tries were taken, want 3", taken.Load())
	}
}

// TestCodesDiffer holds that codes are drawn, one for each request.
func TestCodesDiffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := map[string]bool{}
	for range 20 {
		w.call(t, "POST", "/verifications", `{"phone_number":"+18015550142"}`)
		seen[codeSent(t, w, ana)] = true
	}
	if len(seen) < 19 {
		t.Errorf("20 codes, %d of them different", len(seen))
	}
}
