package surge

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestLinks follows short links.
func TestShortLinks(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.call("ada", "POST", "/accounts/{account}/contacts", ada)
	got := s.call("message", "POST", "/accounts/{account}/messages", `{"to":"{ada}","body":"Menu (https://example.com/menu?a=1&b=2), or HTTP://EXAMPLE.COM. {first_name}: https://e.co/{first_name}","settings":{"link_shortening":"enabled"}}`)
	codes := shortCodes(got.body)
	if len(codes) != 2 || codes[0] == codes[1] {
		t.Fatalf("short links %v in %s", codes, got.body)
	}
	s.wait(time.Minute)
	for _, code := range []string{codes[0], codes[0], codes[1]} {
		s.call("", "GET", "/l/"+code, "")
	}
	s.wait(0)
	s.call("", "GET", "/l/nothing", "")
	s.call("", "GET", "/l/{account}", "")
	s.end("links.txt")
}

func shortCodes(body string) (codes []string) {
	for _, found := range regexp.MustCompile(`/surge/l/([a-z]{7})\b`).FindAllStringSubmatch(body, -1) {
		codes = append(codes, found[1])
	}
	return codes
}

func TestLinkShorteningSwitch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		account, message string
		want             int
	}{
		{"", "", 0},
		{"on", "", 1},
		{"on", "disabled", 0},
		{"on", "enabled", 1},
		{"off", "enabled", 1},
		{"off", "disabled", 0},
	} {
		w := newWorld(t, "link_shortening", c.account)
		settings := ""
		if c.message != "" {
			settings = fmt.Sprintf(`,"settings":{"link_shortening":%q}`, c.message)
		}
		got := w.send(t, `{"to":"+18015550142","body":"see https://example.com/menu"`+settings+`}`)
		if n := len(shortCodes(got.body)); got.status != 201 || n != c.want {
			t.Errorf("account %q, message %q: %d %s", c.account, c.message, got.status, got.body)
		}
	}
}

// TestBlastLinks gives each recipient a link of its own.
func TestBlastLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "link_shortening", "on")
	w.call(t, "POST", "/accounts/{account}/blasts", `{"to":["+18015550142","+18015550143"],"body":"https://example.com/menu"}`)
	seen := map[string]bool{}
	for _, m := range w.messages(t) {
		for _, code := range shortCodes(m.Body) {
			seen[code] = true
		}
	}
	if len(seen) != 2 {
		t.Errorf("%d short links, want 2", len(seen))
	}
}

// TestFollowedOnce holds that clicks at once are one first click.
func TestFollowedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "link_shortening", "on")
	code := shortCodes(w.send(t, `{"to":"+18015550142","body":"https://example.com/menu"}`).body)[0]
	done := make(chan answer)
	for range 8 {
		go func() { done <- w.call(t, "GET", "/l/"+code, "") }()
	}
	for range 8 {
		if got := <-done; got.status != 302 || got.header.Get("Location") != "https://example.com/menu" {
			t.Errorf("%d to %s", got.status, got.header.Get("Location"))
		}
	}
	w.advance(t, 0)
	n := 0
	for _, h := range w.hooks(t) {
		if strings.Contains(h, "link.followed") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d webhooks of it, want 1", n)
	}
}
