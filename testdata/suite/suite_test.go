package bookings

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/suite"
	"github.com/switchhook/switchhook/scenarios/sut"
)

func TestBookings(t *testing.T) {
	RegisterFailHandler(Fail)
	slog.SetDefault(slog.New(slog.NewTextHandler(GinkgoWriter, nil)))
	RunSpecs(t, "Bookings")
}

// world is an emulator with the application at it.
type world struct {
	emulator *emulatortest.Emulator
	app      string // its address
}

// begin makes one that lasts as long as the node that calls it.
func begin() world {
	emulator := emulatortest.Start(GinkgoTB())
	values := emulator.Sandbox.Providers["surge"]
	app, err := New(Options{
		URL: values["url"], Key: values["key"], Account: values["account"], Secret: values["secret"],
		Bug: os.Getenv("BUG"),
	})
	Expect(err).NotTo(HaveOccurred())
	server := httptest.NewServer(app.Handler())
	DeferCleanup(func() {
		server.Close()
		app.Close()
	})
	_, err = emulator.Client.SetWebhooks(context.Background(), "surge", client.Webhooks{URL: server.URL + "/webhooks/surge"})
	Expect(err).NotTo(HaveOccurred())
	return world{emulator, server.URL}
}

// text is a text from a handset to the application.
func (w world) text(ctx context.Context, from sms.Number, body string) sms.Message {
	m, err := w.emulator.Client.Text(ctx, from, client.Text{Provider: "surge", Body: body})
	Expect(err).NotTo(HaveOccurred())
	return m
}

// rest lets an hour pass and returns the record once nothing happens any more.
func (w world) rest(ctx context.Context) suite.Record {
	quiet := sms.Duration(100 * time.Millisecond)
	_, err := w.emulator.Client.Advance(ctx, client.Advance{By: sms.Duration(time.Hour), Settle: quiet})
	Expect(err).NotTo(HaveOccurred())
	move, err := w.emulator.Client.Settle(ctx, client.Settle{Quiet: quiet})
	Expect(err).NotTo(HaveOccurred())
	Expect(move.Quiet).To(BeTrue(), move.Reason)
	return suite.Read(ctx, w.emulator.Client)
}

// The pages of the catalog about what this application does, against one that
// runs already.
var pages world

var _ = BeforeSuite(func() { pages = begin() })

var _ = suite.Register(func() suite.Options {
	o := suite.Options{SUT: &sut.SUT{Name: "bookings"}, Pages: about("replies", "duplicates", "trust"), Providers: []string{"surge"}}
	if pages.emulator == nil {
		return o // the tree is being built
	}
	o.URL = pages.emulator.URL
	o.SUT.Webhooks = map[string]string{"surge": pages.app + "/webhooks/surge"}
	o.SUT.Probe = map[string]sut.Probe{sut.PendingProbe: {Path: "/debug/pending", Field: "count"}}
	o.SUT.Quiet = sms.Duration(50 * time.Millisecond)
	o.SUT.Replies = []sut.Reply{{To: "Is 3pm free?", Expect: 1}, {To: "Book 3pm for {{token}}", Expect: 1}}
	o.SUT.Send = &sut.Send{Request: sut.Request{Path: "/notify", JSON: map[string]any{"to": "{{handset}}", "text": "{{text}}"}}}
	return o
})

// about are the pages with one of the labels.
func about(labels ...string) []page.Page {
	var out []page.Page
	for _, p := range catalog.Pages() {
		if ok, _ := ContainElement(BeElementOf(labels)).Match(p.Labels); ok {
			out = append(out, p)
		}
	}
	return out
}
