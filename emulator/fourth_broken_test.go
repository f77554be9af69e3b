package emulator_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/providertest"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// flaw breaks the vendor in one way; the part of the suite that must notice
// says so in some words.
type flaw struct {
	part, says string
	harm       func(*providertest.Dialect)
}

var flaws = map[string]flaw{
	"a default that cannot be set": {"data", "its default", func(d *providertest.Dialect) { d.Provider.Switches[0].Default = "loud" }},
	"another id in the answer":     {"accept", "known as", func(d *providertest.Dialect) { d.MessageID = func([]byte) string { return "7" } }},
	"no word of a failure": {"webhooks", "message.failed came: false", encoding(func(e sms.Event, p *webhook.Payload) bool {
		return e.Type != sms.MessageFailed
	})},
	"delivered before sent": {"life", "webhooks of text 1", encoding(func(e sms.Event, p *webhook.Payload) bool {
		p.Body = []byte(strings.Replace(string(p.Body), "message.sent", "message.delivered", 1))
		return true
	})},
	"no reason": {"reasons", `told as ""`, encoding(func(e sms.Event, p *webhook.Payload) bool {
		p.Body = []byte(strings.Replace(string(p.Body), `"why"`, `"y"`, 1))
		return true
	})},
	"magic that has no word": {"magic", `told as ""`, func(d *providertest.Dialect) { d.Provider.Magic[0].Failure = "bewitched" }},
	"trimmed texts": {"hear", "is told as", encoding(func(e sms.Event, p *webhook.Payload) bool {
		p.Body = []byte(strings.ReplaceAll(string(p.Body), " spaces ", "spaces"))
		return true
	})},
	"one conversation for all": {"conversation", "names conversation", encoding(func(e sms.Event, p *webhook.Payload) bool {
		p.Body = []byte(strings.Replace(string(p.Body), e.Message.Conversation, "conversation-1", 1))
		return true
	})},
	"a reply to anybody": {"reply", "want a 4xx", serving(func(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
		if err := pigeonSend(net, w, r); err == nil || err.Code != sms.NotFound {
			return err
		}
		pigeonSay(w, http.StatusAccepted, letter{ID: "7"})
		return nil
	})},
	"each attempt goes elsewhere": {"retries", "the first was", func(d *providertest.Dialect) {
		n, right := 0, d.Provider.Sign
		d.Provider.Sign = func(r *http.Request, s webhook.Signing) {
			n++
			r.URL.RawQuery = fmt.Sprint("n=", n)
			right(r, s)
		}
	}},
	"a failure taken for success": {"recovery", "came 1 times", success(func(status int) bool { return status == 503 })},
	"any 2xx":                     {"acks", "answered 201 ends as ok", success(func(status int) bool { return status/100 == 2 })},
	"a seal on nothing": {"signature", "does not cover the body", func(d *providertest.Dialect) {
		d.Verify = func(h providertest.Hook, secret string) error { h.Body = []byte{}; return unseal(h, secret) }
		d.Provider.Sign = func(r *http.Request, s webhook.Signing) { s.Body = nil; pigeon().Sign(r, s) }
	}},
	"a seal for anybody": {"forgery", "can be verified: true", func(d *providertest.Dialect) {
		d.Verify = func(providertest.Hook, string) error { return nil }
	}},
	"a stamp that is always now": {"stamp", "can be verified: true", func(d *providertest.Dialect) {
		d.Verify = func(h providertest.Hook, secret string) error {
			var sec int64
			_, _ = fmt.Sscan(h.Header.Get("Pigeon-Time"), &sec)
			h.Wall = time.Unix(sec, 0)
			return unseal(h, secret)
		}
	}},
	"one seal for two secrets": {"rotation", "cannot verify", func(d *providertest.Dialect) {
		d.Provider.Sign = func(r *http.Request, s webhook.Signing) {
			s.Secrets = s.Secrets[len(s.Secrets)-1:]
			pigeon().Sign(r, s)
		}
	}},
	"deaf to STOP":       {"consent", "want a 4xx", func(d *providertest.Dialect) { d.Provider.Keywords.Blocks = sms.BlockNever }},
	"touchy about words": {"keywords", "is answered 403", func(d *providertest.Dialect) { d.Provider.Keywords.Stop = append(d.Provider.Keywords.Stop, "STOP IT") }},
	"anything is a letter": {"bad", "want a 4xx", serving(func(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
		pigeonSay(w, http.StatusAccepted, letter{ID: "7"})
		return nil
	})},
	"stumbles over junk": {"junk", "is answered 500", serving(func(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
		if r.ContentLength > 1<<18 {
			return sms.Fail(sms.Internal, "too heavy")
		}
		return pigeonSend(net, w, r)
	})},
	"no shape":               {"unknown", "neither JSON nor XML", refusing(sms.NotFound, func(w http.ResponseWriter) { http.Error(w, "lost", 404) })},
	"a stranger is an error": {"credential", "is answered 500", refusing(sms.BadCredential, func(w http.ResponseWriter) { pigeonSay(w, 500, "who?") })},
	"weight is no matter":    {"oversize", "want a 4xx", refusing(sms.TooLarge, func(w http.ResponseWriter) { pigeonSay(w, 202, "coo") })},
	"one secret for all": {"isolation", "of another", func(d *providertest.Dialect) {
		first, right := "", d.Provider.Sign
		d.Provider.Sign = func(r *http.Request, s webhook.Signing) {
			if first == "" {
				first = s.Secrets[0]
			}
			r.URL.RawQuery = first
			right(r, s)
		}
	}},
	"one key for all": {"crossing", "another's key left", func(d *providertest.Dialect) {
		made := ""
		right := d.Provider.Setup
		d.Provider.Setup = func(mint provider.Mint) provider.Setup {
			s := right(mint)
			if made == "" {
				made = s.Key
			}
			return s
		}
		d.Provider.Credential = func(*http.Request) string { return made }
	}},
	"ids by chance": {"determinism", "two runs", func(d *providertest.Dialect) {
		n, right := 0, d.Provider.ID
		d.Provider.ID = func(kind sms.Kind, i uint64, at time.Time, entropy [16]byte) string {
			n++
			return fmt.Sprint(right(kind, i, at, entropy), n)
		}
	}},
	"a route that breaks": {"routes", "is answered 500", func(d *providertest.Dialect) {
		d.Provider.Routes = append(d.Provider.Routes, provider.Route{
			Pattern: "GET /broken/{id}",
			Serve: func(provider.Network, http.ResponseWriter, *http.Request) *sms.Error {
				return sms.Fail(sms.Internal, "broken")
			},
		})
	}},
	"a route that takes no joke": {"abuse", "is answered 500", serving(func(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
		if r.URL.RawQuery != "" {
			return sms.Fail(sms.Internal, "a question")
		}
		return pigeonSend(net, w, r)
	})},
	"one of many is lost": {"crowd", "webhooks of 24 handsets", encoding(func(e sms.Event, _ *webhook.Payload) bool {
		return !strings.HasSuffix(string(e.Handset), "13")
	})},
	"declined and there":  {"declined", "is there", func(d *providertest.Dialect) { d.Provider.Declined[0].Operation = "POST /letters" }},
	"a host nobody finds": {"hosts", "a good send is answered 4", func(d *providertest.Dialect) { d.Provider.Hosts[0] = "API.pigeon.test" }},
	"a switch that breaks": {"switches", "under echo=off", serving(func(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
		if !(net.Context().Settings("echo") == "on") {
			return sms.Fail(sms.Invalid, "silence")
		}
		return pigeonSend(net, w, r)
	})},
}

