package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// hearTime bounds the wait for an attempt to end; real time. It is longer than
// any provider waits for an answer.
const hearTime = 40 * time.Second

// exchange is a text of a handset, and the attempt that told the application.
type exchange struct {
	handset sms.Number
	after   uint64 // the entry before all of it
	ended   *journal.Entry
}

// talk texts the application from a new handset, after planning a fault if
// kind is not empty.
func (e *examination) talk(ctx context.Context, body string, kind journal.FaultKind) (exchange, error) {
	x := exchange{handset: e.handset()}
	mark, err := e.net.Note(ctx, client.Note{Kind: journal.KindMarker, Marker: "doctor"})
	if err != nil {
		return x, err
	}
	x.after = mark.Seq
	if kind != "" {
		match := journal.FaultMatch{Provider: e.Provider, Event: sms.MessageReceived, Handset: x.handset}
		if _, err := e.net.PlanFault(ctx, journal.Fault{Kind: kind, Match: match}); err != nil {
			return x, err
		}
	}
	if _, err := e.net.Text(ctx, x.handset, client.Text{Provider: e.Provider, Body: body}); err != nil {
		return x, err
	}
	where := client.Where{Kind: journal.KindAttemptEnded, Provider: e.Provider, Handset: x.handset, Event: sms.MessageReceived}
	seen, err := e.net.Wait(ctx, client.Wait{After: x.after, Where: where, Timeout: within(hearTime)})
	if err == nil && seen.Held {
		x.ended = &seen.Entries[0]
	}
	return x, err
}

// handset is a number that nobody has and that was not used yet.
func (e *examination) handset() sms.Number {
	e.handsets++
	return sms.Number(fmt.Sprintf("+180155501%02d", 49+e.handsets))
}

// question is the first text that sut.yaml says is answered.
func (e *examination) question() (body string, expect int) {
	for _, r := range e.app.Replies {
		if r.Expect > 0 {
			return filled(r.To), r.Expect
		}
	}
	return "Hello", 0
}

func filled(text string) string { return strings.ReplaceAll(text, "{{token}}", "Bodega") }

// hears sends a genuine webhook about a text.
func (e *examination) hears(ctx context.Context) (Check, error) {
	body, _ := e.question()
	x, err := e.talk(ctx, body, "")
	if err != nil {
		return Check{}, err
	}
	e.first = x
	if x.ended == nil {
		e.stuck = "no webhook was sent"
		return problem(fmt.Sprintf("no webhook about a text ended within %s", hearTime), ""), nil
	}
	a := x.ended.Attempt
	if a.Outcome == journal.OK {
		return ok(fmt.Sprintf("a genuine webhook about a text was answered %d", a.Status)), nil
	}
	return problem("a genuine webhook about a text was "+e.fate(a), e.webhookHint(a)), nil
}

// fate says how an attempt failed.
func (e *examination) fate(a *journal.Attempt) string {
	switch {
	case a.Status != 0 && a.Class != "timeout":
		return fmt.Sprintf("answered %d", a.Status)
	case a.Class == "timeout":
		return fmt.Sprintf("not answered within %s, which is how long %s waits", a.Limit.D(), e.Provider)
	}
	return strings.TrimSpace("not answered: " + a.Class + " " + a.Detail)
}

func (e *examination) webhookHint(a *journal.Attempt) string {
	switch {
	case a.Class == "timeout":
		return "acknowledge first and do the work afterwards"
	case a.Status == http.StatusNotFound, a.Status == http.StatusMethodNotAllowed:
		return fmt.Sprintf("is the path in webhooks right? The application must take POST %s", e.app.Webhooks[e.Provider])
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden, a.Status == http.StatusBadRequest:
		return fmt.Sprintf("if that is about the signature: give the application {{%s.secret}} by env%s, and verify the raw body, before it is parsed",
			e.Provider, e.envOf("secret"))
	case a.Status >= 500:
		return "look for the error in its output" + e.output()
	case a.Status/100 == 2:
		return fmt.Sprintf("%s takes only other codes for success; answer 200", e.Provider)
	case a.Status/100 == 3:
		return "webhooks are not redirected; name the final URL in webhooks"
	}
	return "answer 200 once the text is in safe hands" + e.output()
}

// output is the end of what the application wrote.
func (e *examination) output() string {
	if e.process == nil {
		return ""
	}
	return "; " + e.process.LastWords()
}

// envOf lists the variables of sut.yaml that hold a value of the provider.
func (e *examination) envOf(name string) string {
	for key, value := range e.SUT.Env {
		if strings.Contains(value, "{{"+e.Provider+"."+name+"}}") {
			return " (sut.yaml sets " + key + "; does the application read it?)"
		}
	}
	return ""
}

// inTime compares how long the answer took with how long the provider waits.
func (e *examination) inTime(context.Context) (Check, error) {
	a := e.first.ended.Attempt
	if a.Outcome != journal.OK {
		return skipped("no genuine webhook was answered with success"), nil
	}
	took, limit := a.Took.D().Round(time.Millisecond), a.Limit.D()
	says := fmt.Sprintf("answered after %s; %s waits %s, so %s are left", took, e.Provider, limit, limit-took)
	if took > limit/2 {
		return problem(says, "acknowledge first and do the work afterwards: the provider may be slow as well"), nil
	}
	return ok(says), nil
}

// forgeries are tried in order.
var forgeries = []struct {
	kind journal.FaultKind
	says string
}{
	{journal.BadSignature, "a webhook with a wrong signature"},
	{journal.NoSignature, "a webhook without a signature"},
}

// refuses sends webhooks with a wrong and with no signature.
func (e *examination) refuses(ctx context.Context) (Check, error) {
	body, _ := e.question()
	for _, f := range forgeries {
		x, err := e.talk(ctx, body, f.kind)
		var refused *client.Error
		switch {
		case errors.As(err, &refused) && refused.Status == http.StatusBadRequest:
			return skipped(e.Provider + " signs nothing"), nil
		case err != nil:
			return Check{}, err
		case x.ended == nil:
			return problem(f.says+" was not answered", "refuse it with 401"), nil
		case x.ended.Attempt.Outcome == journal.OK:
			return problem(fmt.Sprintf("%s was believed: it was answered %d", f.says, x.ended.Attempt.Status),
				fmt.Sprintf("verify the signature with {{%s.secret}} over the raw body, and refuse with 401", e.Provider)), nil
		case x.ended.Attempt.Status/100 != 4:
			return problem(f.says+" was "+e.fate(x.ended.Attempt), "refuse it with 401, and do not fail over it"+e.trailer()), nil
		}
	}
	return ok("webhooks with a wrong signature and with none are refused"), nil
}
