package suite_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/suite"
)

// A duplicate of a webhook must not lead to a second reply.
func Example() {
	net, end := booking()
	defer end()
	ctx := context.Background()
	ana := suite.Handset()

	_, err := net.PlanFault(ctx, journal.Fault{Kind: journal.DuplicateNow, Match: journal.FaultMatch{Handset: ana, Event: sms.MessageReceived}})
	Expect(err).NotTo(HaveOccurred())
	text, err := net.Text(ctx, ana, client.Text{Provider: "surge", Body: "Is 3pm free?"})
	Expect(err).NotTo(HaveOccurred())
	rest(ctx, net)

	talk := suite.Read(ctx, net).With(ana)
	Expect(talk).NotTo(suite.HaveBeenToldOnce()) // the duplicate did come
	Expect(talk).To(suite.HaveReplied(1))
	Expect(talk).To(suite.BeInConversation(text.Conversation))
	fmt.Println("one reply")
	// Output: one reply
}

// An application without deduplication fails, and the message says why.
func ExampleHaveReplied() {
	net, end := booking("no-dedupe")
	defer end()
	ctx := context.Background()
	ana := suite.Handset()

	_, err := net.PlanFault(ctx, journal.Fault{Kind: journal.DuplicateNow, Match: journal.FaultMatch{Handset: ana, Event: sms.MessageReceived}})
	Expect(err).NotTo(HaveOccurred())
	_, err = net.Text(ctx, ana, client.Text{Provider: "surge", Body: "Is 3pm free?"})
	Expect(err).NotTo(HaveOccurred())
	rest(ctx, net)

	test := NewGomega(func(message string, _ ...int) {
		sentence, timeline, _ := strings.Cut(message, "\n")
		fmt.Println(strings.ReplaceAll(sentence, string(ana), "Ana"))
		fmt.Println("it shows the record:", strings.Contains(timeline, "(duplicate)"))
	})
	test.Expect(suite.Read(ctx, net).With(ana)).To(suite.HaveReplied(1))
	// Output:
	// Expected the application to have replied once to Ana.
	// it shows the record: true
}

// After STOP nothing may be asked for, whether the provider would send it or not.
func ExampleHaveStayedSilentSince() {
	net, end := booking()
	defer end()
	ctx := context.Background()
	ana := suite.Handset()

	stop, err := net.Text(ctx, ana, client.Text{Provider: "surge", Body: "STOP"})
	Expect(err).NotTo(HaveOccurred())
	rest(ctx, net)

	Expect(suite.Read(ctx, net).With(ana)).To(suite.HaveStayedSilentSince(stop))
	fmt.Println("silence")
	// Output: silence
}

// Where the provider answers no keywords, an application confirms a STOP
// itself. It promises to, so that is neither a reply nor a breach of silence.
func ExampleRecord_Promising() {
	net, end := booking()
	defer end()
	ctx := context.Background()
	const ana = sms.Number("+919876543210")

	stop, err := net.Text(ctx, ana, client.Text{Provider: "exotel", Body: "STOP"})
	Expect(err).NotTo(HaveOccurred())
	rest(ctx, net)

	record := suite.Read(ctx, net)
	Expect(record.With(ana)).To(suite.HaveReplied(1))
	talk := record.Promising(history.Promise{Confirms: 1}).With(ana)
	Expect(talk).To(suite.HaveReplied(0))
	Expect(talk).To(suite.HaveStayedSilentSince(stop))
	fmt.Println("confirmed, and silent")
	// Output: confirmed, and silent
}

// Matchers can be polled. What is in the record stays there, so this is for
// what comes, not for what must not come.
func ExampleRead() {
	net, end := booking()
	defer end()
	ctx := context.Background()
	ana := suite.Handset()

	_, err := net.Text(ctx, ana, client.Text{Provider: "surge", Body: "Is 3pm free?"})
	Expect(err).NotTo(HaveOccurred())
	Eventually(func() suite.Conversation { return suite.Read(ctx, net).With(ana) }).
		WithTimeout(patience).Should(suite.HaveReplied(1))
	_, err = net.Advance(ctx, client.Advance{By: minute})
	Expect(err).NotTo(HaveOccurred())
	Expect(suite.Read(ctx, net).With(ana)).To(suite.HaveState(sms.Delivered))
	fmt.Println("delivered")
	// Output: delivered
}

// The rules by which scenario pages are judged hold for any record.
func ExampleKeepRules() {
	net, end := booking()
	defer end()
	ctx := context.Background()

	_, err := net.PlanFault(ctx, journal.Fault{Kind: journal.BadSignature, Match: journal.FaultMatch{Event: sms.MessageReceived}})
	Expect(err).NotTo(HaveOccurred())
	_, err = net.Text(ctx, suite.Handset(), client.Text{Provider: "surge", Body: "Is 3pm free?"})
	Expect(err).NotTo(HaveOccurred())
	rest(ctx, net)

	Expect(suite.Read(ctx, net)).To(suite.KeepRules("trust", "answered in time"))
	fmt.Println("nobody was fooled")
	// Output: nobody was fooled
}

// booking is the client of an emulator with the reference application at it.
func booking(bugs ...string) (net *client.Client, end func()) {
	t := &exampleT{}
	RegisterFailHandler(func(message string, _ ...int) { log.Fatal(message) })
	em := emulatortest.Start(t)
	app := application(t, em, bugs...)
	for provider, url := range app.Webhooks {
		if _, err := em.Client.SetWebhooks(context.Background(), provider, client.Webhooks{URL: url}); err != nil {
			log.Fatal(err)
		}
	}
	return em.Client, t.end
}

// rest lets a minute pass and everything that follows from it.
func rest(ctx context.Context, net *client.Client) {
	_, err := net.Advance(ctx, client.Advance{By: minute, Settle: quiet})
	Expect(err).NotTo(HaveOccurred())
	_, err = net.Settle(ctx, client.Settle{Quiet: second})
	Expect(err).NotTo(HaveOccurred())
}

// exampleT is a test to what an example starts.
type exampleT struct{ cleanups []func() }

func (*exampleT) Helper()                           {}
func (t *exampleT) Cleanup(f func())                { t.cleanups = append(t.cleanups, f) }
func (*exampleT) Errorf(format string, args ...any) { log.Fatalf(format, args...) }
func (*exampleT) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }

func (t *exampleT) end() {
	for i := range t.cleanups {
		t.cleanups[len(t.cleanups)-1-i]()
	}
}

const (
	minute   = sms.Duration(time.Minute)
	second   = sms.Duration(time.Second)
	quiet    = sms.Duration(50 * time.Millisecond)
	patience = 10 * time.Second
)
