package oracle_test

import (
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// sends is a send to Ana from the first line.
func sends(r *record, body string, c historytest.Call) {
	r.Sends(r.Number("ana"), historytest.Line, body, c)
}

// shows lets the record show which fields of a request hold what.
func shows(r *record) {
	t := r.Texts("eve", ask)
	r.Acks(t)
	r.Sends(r.Number("eve"), historytest.Line, "hello", historytest.Call{Ref: "ref-eve", Key: "key-eve"})
}

// after is a call that failed though the message was made, then another.
func after(first, second historytest.Call, words ...string) func(*record) {
	if len(words) == 0 {
		words = []string{"yes", "yes"}
	}
	return func(r *record) {
		shows(r)
		r.Acks(r.Texts("ana", ask))
		first.Fault, first.Status = journal.ErrorAfter, 500
		sends(r, words[0], first)
		sends(r, words[1], second)
	}
}

func TestSameSendAgain(t *testing.T) {
	key := func(k string) historytest.Call { return historytest.Call{Key: k} }
	ref := func(k string) historytest.Call { return historytest.Call{Ref: k} }
	nothing := historytest.Call{}
	before := historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Internal, Status: 500, Key: "a", Ref: "a"}
	tell(t, 21, []story{
		{"the same key", after(key("a"), key("a")), oracle.Pass, "1 send was made again", keyed},
		{"another key", after(key("a"), key("b")), oracle.Fail, `call-3 repeats call-2, of which the application could not know the outcome (it was told 500), and carries another idempotency key ("a", then "b")`, keyed},
		{"no key at the second try", after(key("a"), nothing), oracle.Fail, `("a", then "")`, keyed},
		{"no key at all", after(nothing, nothing), oracle.Fail, "neither carries an idempotency key", keyed},
		{"the same key and other words", after(key("a"), key("a"), "yes", "sure"), oracle.Fail, "says something else", keyed},
		{"another key where none is read", after(key("a"), key("b")), oracle.Pass, "", nil},
		{"the same reference", after(ref("a"), ref("a")), oracle.Pass, "", nil},
		{"another reference", after(ref("a"), ref("b")), oracle.Fail, `another reference ("a", then "b")`, nil},
		{"neither key nor reference", after(nothing, nothing), oracle.Pass, "", nil},
		{"other words", after(nothing, nothing, "yes", "sure"), oracle.Fail, "says something else", nil},
		{"another text altogether", after(ref("a"), ref("b"), "yes", "the news"), oracle.NotExercised, "error-after", nil},
		{"the conflict is an answer too", func(r *record) {
			after(key("a"), historytest.Call{Key: "a", Refused: sms.Taken, Status: 409})(r)
		}, oracle.Pass, "", keyed},
		{"nothing was made at the first try", func(r *record) {
			shows(r)
			r.Acks(r.Texts("ana", ask))
			sends(r, "yes", before)
			sends(r, "yes", historytest.Call{Key: "b", Ref: "b"})
		}, oracle.Fail, "another idempotency key", keyed},
		{"two texts, the answer to the first was given up", func(r *record) {
			shows(r)
			r.Acks(r.Texts("ana", ask))
			sends(r, "yes", before)
			r.Acks(r.Texts("ana", "Book 3pm for Zoe"))
			sends(r, "Booked for Zoe.", historytest.Call{Key: "b", Ref: "b"})
		}, oracle.NotExercised, "", keyed},
		{"the same words to two texts", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			sends(r, "yes", before)
			r.Acks(r.Texts("ana", ask))
			sends(r, "yes", historytest.Call{Key: "b", Ref: "b"})
		}, oracle.NotExercised, "", keyed},
		{"two texts, the first try again in between", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Acks(r.Texts("ana", "Book 3pm for Zoe"))
			sends(r, "yes", before)
			sends(r, "yes", historytest.Call{Key: "a", Ref: "a"})
			sends(r, "Booked for Zoe.", historytest.Call{Key: "b", Ref: "b"})
		}, oracle.Pass, "", keyed},
		{"on another line, where nobody looked by which it left", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Acks(r.TextsTo("ana", historytest.Line2, ask))
			blind := before
			blind.Blind = true
			r.Sends(r.Number("ana"), historytest.Line2, "yes", blind)
			sends(r, "yes", historytest.Call{Key: "b", Ref: "b"})
		}, oracle.NotExercised, "", keyed},
		{"a new key after a plain refusal", func(r *record) {
			shows(r)
			r.Acks(r.Texts("ana", ask))
			sends(r, "yes", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429, Key: "a"})
			sends(r, "yes", key("b"))
		}, oracle.NotExercised, "", keyed},
		{"nobody declared the text", func(r *record) {
			shows(r)
			r.Acks(r.Texts("ana", strays))
			sends(r, "yes", before)
			sends(r, "no", key("b"))
		}, oracle.NotExercised, "", keyed},
		{"answered once", answeredOnce, oracle.NotExercised, "that the application sends again", nil},
	})
}

