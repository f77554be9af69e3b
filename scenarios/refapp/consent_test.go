package refapp

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

const noteToAna = `{"to":"+18015550142","text":"See you"}`

func TestStopSilencesEverything(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*world){
		"by keyword": func(w *world) { w.says(ana, "m1", " Stop ") },
		"by event": func(w *world) {
			w.hook("conversation.created", ana.thread())
			w.hook("contact.opted_out", ana.contact())
		},
		"by event, known later": func(w *world) {
			w.hook("contact.opted_out", ana.contact())
			w.hook("conversation.created", ana.thread())
		},
		"by event, known by reply": func(w *world) { w.hook("contact.opted_out", ana.contact()); w.says(ana, "m1", "HELP") },
		"by refusal": func(w *world) {
			w.carrier.script = func(_ int, rw http.ResponseWriter) bool {
				rw.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = rw.Write([]byte(`{"error":{"type":"opted_out"}}`))
				return true
			}
			w.notify(noteToAna)
			w.carrier.script, w.carrier.calls = nil, nil
		},
	} {
		inBubble(t, Options{}, func(w *world) {
			leave(w)
			id := w.notify(noteToAna)
			w.notify(`{"to":"+1 (801) 555-0142","text":"See you"}`)
			w.says(ana, "m7", "free?")
			if sent := w.sent(); len(sent) > 0 {
				t.Errorf("%s: sent %q, want nothing", name, sent)
			}
			if got := w.status(id); got != suppressed {
				t.Errorf("%s: status %q, want %s", name, got, suppressed)
			}
			w.says(ben, "m8", "free?") // nobody else is silenced
			w.expect("cnv_ben: " + yes)
		})
	}
}

func TestStartLetsOnlyNewTextsOut(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]func(*world){
		"by keyword": func(w *world) { w.says(ana, "m2", "unstop") },
		"by event":   func(w *world) { w.hook("contact.opted_in", ana.contact()) },
	} {
		inBubble(t, Options{}, func(w *world) {
			w.says(ana, "m1", "STOP")
			w.notify(noteToAna)
			w.notify(`{"to":"+18015550142","text":"held","when":"next-inbound"}`)
			back(w)
			w.says(ana, "m3", "free?")
			if sent := w.sent(); len(sent) != 1 || sent[0] != "cnv_ana: "+yes {
				t.Errorf("%s: sent %q, want the new reply alone", name, sent)
			}
		})
	}
}

func TestLateStopDoesNotUndoStart(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{}, func(w *world) {
		w.event = "evt_stop"
		w.hook("conversation.created", ana.thread())
		w.hook("contact.opted_out", ana.contact())
		w.event = ""
		w.hook("contact.opted_in", ana.contact()) // within the same second
		w.event = "evt_stop"
		w.hook("contact.opted_out", ana.contact()) // a duplicate of the first
		w.event, w.clock = "", "2026-08-20T15:04:04Z"
		w.says(ana, "m1", "STOP") // written before, delivered only now
		w.notify(noteToAna)
		w.expect("+18015550142: See you")
	})
}

func TestHeldTextWaitsForItsHandset(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{}, func(w *world) {
		id := w.notify(`{"to":"+18015550142","text":"See you","when":"next-inbound"}`)
		w.says(ben, "m1", "HELP")
		w.expect()
		if got := w.status(id); got != queued {
			t.Errorf("status %q while it is held, want %s", got, queued)
		}
		w.post("message.received", ana.text(w, "m2", "HELP"))
		synctest.Wait()
		w.expect() // its answer goes first
		w.settle()
		w.says(ana, "m3", "HELP")
		w.expect("+18015550142: See you")
	})
}

// STOP is acknowledged only when no call can begin after it, in anybody's
// record: an open call is waited for, but not for ever.
func TestStopWaitsForOpenCalls(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*world) int{
		"by keyword": func(w *world) int { return w.post("message.received", ana.text(w, "m3", "STOP")) },
		"by event":   func(w *world) int { return w.post("contact.opted_out", ana.contact()) },
	} {
		for open, want := range map[time.Duration]time.Duration{
			105 * time.Millisecond: 110 * time.Millisecond, // it looks every 10 ms

			2 * time.Second: drainTime,
		} {
			inBubble(t, Options{}, func(w *world) {
				w.carrier.during = func(_ int, _ string, r *http.Request) { sleep(r.Context(), open) }
				w.post("message.received", ana.text(w, "m1", "free?"))
				w.post("message.received", ana.text(w, "m2", "hello")) // waits behind the first
				synctest.Wait()
				begun := time.Now()
				w.expectCode(stop(w), 200)
				if waited := time.Since(begun); waited != want {
					t.Errorf("%s: a call open for %v held the answer for %v, want %v", name, open, waited, want)
				}
				w.settle()
				w.expect("cnv_ana: " + yes)
			})
		}
	}
}

// An opt-in that arrives while a call is refused is newer than the refusal.
func TestRefusalDoesNotUndoStart(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{}, func(w *world) {
		w.says(ana, "m1", "HELP")
		w.carrier.script = func(_ int, rw http.ResponseWriter) bool {
			w.post("contact.opted_in", ana.contact())
			rw.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = rw.Write([]byte(`{"error":{"type":"opted_out"}}`))
			return true
		}
		w.notify(noteToAna)
		w.carrier.script = nil
		w.notify(noteToAna)
		w.expect("+18015550142: See you", "+18015550142: See you")
	})
}

// The provider's answer to a first text says who the contact behind it is.
func TestContactIsLearntFromTheSendCall(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{}, func(w *world) {
		w.carrier.script = func(_ int, rw http.ResponseWriter) bool {
			rw.WriteHeader(http.StatusCreated)
			_, _ = rw.Write([]byte(`{"id":"msg_1","conversation":` + ana.thread() + `}`))
			return true
		}
		w.notify(noteToAna)
		w.hook("contact.opted_out", ana.contact())
		w.notify(noteToAna)
		w.expect("+18015550142: See you")
	})
}
