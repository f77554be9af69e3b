package refapp

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	yes    = "Yes, 3pm is free. Shall I book it?"
	thanks = "Thanks, we will get back to you."
)

// The zoo: for each bug a script on which the correct app and the bug part.
// A script's outcome is the codes it returns and what was sent.
var zooPages = map[string]struct {
	script       func(*world) []int
	right, wrong string
}{
	"dedupe-fails-open": {again, "200 200 | ana: yes", "200 200 | ana: yes, ana: yes"},
	"dedupe-ttl-too-short": {
		func(w *world) []int {
			codes := ask(w)
			w.clock = "2026-08-20T17:04:05Z"
			codes = append(codes, w.says(ben, "m2", "free?"))
			w.clock = "2026-08-20T15:04:05Z"
			return append(codes, ask(w)...)
		},
		"200 200 200 | ana: yes, ben: yes", "200 200 200 | ana: yes, ana: yes, ben: yes",
	},
	"status-deduped":   {func(w *world) []int { return statuses(w, "See you", "sent", "delivered") }, "9 | ", "4 | "},
	"status-last-wins": {func(w *world) []int { return statuses(w, "See you", "delivered", "sent") }, "9 | ", "4 | "},
	"early-status-dropped": {
		func(w *world) []int {
			w.carrier.during = func(int, string, *http.Request) { w.tells("msg_out_1", "sent") }
			return statuses(w, "See you")
		}, "4 | ", "8 | ",
	},
	"segments-counted": {
		func(w *world) []int { return statuses(w, strings.Repeat("é", 100), "sent", "failed") }, "6 | ", "9 | ",
	},
	"confirmation-blocked": {
		func(w *world) []int { return append(stop(w, "STOP"), len(w.sent())) }, "200 1 | ", "200 0 | ",
	},
	"spelling-splits": {
		func(w *world) []int {
			codes := stop(w, "STOP")
			w.notify(noteToAna)
			return codes
		}, "200 | ", "200 | +18015550142: See you",
	},
	"ignores-retry-after": {patience, "7 | ", "0 | "},
	"retries-refusal": {
		func(w *world) []int {
			w.refusing(mostTries + 1)
			w.says(ana, "m1", "free?")
			return w.calls()
		}, "1 | ", "3 | ",
	},
	"refusal-aborts-batch": {
		func(w *world) []int {
			w.refusing(1)
			w.notify(`{"to":["+18015550142","+18015550143"],"text":"See you"}`)
			return w.calls()
		}, "2 | ", "1 | ",
	},
	"ack-before-persist": {
		func(w *world) []int {
			w.throttled() // the second text waits behind the first
			codes := []int{w.deliver(ana, "m1", "free?", false), w.deliver(ana, "m2", "free?", false)}
			sleep(w.t.Context(), time.Second)
			w.restart()
			w.settle()
			return append(codes, w.calls()...)
		}, "200 200 3 | ", "200 200 2 | ",
	},
	"forgets-work": {
		func(w *world) []int {
			w.throttled()
			w.deliver(ana, "m1", "free?", false)
			w.restart()
			w.settle()
			return w.calls()
		}, "2 | ", "1 | ",
	},
	"session-in-memory": {
		func(w *world) []int {
			code := w.says(ana, "m1", "Step 1")
			w.restart()
			return []int{code, w.says(ana, "m2", "Step 2")}
		}, "200 200 | ana: Got step 1., ana: Got step 2.", "200 200 | ana: Got step 1.",
	},
	"no-dedupe":            {again, "200 200 | ana: yes", "200 200 | ana: yes, ana: yes"},
	"check-then-mark-race": {atOnce, " | ana: yes", " | ana: yes, ana: yes"},
	"double-send":          {ask, "200 | ana: yes", "200 | ana: yes, ana: yes"},
	"silent":               {ask, "200 | ana: yes", "200 | "},
	"new-key-on-retry":     {func(w *world) []int { return ask(w.failing(1)) }, "200 | ana: yes", "200 | ana: yes, ana: yes"},
	"marks-before-success": {
		func(w *world) []int { return again(w.failing(4)) }, "200 200 | ana: yes", "500 200 | ana: yes",
	},
	"stop-substring": {
		func(w *world) []int { return []int{w.says(ana, "m1", "please do not stop")} },
		"200 | ana: thanks", "200 | ",
	},
	"dedupe-on-body": {
		func(w *world) []int { return []int{w.says(ana, "m1", "free?"), w.says(ana, "m2", "free?")} },
		"200 200 | ana: yes, ana: yes", "200 200 | ana: yes",
	},
	"dedupe-on-event-id": {again, "200 200 | ana: yes", "200 200 | ana: yes, ana: yes"},
	"ignores-stop": {
		func(w *world) []int { return append(stop(w, "STOP"), w.says(ana, "m9", "free?")) },
		"200 200 | ", "200 200 | ana: yes",
	},
	"consent-checked-when-queued": {
		func(w *world) []int {
			known(w)
			w.notify(`{"to":"+18015550142","text":"See you","when":"next-inbound"}`)
			return leave(w, "STOP")
		},
		"200 | ", "200 | +18015550142: See you",
	},
	"stop-case-sensitive": {
		func(w *world) []int { return stop(w, "stop") },
		"200 | ", "200 | ana: thanks",
	},
	"answers-stop": {
		func(w *world) []int { return stop(w, "STOP") },
		"200 | ", "200 | ana: " + goodbye,
	},
	"thread-by-handset": {
		func(w *world) []int {
			return []int{w.says(ana, "m1", "free?"), w.says(zoe, "m2", "free?")}
		},
		"200 200 | ana: yes, zoe: yes", "200 200 | ana: yes, ana: yes",
	},
	"default-number": {ask, "200 | ana: yes", "200 | +18015550142: yes"},
	"last-conversation": {
		func(w *world) []int {
			w.together(
				func() int { return w.deliver(ana, "m1", "Book 3pm for Ana", false) },
				func() int { return w.deliver(ben, "m2", "Book 3pm for Ben", false) })
			return nil
		},
		" | ana: Booked 3pm for Ana., ben: Booked 3pm for Ben.", " | ben: Booked 3pm for Ana., ben: Booked 3pm for Ben.",
	},
	"shared-name": {
		func(w *world) []int {
			return []int{w.says(ana, "m1", "Book 3pm for Ana"), w.says(ben, "m2", "Book 3pm for Ben")}
		},
		"200 200 | ana: Booked 3pm for Ana., ben: Booked 3pm for Ben.", "200 200 | ana: Booked 3pm for Ana., ben: Booked 3pm for Ana.",
	},
	"no-signature-check":    {forged, "401 | ", "200 | ana: yes"},
	"no-timestamp-check":    {stale, "401 | ", "200 | ana: yes"},
	"poisoned-dedupe":       {func(w *world) []int { return append(forged(w), ask(w)...) }, "401 200 | ana: yes", "401 200 | "},
	"first-signature-only":  {func(w *world) []int { w.secrets = []string{secretB, secretA}; return ask(w) }, "200 | ana: yes", "401 | "},
	"conflict-on-duplicate": {again, "200 200 | ana: yes", "200 409 | ana: yes"},
	"error-on-duplicate":    {again, "200 200 | ana: yes", "200 500 | ana: yes"},
	"slow-ack": {
		func(w *world) []int {
			acked := make(chan int, 1)
			go func() { acked <- w.deliver(ana, "m1", "free?", false) }()
			synctest.Wait() // everything that needs no time to pass has happened
			defer func() { w.desk.stop(); synctest.Wait() }()
			return []int{len(acked)}
		}, "1 | ana: yes", "0 | ana: yes",
	},
	"unknown-event-500": {
		func(w *world) []int {
			if w.desk.name == "mta" {
				return []int{w.mta(`{"event":"message.exploded","messageId":"x"}`)}
			}
			return []int{w.hook("message.exploded", `{"id":"x"}`)}
		},
		"200 | ", "500 | ",
	},
	"extra-field-500": {
		func(w *world) []int {
			defer w.settle()
			return append(ask(w), w.deliver(ana, "m2", "free?", true))
		},
		"200 200 | ana: yes, ana: yes", "200 500 | ana: yes",
	},
}

