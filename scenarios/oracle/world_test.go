package oracle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

func TestRotation(t *testing.T) {
	answers := func(status int, faults ...journal.FaultKind) historytest.Attempt {
		a := historytest.Attempt{Status: status, Outcome: journal.Failure, Class: "status", Faults: faults}
		if status < 300 {
			a.Outcome, a.Class = journal.OK, ""
		}
		return a
	}
	rotating := func(as ...historytest.Attempt) func(*record) {
		return func(r *record) {
			r.Signs(1)
			r.Acks(r.Texts("eve", ask))
			r.Signs(2)
			for _, a := range as {
				r.Tells(r.Texts("ana", ask), a)
			}
		}
	}
	old := func(r *record, status int) {
		r.Signs(1)
		r.Forges(r.Texts("ana", ask), journal.OldSecret, status)
	}
	tell(t, 18, []story{
		{"both signatures, and taken", rotating(answers(200)), oracle.Pass, "1 webhook signed with two secrets and accepted", nil},
		{"both signatures, and refused", rotating(answers(200), answers(401)), oracle.Fail, "a webhook signed with the old and the new was answered 401: attempt 1 of evt_3", nil},
		{"a stranger's signature first", func(r *record) {
			r.Tells(r.Texts("ana", ask), answers(400, journal.Rotated))
		}, oracle.Fail, "was answered 400", nil},
		{"broken for another reason", rotating(answers(500)), oracle.Pass, "", nil},
		{"refused as a duplicate", func(r *record) {
			r.Signs(2)
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Tells(t, historytest.Attempt{Why: journal.Duplicate, Outcome: journal.Failure, Status: 400})
		}, oracle.Pass, "", nil},
		{"of a type that may be refused", func(r *record) {
			rotating(answers(200), answers(400, journal.WrongContentType))(r)
		}, oracle.Pass, "1 webhook", nil},
		{"the old one is refused afterwards", func(r *record) {
			rotating(answers(200))(r)
			old(r, 401)
		}, oracle.Pass, "1 webhook afterwards, signed with one that is not valid, refused", nil},
		{"the old one is taken afterwards", func(r *record) {
			rotating(answers(200))(r)
			old(r, 200)
		}, oracle.Fail, "after the secret had changed", nil},
		{"one secret", rotating(), oracle.NotExercised, "rotated", nil},
		{"a strange secret where none changed", func(r *record) { old(r, 200) }, oracle.NotExercised, "", nil},
		{"no answer", rotating(historytest.Attempt{Outcome: journal.Unknown, Class: "lost-answer"}), oracle.NotExercised, "", nil},
	})
}

