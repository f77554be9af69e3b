package bookings

import (
	"context"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/suite"
)

var _ = Describe("A customer", func() {
	var w world
	var ana sms.Number

	BeforeEach(func() {
		w, ana = begin(), suite.Handset()
	})

	It("gets one reply, though the webhook comes three times", func(ctx SpecContext) {
		w.strike(ctx, journal.LoseAnswer, ana)
		w.strike(ctx, journal.DuplicateLate, ana)
		question := w.text(ctx, ana, "Is 3pm free?")

		talk := w.rest(ctx).With(ana)
		Expect(talk).NotTo(suite.HaveBeenToldOnce())
		Expect(talk).To(suite.HaveReplied(1))
		Expect(talk).To(suite.HaveSentExactlyOnce("Yes, 3pm is free."))
		Expect(talk).To(suite.BeInConversation(question.Conversation))
		Expect(talk).To(suite.HaveState(sms.Delivered))
	})

	It("never sees what another wrote", func(ctx SpecContext) {
		ben := suite.Handset()
		w.text(ctx, ana, "Book 3pm for Anastasia")
		w.text(ctx, ben, "Book 4pm for Benedict")

		record := w.rest(ctx).Promising(promise)
		Expect(record.With(ana)).To(suite.HaveSentExactlyOnce(ContainSubstring("Anastasia")))
		Expect(record.With(ben)).To(suite.HaveSentExactlyOnce(ContainSubstring("Benedict")))
		Expect(record).To(suite.KeepRules("no leakage", "right conversation"))
	})

	It("is left in peace after STOP", func(ctx SpecContext) {
		w.text(ctx, ana, "Is 3pm free?")
		w.rest(ctx)
		stop := w.text(ctx, ana, "stop")
		w.rest(ctx)
		w.notify(ctx, ana, "See you tomorrow")

		Expect(w.rest(ctx).With(ana)).To(suite.HaveStayedSilentSince(stop))
	})

	It("is not fooled by a forger", func(ctx SpecContext) {
		w.strike(ctx, journal.BadSignature, ana)
		w.text(ctx, ana, "Is 3pm free?")

		record := w.rest(ctx).Promising(promise)
		Expect(record).To(suite.KeepRules("trust", "contract"))
		Expect(record.With(ana)).To(suite.HaveReplied(1)) // the retry is genuine
	})

	It("gets a reminder", func(ctx SpecContext) {
		w.notify(ctx, ana, "See you tomorrow")

		Eventually(func() suite.Conversation { return suite.Read(ctx, w.emulator.Client).With(ana) }).
			Should(suite.HaveSentExactlyOnce("See you tomorrow"))
		Expect(w.rest(ctx).With(ana)).To(suite.HaveState(sms.Delivered))
	})
})

// promise is what the application says of itself.
var promise = history.Promise{Replies: []history.Reply{{To: "Is 3pm free?", Expect: 1}, {To: "Book 3pm for {{token}}", Expect: 1}, {To: "Book 4pm for {{token}}", Expect: 1}}}

// strike plans a fault for the next webhook about a text of the handset.
func (w world) strike(ctx context.Context, kind journal.FaultKind, who sms.Number) {
	_, err := w.emulator.Client.PlanFault(ctx, journal.Fault{
		Kind: kind, Match: journal.FaultMatch{Handset: who, Event: sms.MessageReceived},
	})
	Expect(err).NotTo(HaveOccurred())
}

// notify makes the application text somebody.
func (w world) notify(ctx context.Context, to sms.Number, text string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.app+"/notify",
		strings.NewReader(`{"to":"`+string(to)+`","text":"`+text+`"}`))
	Expect(err).NotTo(HaveOccurred())
	res, err := http.DefaultClient.Do(req)
	Expect(err).NotTo(HaveOccurred())
	Expect(res.Body.Close()).To(Succeed())
	Expect(res).To(HaveHTTPStatus(http.StatusAccepted))
}