func ask(w *world) []int { return []int{w.says(ana, "m1", "free?")} }

func again(w *world) []int { return append(ask(w), ask(w)...) }

func atOnce(w *world) []int {
	post := func() int { return w.deliver(ana, "m1", "free?", false) }
	w.together(post, post)
	return nil
}

func forged(w *world) []int {
	defer func(old []string) { w.secrets = old }(w.secrets)
	w.secrets = []string{secretB}
	return ask(w)
}

func stale(w *world) []int {
	w.age = surgeTolerance + 1e9
	return ask(w)
}

// known tells the app of ana, where the provider does.
func known(w *world) {
	if w.desk.name == "surge" {
		w.hook("conversation.created", ana.thread())
	}
}

// leave opts ana out as the provider does.
func leave(w *world, word string) []int {
	if w.desk.name == "surge" {
		w.hook("contact.opted_out", ana.contact())
	}
	return []int{w.says(ana, "m_stop", word)}
}

func stop(w *world, word string) []int {
	known(w)
	return leave(w, word)
}

// failing lets the first sends fail before they have an effect.
func (w *world) failing(sends int) *world {
	w.carrier.script = func(n int, rw http.ResponseWriter) bool {
		if n <= sends {
			rw.WriteHeader(http.StatusInternalServerError)
		}
		return n <= sends
	}
	return w
}

// refusing refuses the first sends for good.
func (w *world) refusing(sends int) {
	w.carrier.script = func(n int, rw http.ResponseWriter) bool {
		if n <= sends {
			rw.WriteHeader(http.StatusUnprocessableEntity)
		}
		return n <= sends
	}
}