func TestPatience(t *testing.T) {
	limited := historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429}
	told := func(wait string) historytest.Call {
		return historytest.Call{Refused: sms.RateLimited, Status: 429, Wait: wait}
	}
	then := func(first historytest.Call, wait time.Duration) func(*record) {
		return func(r *record) {
			shows(r)
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.AtOnce(func() {
				sends(r, "yes", first)
				r.Passes(wait)
				r.Replies(t, "yes")
			})
		}
	}
	fast := func(n int, gap time.Duration) func(*record) {
		return func(r *record) {
			shows(r)
			r.Acks(r.Texts("ana", ask))
			r.AtOnce(func() {
				for range n {
					sends(r, "yes", historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Internal, Status: 500})
					r.Passes(gap)
				}
			})
		}
	}
	tell(t, 22, []story{
		{"came back in time", then(limited, time.Second), oracle.Pass, "1 send was told to wait", nil},
		{"a timer that is a little early", then(limited, 990*time.Millisecond), oracle.Pass, "", nil},
		{"came back too soon", then(limited, 300*time.Millisecond), oracle.Fail, "call call-2 to +18015550202 was told 429 and to wait 1s; the same was asked again 300ms later (call call-3)", nil},
		{"by what the answer says", then(told("15"), 10*time.Second), oracle.Fail, "to wait 15s", nil},
		{"as the answer says", then(told("15"), 15*time.Second), oracle.Pass, "", nil},
		{"a wait that is none", then(told("soon"), 0), oracle.NotExercised, "rate-limit", nil},
		{"a wait longer than any life", then(told("99999999999999"), 0), oracle.Fail, "", nil},
		{"a wait of less than nothing", then(told("-5"), 0), oracle.NotExercised, "", nil},
		{"unavailable is told to wait as well", then(historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Unavailable, Status: 503}, 0), oracle.Fail, "was told 503", nil},
		{"a plain error need not be waited out", then(historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Internal, Status: 500}, 0), oracle.NotExercised, "", nil},
		{"another customer need not wait", func(r *record) {
			ana, ben := r.Texts("ana", ask), r.Texts("ben", ask)
			r.Acks(ana)
			r.Acks(ben)
			r.AtOnce(func() {
				sends(r, "yes", limited)
				r.Replies(ben, "yes")
			})
		}, oracle.Pass, "", nil},
		{"another text with the same words need not wait", func(r *record) {
			first, second := r.Texts("ana", ask), r.Texts("ana", ask)
			r.Acks(first)
			r.Acks(second)
			r.AtOnce(func() {
				sends(r, "yes", limited)
				r.Replies(second, "yes")
				r.Passes(time.Second)
				r.Replies(first, "yes")
			})
		}, oracle.Pass, "", nil},
		{"told again by the network when the time was over", func(r *record) {
			shows(r)
			t := r.Texts("ana", ask)
			r.AtOnce(func() {
				end := r.Opens(t, historytest.Attempt{Outcome: journal.Failure, Class: "status", Status: 503})
				sends(r, "yes", limited)
				end()
				r.Advances(30 * time.Second)
				end = r.Opens(t, historytest.Attempt{Why: journal.Retry})
				r.Replies(t, "yes")
				end()
			})
		}, oracle.Pass, "1 send was told to wait", nil},
		{"told again by the network too soon", func(r *record) {
			shows(r)
			t := r.Texts("ana", ask)
			r.AtOnce(func() {
				sends(r, "yes", limited)
				r.Advances(300 * time.Millisecond)
				r.Acks(t)
				r.Replies(t, "yes")
			})
		}, oracle.Fail, "300ms later", nil},
		{"the network's time went by, and nobody told it to go on", func(r *record) {
			shows(r)
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.AtOnce(func() {
				sends(r, "yes", limited)
				r.Advances(30 * time.Second)
				r.Replies(t, "yes")
			})
		}, oracle.Fail, "", nil},
		{"two texts do not excuse two hurries", func(r *record) {
			first, second := r.Texts("ana", ask), r.Texts("ana", ask)
			r.Acks(first)
			r.Acks(second)
			r.AtOnce(func() {
				sends(r, "yes", limited)
				sends(r, "yes", limited)
				r.Replies(second, "yes")
			})
		}, oracle.Fail, "", nil},
		{"without end", fast(22, 50*time.Millisecond), oracle.Fail, "was asked for 22 times", nil},
		{"often, but not without end", fast(21, 50*time.Millisecond), oracle.NotExercised, "", nil},
		{"without pause", fast(6, time.Millisecond), oracle.Fail, "was asked for again 5 times in a row", nil},
		{"without pause, but not for long", fast(5, time.Millisecond), oracle.NotExercised, "", nil},
		{"nobody declared the text", func(r *record) {
			r.Acks(r.Texts("ana", strays))
			r.AtOnce(func() {
				sends(r, "yes", limited)
				sends(r, "yes", limited)
			})
		}, oracle.Pass, "", nil},
	})
}