func TestCrashRecovery(t *testing.T) {
	killed := func(point string, more func(r *record, t *historytest.Text)) func(*record) {
		return func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Kills(point)
			r.Restarts()
			more(r, t)
		}
	}
	nothing := func(*record, *historytest.Text) {}
	tell(t, 25, []story{
		{"answered after the restart", killed("acked", func(r *record, t *historytest.Text) { r.Replies(t, "yes") }), oracle.Pass, "1 text acknowledged before a kill", nil},
		{"forgotten", killed("acked", nothing), oracle.Fail, "message msg_1 was acknowledged, then the application was killed (acked); since its restart it has not answered: 0 replies where 1 is right", policy(history.AtLeastOnce)},
		{"forgotten, killed at no point", killed("", nothing), oracle.Fail, "was killed; since", policy(history.AtLeastOnce)},
		{"about to call, and must not twice", killed("acked", nothing), oracle.NotExercised, "from outside that cannot be told from one that forgot", nil},
		{"about to call, and silent when told again", killed("acked", func(r *record, t *historytest.Text) {
			r.Quiet()
			r.Tells(t, historytest.Attempt{Why: journal.Manual})
		}), oracle.NotExercised, "so it had kept the text", nil},
		{"answered when it was told again", killed("acked", func(r *record, t *historytest.Text) {
			r.Quiet()
			r.Tells(t, historytest.Attempt{Why: journal.Manual})
			r.Quiet() // it takes its time
			r.Replies(t, "yes")
		}), oracle.Fail, "did nothing about it until it was told again (attempt 2 of evt_1 (message.received)), so it had not kept what it acknowledged, or takes what comes again for new", nil},
		{"answers the next text, and this one when it was told again", killed("acked", func(r *record, t *historytest.Text) {
			next := r.Texts("ana", ask)
			r.Acks(next)
			r.Replies(next, "yes")
			r.Quiet()
			r.Tells(t, historytest.Attempt{Why: journal.Manual})
			r.Replies(t, "yes")
		}), oracle.Fail, "message msg_1 was acknowledged, then the application was killed (acked); after its restart it did nothing about it until it was told again", nil},
		{"silent when told again, and answers the next text", killed("acked", func(r *record, t *historytest.Text) {
			r.Quiet()
			r.Tells(t, historytest.Attempt{Why: journal.Duplicate})
			r.Quiet()
			next := r.Texts("ana", ask)
			r.Acks(next)
			r.Replies(next, "yes")
		}), oracle.NotExercised, "so it had kept the text", nil},
		{"silent when told again, and sends what waited for that", killed("acked", func(r *record, t *historytest.Text) {
			r.AsksFor("ana", "queues", "Your table is ready")
			r.Quiet()
			r.Tells(t, historytest.Attempt{Why: journal.Manual})
			r.Replies(t, "Your table is ready")
		}), oracle.Pass, "", nil},
		{"told again before it had the time to take it up", killed("acked", func(r *record, t *historytest.Text) {
			r.Tells(t, historytest.Attempt{Why: journal.Duplicate})
			r.Replies(t, "yes")
		}), oracle.Pass, "", nil},
		{"taken up before it was told again", killed("acked", func(r *record, t *historytest.Text) {
			r.Replies(t, "yes")
			r.Quiet()
			r.Tells(t, historytest.Attempt{Why: journal.Manual})
		}), oracle.Pass, "", nil},
		{"about to call for the second of two texts", func(r *record) {
			r.AtOnce(func() {
				first := r.Texts("ana", ask)
				r.Acks(first)
				r.Acks(r.Texts("ana", ask))
				r.Replies(first, "yes")
				r.Kills("acked")
			})
			r.Restarts()
		}, oracle.NotExercised, "message msg_2 has no reply", nil},
		{"the second of two texts, while the call for the first was open", func(r *record) {
			r.AtOnce(func() {
				r.Acks(r.Texts("ana", ask))
				r.Acks(r.Texts("ana", ask))
				sends(r, "yes", historytest.Call{Fault: journal.TimeoutAfter, Silent: true})
				r.Kills("accepted")
			})
			r.Restarts()
		}, oracle.Fail, "1 reply where 2 are right", nil},
		{"the second of two texts, long before the kill", func(r *record) {
			first := r.Texts("ana", ask)
			r.Acks(first)
			r.Replies(first, "yes")
			r.Acks(r.Texts("ana", ask))
			r.Passes(time.Minute)
			r.Kills("acked")
			r.Restarts()
		}, oracle.Fail, "1 reply where 2 are right", nil},
		{"about to call, with a key", killed("acked", nothing), oracle.Fail, "was killed (acked); since", func(p *history.Promise) { p.Keyed = true }},
		{"killed long after", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Passes(time.Minute)
			r.Kills("idle")
			r.Restarts()
		}, oracle.Fail, "was killed (idle); since", nil},
		{"answered before and again after", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Passes(time.Minute)
			r.Kills("idle")
			r.Restarts()
			r.Tells(t, historytest.Attempt{Why: journal.Duplicate})
			r.Replies(t, "yes")
		}, oracle.Fail, "after its restart it answered again (message msg_3)", nil},
		{"killed in the call that was made", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			sends(r, "yes", historytest.Call{Fault: journal.TimeoutAfter, Silent: true})
			r.Kills("accepted")
			r.Restarts()
			r.Replies(t, "yes")
		}, oracle.Pass, "", nil},
		{"killed in the call that was not made", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			sends(r, "yes", historytest.Call{Fault: journal.TimeoutBefore, Refused: sms.Internal, Silent: true})
			r.Kills("called")
			r.Restarts()
		}, oracle.Pass, "", nil},
		{"the same under a policy that asks again", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			sends(r, "yes", historytest.Call{Fault: journal.TimeoutBefore, Refused: sms.Internal, Silent: true})
			r.Kills("called")
			r.Restarts()
		}, oracle.Fail, "", policy(history.AtLeastOnce)},
		{"the same with a key", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			sends(r, "yes", historytest.Call{Fault: journal.TimeoutBefore, Refused: sms.Internal, Silent: true})
			r.Kills("called")
			r.Restarts()
		}, oracle.Fail, "was killed (called); since its restart it has not answered", func(p *history.Promise) { p.Keyed = true }},
		{"never started again", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Kills("acked")
		}, oracle.NotExercised, "kill when acked", nil},
		{"written after the restart", func(r *record) {
			r.Kills("idle")
			r.Restarts()
			r.Acks(r.Texts("ana", ask))
		}, oracle.NotExercised, "", nil},
		{"left before the answer", killed("acked", func(r *record, _ *historytest.Text) { r.Texts("ana", "STOP") }), oracle.NotExercised, "", nil},
		{"two kills", killed("acked", func(r *record, t *historytest.Text) {
			r.Kills("called")
			r.Restarts()
			r.Replies(t, "yes")
		}), oracle.Pass, "", nil},
	})
}

// Who promised not to send twice, and was killed just before the call, cannot
// know whether it was made.
func TestKilledBeforeTheCall(t *testing.T) {
	caught := func(r *record) {
		r.Acks(r.Texts("ana", ask))
		r.Kills("acked")
		r.Restarts()
	}
	tell(t, 2, []story{
		{"promised not to send twice", caught, oracle.NotExercised, "message msg_1 has no reply: the application was killed (acked) right after it was told of it", nil},
		{"promised to send again", caught, oracle.Fail, "0 replies", policy(history.AtLeastOnce)},
		{"answered all the same", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Kills("acked")
			r.Restarts()
			r.Replies(t, "yes")
		}, oracle.Pass, "", nil},
		{"killed before anything", func(r *record) {
			r.Kills("idle")
			r.Restarts()
		}, oracle.NotExercised, "", nil},
	})
}