// throttled tells the first send to come back in 7 seconds.
func (w *world) throttled() {
	w.carrier.script = func(n int, rw http.ResponseWriter) bool {
		if n == 1 {
			rw.Header().Set("Retry-After", "7")
			rw.WriteHeader(http.StatusTooManyRequests)
		}
		return n == 1
	}
}

// patience returns the seconds between a throttled send and the next.
func patience(w *world) []int {
	var at []time.Time
	w.carrier.during = func(int, string, *http.Request) { at = append(at, time.Now()) }
	w.throttled()
	w.says(ana, "m1", "free?")
	w.carrier.calls = nil
	return []int{int(at[1].Sub(at[0]).Seconds())}
}

// calls returns how many sends there were, and leaves them out of the outcome.
func (w *world) calls() []int {
	w.carrier.mu.Lock()
	defer w.carrier.mu.Unlock()
	w.carrier.calls = nil
	return []int{w.carrier.n}
}

// statuses sends a text, tells how far it got, and returns the length of what
// the app calls that: sent 4, failed 6, accepted 8, delivered 9.
func statuses(w *world, text string, told ...string) []int {
	id := w.notify(fmt.Sprintf(`{"to":%q,"text":%q}`, ana.number, text))
	for _, status := range told {
		w.tells("msg_out_1", status)
	}
	w.calls()
	return []int{len(w.status(id))}
}

// tells tells how far a text got, in the provider's dialect.
func (w *world) tells(id, status string) {
	if w.desk.name == "mta" {
		w.mta(fmt.Sprintf(`{"messageId":%q,"status":%d}`, id, map[string]int{"sent": 3, "delivered": 4, "failed": 6}[status]))
		return
	}
	w.post("message."+status, fmt.Sprintf(`{"id":%q}`, id))
}

// play runs a page and returns its outcome. The order of sends to different
// people is left to chance, so they are sorted.
func play(w *world, script func(*world) []int) string {
	codes := script(w)
	if w.desk.ctx.Err() == nil {
		w.settle()
	}
	sent := w.sent()
	for i := range sent {
		sent[i] = strings.NewReplacer("cnv_", "", yes, "yes", thanks, "thanks").Replace(sent[i])
	}
	if i := slices.Index(sent, "ana: "+goodbye); i >= 0 && w.desk.manners.silent {
		sent = slices.Delete(sent, i, i+1) // the one that this provider's customers are to get
	}
	slices.Sort(sent)
	return strings.Trim(fmt.Sprint(codes), "[]") + " | " + strings.Join(sent, ", ")
}

func TestEveryBugParts(t *testing.T) {
	t.Parallel()
	for _, bug := range Bugs() {
		t.Run(bug.Name, func(t *testing.T) {
			t.Parallel()
			page, ok := zooPages[bug.Name]
			if !ok {
				t.Fatal("no page shows this bug: add one to zooPages")
			}
			for _, v := range vendors {
				if !bug.With(v.name) {
					continue
				}
				inBubbleWith(t, v.name, Options{Store: t.TempDir()}, func(w *world) {
					if got := play(w, page.script); got != page.right {
						t.Errorf("the correct app with %s: %q, want %q", v.name, got, page.right)
					}
				})
				inBubbleWith(t, v.name, Options{Store: t.TempDir(), Bugs: []string{bug.Name}}, func(w *world) {
					if got := play(w, page.script); got != page.wrong {
						t.Errorf("with the bug and %s: %q, want %q", v.name, got, page.wrong)
					}
				})
			}
		})
	}
}

// A bug must show on its own page only for what it is: on a plain question
// and answer most bugs behave, or a harness would catch them for no reason.
func TestBugsBehaveOtherwise(t *testing.T) {
	t.Parallel()
	loud := map[string]string{
		"double-send": "200 | ana: yes, ana: yes", "silent": "200 | ", "default-number": "200 | +18015550142: yes",
	}
	for _, bug := range Bugs() {
		for _, v := range vendors {
			inBubbleWith(t, v.name, Options{Bugs: []string{bug.Name}}, func(w *world) {
				want := "200 | ana: yes"
				if l, ok := loud[bug.Name]; ok && bug.With(v.name) {
					want = l
				}
				if got := play(w, ask); got != want {
					t.Errorf("%s with %s: %q, want %q", bug.Name, v.name, got, want)
				}
			})
		}
	}
}

func TestUnknownBugNamesTheKnown(t *testing.T) {
	t.Parallel()
	_, err := New(Options{Surge: Surge{BaseURL: "http://carrier"}, Bugs: []string{"no-dedup"}})
	if err == nil || !strings.Contains(err.Error(), "no-dedupe") || !strings.Contains(err.Error(), "slow-ack") {
		t.Errorf("got error %v, want one that lists the bugs", err)
	}
}