func TestRefusal(t *testing.T) {
	out := historytest.Call{Fault: journal.SayOptedOut, Refused: sms.RecipientOut}
	refused := func(c historytest.Call, more func(r *record)) func(*record) {
		return func(r *record) {
			r.Acks(r.Texts("ana", ask))
			sends(r, "yes", c)
			more(r)
		}
	}
	end := func(*record) {}
	again := func(r *record) { sends(r, "yes", historytest.Call{Refused: sms.RecipientOut}) }
	tell(t, 23, []story{
		{"left alone", refused(out, end), oracle.Pass, "1 recipient was refused for good", nil},
		{"asked again", refused(out, again), oracle.Fail, "was refused for good (call call-1: recipient-out, told 422) and was sent again (call call-2)", nil},
		{"asked again for what is wrong with the request", refused(historytest.Call{Refused: sms.Invalid}, again), oracle.Fail, "", nil},
		{"asked again for what came to nothing", refused(historytest.Call{Became: sms.InvalidNumber}, again), oracle.Fail, "it failed with invalid-number", nil},
		{"a phone that is off is not for good", refused(historytest.Call{Became: sms.Unreachable}, func(r *record) { sends(r, "yes", historytest.Call{}) }), oracle.NotExercised, "opted-out", nil},
		{"a limit is not for good", refused(historytest.Call{Refused: sms.RateLimited, Status: 429}, again), oracle.Pass, "", nil},
		{"wrote again and was refused again", refused(out, func(r *record) {
			r.Acks(r.Texts("ana", ask))
			again(r)
		}), oracle.Pass, "2 recipients", nil},
		{"others were answered", refused(out, func(r *record) {
			ben := r.Texts("ben", ask)
			r.Acks(ben)
			r.Replies(ben, "yes")
		}), oracle.Pass, "", nil},
		{"others still waited", refused(out, func(r *record) {
			r.Acks(r.Texts("ben", ask))
		}), oracle.Fail, "nothing was sent to anybody else, and +18015550202 was still waiting", nil},
		{"one was forgotten and another not", refused(out, func(r *record) {
			r.Acks(r.Texts("ben", ask))
			eve := r.Texts("eve", ask)
			r.Acks(eve)
			r.Replies(eve, "yes")
		}), oracle.Pass, "", nil},
		{"the rest of a round was never sent", func(r *record) {
			r.Asks("ana")
			r.Asks("ben")
			r.Acks(r.Texts("ana", mute))
			sends(r, "news", out)
		}, oracle.Fail, "+18015550202 was still waiting", nil},
		{"the rest of the round went out", func(r *record) {
			r.Asks("ana")
			r.Asks("ben")
			r.Acks(r.Texts("ana", mute))
			sends(r, "news", out)
			r.SendsTo("ben", "news")
		}, oracle.Pass, "", nil},
		{"the rest of the round had left", func(r *record) {
			r.Asks("ana")
			r.Acks(r.Texts("ben", "STOP"))
			r.Asks("ben")
			r.Acks(r.Texts("ana", mute))
			sends(r, "news", out)
		}, oracle.Pass, "", nil},
		{"nobody declared the text", func(r *record) {
			r.Acks(r.Texts("ana", strays))
			sends(r, "yes", out)
			again(r)
		}, oracle.Pass, "", nil},
		{"killed, and so silent", refused(out, func(r *record) {
			r.Passes(time.Minute)
			r.Kills("idle")
			r.Acks(r.Texts("ben", ask))
		}), oracle.Pass, "", nil},
	})
}