// What fails while the harness keeps the application down is not its fault.
func TestDownIsNoFault(t *testing.T) {
	t.Parallel()
	down := func(restart bool) story {
		return story{write: func(r *record) {
			t := r.Texts("ana", ask)
			end := r.Opens(t, historytest.Attempt{Outcome: journal.Failure, Class: "reset"})
			r.Kills("received")
			end()
			r.Tells(t, historytest.Attempt{Outcome: journal.Failure, Class: "refused"})
			r.Restarts()
			if !restart {
				r.Tells(t, historytest.Attempt{Outcome: journal.Failure, Class: "refused"})
			}
			r.Acks(t)
			r.Replies(t, "yes")
		}}
	}
	if f := find(judge(down(true)), 19); f.Status != oracle.Pass {
		t.Errorf("down when it was told: %+v", f)
	}
	early := story{write: func(r *record) {
		t := r.Texts("ana", ask)
		r.Tells(t, historytest.Attempt{Outcome: journal.Failure, Class: "reset"})
		r.Kills("received")
		r.Restarts()
		r.Acks(t)
		r.Replies(t, "yes")
	}}
	if f := find(judge(early), 19); f.Status != oracle.Pass {
		t.Errorf("dead before it was noted: %+v", f)
	}
	answered := story{write: func(r *record) {
		t := r.Texts("ana", ask)
		r.Answers(t, journal.First, 500)
		r.Kills("acked")
		r.Restarts()
	}}
	if f := find(judge(answered), 19); f.Status != oracle.Fail {
		t.Errorf("answered with an error, then killed: %+v", f)
	}
	if f := find(judge(down(false)), 19); f.Status != oracle.Fail || !strings.Contains(f.Says, "attempt 3") {
		t.Errorf("up and deaf: %+v", f)
	}
}

func TestContract(t *testing.T) {
	wrong := func(kind sms.FindingKind, pointer string) sms.Finding {
		return sms.Finding{
			Kind: kind, Place: "body", Pointer: pointer, Problem: "is a number; the contract says string",
			Rule: "#/components/schemas/Send", Source: "https://example.com/docs", Operation: "POST /messages",
		}
	}
	found := func(by string, all ...sms.Finding) func(*record) {
		return func(r *record) {
			answeredOnce(r)
			for _, f := range all {
				r.Finds(r.LastCall(), by, f)
			}
		}
	}
	broken := wrong(sms.FoundType, "/to")
	tell(t, 26, []story{
		{"as the contract says", answeredOnce, oracle.Pass, "1 call conforms to the provider's contract", nil},
		{"against the contract", found(journal.ByApp, broken), oracle.Fail, "breaks the provider's contract: call-1: body /to: is a number; the contract says string (https://example.com/docs)", nil},
		{"often against the contract", found(journal.ByApp, broken, broken, broken, broken, broken), oracle.Fail, "; and 2 more", nil},
		{"without a source", func(r *record) {
			answeredOnce(r)
			r.Finds(r.LastCall(), journal.ByApp, sms.Finding{Kind: sms.FoundRoute, Place: "path", Problem: "names nothing"})
		}, oracle.Fail, "call-1: path: names nothing |", nil},
		{"the answer to a webhook against the contract", func(r *record) {
			answeredOnce(r)
			r.Finds("evt_1/1", journal.ByApp, broken)
		}, oracle.Fail, "evt_1/1: body /to", nil},
		{"what the emulator did is not the app's", found(journal.ByEmulator, broken), oracle.Pass, "", nil},
		{
			"what nobody reads does no harm", found(journal.ByApp, wrong(sms.FoundUnread, "/colour"), wrong(sms.FoundUnread, "/size")),
			oracle.Pass, "no provider reads body /colour (call-1); body /size (call-1)", nil,
		},
		{"what nobody reads does not hide what is wrong", found(journal.ByApp, wrong(sms.FoundUnread, "/colour"), broken), oracle.Fail, "body /to", nil},
		{"no call", silent, oracle.NotExercised, "`send` in sut.yaml", nil},
	})
}

// A finding says whom it concerns, as far as the record does.
func TestContractNamesTheHandset(t *testing.T) {
	t.Parallel()
	s := story{write: func(r *record) {
		answeredOnce(r)
		r.Finds(r.LastCall(), journal.ByApp, sms.Finding{Kind: sms.FoundType, Place: "body"})
		r.Finds("call-99", journal.ByApp, sms.Finding{Kind: sms.FoundType, Place: "body"})
	}}
	f := find(judge(s), 26)
	if f.Handset != "+18015550201" || len(f.Evidence) != 3 {
		t.Errorf("handset %q, evidence %v; want the one called and three entries", f.Handset, f.Evidence)
	}
}
