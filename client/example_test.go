package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// A text from a handset becomes a webhook to the application, and all of it
// is in the record.
func Example() {
	c, provider, end := emulator()
	defer end()
	app := application()
	defer app.Close()
	ctx := context.Background()

	if _, err := c.SetWebhooks(ctx, provider, client.Webhooks{URL: app.URL}); err != nil {
		log.Fatal(err)
	}
	m, err := c.Text(ctx, "+18015550142", client.Text{Provider: provider, Body: "Is 3pm free?"})
	if err != nil {
		log.Fatal(err)
	}
	told, err := c.Wait(ctx, client.Wait{Where: client.Where{
		Kind: journal.KindAttemptEnded, Message: m.ID, Event: sms.MessageReceived, Outcome: journal.OK,
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the application was told:", told.Held)
	fmt.Println("it answered:", told.Entries[0].Attempt.Status)
	// Output:
	// the application was told: true
	// it answered: 200
}

// Each sandbox is a world of its own, with its own credentials.
func ExampleClient_MakeSandbox() {
	c, _, end := emulator()
	defer end()
	ctx := context.Background()

	made, err := c.MakeSandbox(ctx, client.SandboxOptions{ID: "mine", Clock: &client.ClockOptions{Mode: "manual"}})
	if err != nil {
		log.Fatal(err)
	}
	mine := c.In(made.ID)
	if _, err := mine.Text(ctx, "+18015550142", client.Text{Body: "hello"}); err != nil {
		log.Fatal(err)
	}
	here, err := mine.Messages(ctx, client.Filter{})
	if err != nil {
		log.Fatal(err)
	}
	there, err := c.Messages(ctx, client.Filter{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(made.ID, "has", len(here.Items), "message, the default sandbox", len(there.Items))
	fmt.Println(mine.DropSandbox(ctx))
	// Output:
	// mine has 1 message, the default sandbox 0
	// <nil>
}

// Days of virtual time take no time at all.
func ExampleClient_Advance() {
	c, _, end := emulator()
	defer end()

	moved, err := c.Advance(context.Background(), client.Advance{By: sms.Duration(72 * time.Hour)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(moved.From.Format(time.DateTime), "to", moved.To.Format(time.DateTime))
	// Output: 2026-01-01 00:00:00 to 2026-01-04 00:00:00
}

// What a change does not name stays as it is.
func ExampleClient_SetHandset() {
	c, _, end := emulator()
	defer end()
	ctx := context.Background()
	const ana = sms.Number("+18015550142")

	if _, err := c.SetHandset(ctx, ana, client.Behaviour{Failure: new(sms.Unreachable), Receipts: new(false)}); err != nil {
		log.Fatal(err)
	}
	h, err := c.SetHandset(ctx, ana, client.Behaviour{Failure: new(sms.Reason(""))})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("failure %q, receipts %v\n", h.Failure, h.Receipts)
	// Output: failure "", receipts false
}

// The answer to the first attempt of the first inbound text gets lost, so the
// provider tries again.
func ExampleClient_PlanFault() {
	c, provider, end := emulator()
	defer end()
	app := application()
	defer app.Close()
	ctx := context.Background()

	if _, err := c.SetWebhooks(ctx, provider, client.Webhooks{URL: app.URL}); err != nil {
		log.Fatal(err)
	}
	f, err := c.PlanFault(ctx, journal.Fault{
		Kind: journal.LoseAnswer, Match: journal.FaultMatch{Event: sms.MessageReceived},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("planned:", f.Kind, "for event", f.Nth, "attempt", f.Attempt)
	if _, err := c.Text(ctx, "+18015550142", client.Text{Body: "Is 3pm free?"}); err != nil {
		log.Fatal(err)
	}
	if _, err := c.Advance(ctx, client.Advance{By: sms.Duration(24 * time.Hour)}); err != nil {
		log.Fatal(err)
	}
	tries, err := c.Wait(ctx, client.Wait{Count: 2, Where: client.Where{
		Kind: journal.KindAttemptEnded, Event: sms.MessageReceived,
	}})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range tries.Entries {
		fmt.Println("attempt", e.Attempt.Number, e.Attempt.Why, e.Attempt.Outcome)
	}
	// Output:
	// planned: lose-answer for event 1 attempt 1
	// attempt 1 first unknown
	// attempt 2 retry ok
}

// Lists come in pages.
func ExampleClient_Messages() {
	c, _, end := emulator()
	defer end()
	ctx := context.Background()

	for _, body := range []string{"one", "two", "three"} {
		if _, err := c.Text(ctx, "+18015550142", client.Text{Body: body}); err != nil {
			log.Fatal(err)
		}
	}
	f := client.Filter{Handset: "+18015550142", Limit: 2}
	for more := true; more; more = f.After != "" {
		page, err := c.Messages(ctx, f)
		if err != nil {
			log.Fatal(err)
		}
		var bodies []string
		for _, m := range page.Items {
			bodies = append(bodies, m.Body)
		}
		fmt.Println(bodies)
		f.After = page.Next
	}
	// Output:
	// [one two]
	// [three]
}

// Follow sees the record grow until the function has enough.
func ExampleClient_Follow() {
	c, _, end := emulator()
	defer end()
	ctx := context.Background()

	if _, err := c.Note(ctx, client.Note{Kind: journal.KindMarker, Marker: "the customer changes her mind"}); err != nil {
		log.Fatal(err)
	}
	err := c.Follow(ctx, 0, func(e journal.Entry) (more bool) {
		if e.Kind == journal.KindMarker {
			fmt.Println(e.Marker)
		}
		return e.Kind != journal.KindMarker
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: the customer changes her mind
}

// An error of the emulator says what is wrong and what to do.
func ExampleError() {
	c, _, end := emulator()
	defer end()

	_, err := c.Clock(context.Background())
	fmt.Println(err)
	_, err = c.SetClock(context.Background(), client.ClockOptions{Mode: "fast"})
	var refused *client.Error
	if errors.As(err, &refused) {
		fmt.Println(refused.Status, refused.Slug)
		fmt.Println(refused.Detail)
	}
	// Output:
	// <nil>
	// 400 invalid
	// unknown clock mode "fast"; write real, scaled, manual or auto
}