func encoding(change func(sms.Event, *webhook.Payload) bool) func(*providertest.Dialect) {
	return func(d *providertest.Dialect) {
		right := d.Provider.Encode
		d.Provider.Encode = func(e sms.Event, c provider.Context) (webhook.Payload, bool) {
			p, ok := right(e, c)
			return p, ok && change(e, &p)
		}
	}
}

func success(rule func(int) bool) func(*providertest.Dialect) {
	return func(d *providertest.Dialect) {
		right := d.Provider.Retry
		d.Provider.Retry = func(s provider.Settings) webhook.Ladder {
			l := right(s)
			l.Success = func(status int) bool { return status == 200 || rule(status) }
			return l
		}
	}
}

func serving(f func(provider.Network, http.ResponseWriter, *http.Request) *sms.Error) func(*providertest.Dialect) {
	return func(d *providertest.Dialect) { d.Provider.Routes[0].Serve = f }
}

func refusing(code sms.Code, say func(http.ResponseWriter)) func(*providertest.Dialect) {
	return func(d *providertest.Dialect) {
		right := d.Provider.Refuse
		d.Provider.Refuse = func(w http.ResponseWriter, r *http.Request, e *sms.Error) {
			if e.Code == code {
				say(w)
				return
			}
			right(w, r, e)
		}
	}
}

// brokenVendor tells the test binary, started once more, which flaw to have.
const brokenVendor = "SWITCHHOOK_TEST_FLAW"

// TestSuiteNoticesFlaws holds that every part of the suite can fail: for each
// flaw the part that is for it is run in a process of its own, and must say so.
func TestSuiteNoticesFlaws(t *testing.T) {
	if name := os.Getenv(brokenVendor); name != "" {
		d := pigeonDialect(pigeon())
		flaws[name].harm(&d)
		providertest.Run(t, d)
		return
	}
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	missed := providertest.Parts()
	for name, f := range flaws {
		missed = slices.DeleteFunc(missed, func(part string) bool { return part == f.part })
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			again := exec.CommandContext(t.Context(), self, "-test.run=^TestSuiteNoticesFlaws$/^"+f.part+"$")
			again.Env = append(os.Environ(), brokenVendor+"="+name)
			out, err := again.CombinedOutput()
			if err == nil {
				t.Fatalf("part %s passes", f.part)
			}
			if !strings.Contains(string(out), f.says) {
				t.Errorf("part %s does not say %q:\n%s", f.part, f.says, out)
			}
		})
	}
	if len(missed) > 0 {
		t.Errorf("no flaw is for the parts %v", missed)
	}
}
