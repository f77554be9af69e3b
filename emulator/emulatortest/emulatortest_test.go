package emulatortest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
	"go.uber.org/goleak"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

const ana = sms.Number("+18015550142")

func TestMain(m *testing.M) {
	// Ginkgo listens for interrupts until the process ends.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction(
		"github.com/onsi/ginkgo/v2/internal/interrupt_handler.(*InterruptHandler).registerForInterrupts.func2"))
}

func TestStart(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	if is, err := em.Client.Clock(t.Context()); err != nil || is.Mode != "manual" {
		t.Errorf("the clock is %+v (%v), want manual", is, err)
	}
	if em.Sandbox.ID != client.Default || len(em.Sandbox.Providers) == 0 {
		t.Errorf("the sandbox is %+v", em.Sandbox)
	}
	for name, values := range em.Sandbox.Providers {
		if values["url"] != em.URL+"/"+name {
			t.Errorf("%s is reached at %s, want under %s", name, values["url"], em.URL)
		}
	}
}

// Tests side by side see nothing of one another.
func TestStartTwice(t *testing.T) {
	t.Parallel()
	one, other := emulatortest.Start(t), emulatortest.Start(t)
	if _, err := one.Client.Text(t.Context(), ana, client.Text{Body: "hello"}); err != nil {
		t.Fatal(err)
	}
	for em, want := range map[*emulatortest.Emulator]int{one: 1, other: 0} {
		page, err := em.Client.Messages(t.Context(), client.Filter{})
		if err != nil || len(page.Items) != want {
			t.Errorf("there are %d messages (%v), want %d", len(page.Items), err, want)
		}
	}
}

func TestStartWith(t *testing.T) {
	t.Parallel()
	em := emulatortest.StartWith(t, emulator.Options{Token: "s3cret", Seed: 7, BaseURL: "http://phones.test"})
	if em.Sandbox.Seed != 7 {
		t.Errorf("the seed is %d", em.Sandbox.Seed)
	}
	for name, values := range em.Sandbox.Providers {
		if values["url"] != "http://phones.test/"+name {
			t.Errorf("%s is reached at %s, want the base that was given", name, values["url"])
		}
	}
}

// A call that is open when the test ends does not keep it from ending.
func TestStartEndsStreams(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	t.Run("with an open stream", func(t *testing.T) {
		em := emulatortest.StartWith(t, emulator.Options{})
		begun := make(chan bool, 1)
		transport := &http.Transport{}
		c := client.New(client.Options{URL: em.URL, HTTP: &http.Client{Transport: transport}})
		go func() {
			defer transport.CloseIdleConnections()
			ended <- c.Follow(t.Context(), 0, func(journal.Entry) bool {
				select {
				case begun <- true:
				default:
				}
				return true
			})
		}()
		<-begun
	})
	<-ended // cut by the test's context or told the end: either is in time
}

// failing is a test that records how it failed.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	panic(f) // as runtime.Goexit would, it does not return
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	f := &failing{TB: t}
	defer func() {
		if recover() != f || f.said == "" {
			t.Errorf("bad options give %q, want a failed test with a reason", f.said)
		}
	}()
	emulatortest.StartWith(f, emulator.Options{BaseURL: "nowhere"})
}

// complaining is a test that records what it was told.
type complaining struct {
	brief
	said []string
}

func (c *complaining) Errorf(format string, args ...any) {
	c.said = append(c.said, fmt.Sprintf(format, args...))
}

// An emulator that breaks a contract fails the test, unless it is not to check.
func TestSelfCheck(t *testing.T) {
	t.Parallel()
	for checks, want := range map[bool]int{true: 1, false: 0} {
		p := emulator.Providers()[0]
		right := p.Encode
		p.Encode = func(e sms.Event, c provider.Context) (webhook.Payload, bool) {
			payload, ok := right(e, c)
			payload.Body = bytes.Replace(payload.Body, []byte(`"Is 3pm free?"`), []byte("7"), 1)
			return payload, ok
		}
		scope := &complaining{brief: brief{TB: t}}
		em := emulatortest.StartWith(scope, emulator.Options{
			Providers: []provider.Provider{p}, Clock: clock.Options{Mode: clock.Manual}, SelfCheck: checks,
		})
		sut := httptest.NewServer(http.NotFoundHandler())
		_, err := em.Client.SetWebhooks(t.Context(), p.Name, client.Webhooks{URL: sut.URL, NoRetry: true})
		if err == nil {
			_, err = em.Client.Text(t.Context(), ana, client.Text{Body: "Is 3pm free?"})
		}
		if err == nil {
			_, err = em.Client.Advance(t.Context(), client.Advance{By: sms.Duration(time.Second)})
		}
		if err != nil {
			t.Error(err)
		}
		scope.end()
		sut.Close()
		if len(scope.said) != want || want > 0 && !strings.Contains(scope.said[0], p.Name+": webhook ") {
			t.Errorf("with self-check %v the test was told %q", checks, scope.said)
		}
	}
}

var _ = ginkgo.Describe("an emulator in a Ginkgo spec", func() {
	ginkgo.It("lives as long as the spec", func(ctx ginkgo.SpecContext) {
		em := emulatortest.Start(ginkgo.GinkgoTB())
		m, err := em.Client.Text(ctx, ana, client.Text{Body: "Is 3pm free?"})
		gomega.Expect(err).NotTo(gomega.HaveOccurred())
		gomega.Expect(m.Direction).To(gomega.Equal(sms.MO))
	})
})

func TestGinkgo(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "emulatortest")
}

// brief is a test that ends when told.
type brief struct {
	testing.TB
	cleanups []func()
}

func (s *brief) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *brief) end() {
	for _, f := range slices.Backward(s.cleanups) {
		f()
	}
}

// Starting is cheap enough for an emulator per test.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		scope := &brief{TB: b}
		emulatortest.Start(scope)
		scope.end()
	}
}
