package stage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// asked is an application with a status probe, and what it was asked about.
func asked(t *testing.T, answer http.HandlerFunc) *opinions {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return &opinions{net: newFake(), sut: &sut.SUT{
		Ready: server.URL, Probe: map[string]sut.Probe{sut.StatusProbe: {Path: "/messages/{{message}}", Field: "status"}},
	}}
}

// noted lists the probes in the record.
func (o *opinions) noted() (out []string) {
	for _, e := range o.net.(*fake).entries {
		out = append(out, fmt.Sprintf("%s %d %s", e.Probe.Path, e.Probe.Status, e.Probe.Value))
	}
	return out
}

func moves(id string, way sms.Direction, automatic bool) journal.Entry {
	return journal.Entry{Kind: journal.KindMessage, Message: &sms.Message{ID: id, Direction: way, Automatic: automatic}}
}

func TestOpinionsAreAskedOfWhatMoved(t *testing.T) {
	t.Parallel()
	o := asked(t, func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains([]string{"m1", "ref_m3"}, path.Base(r.URL.Path)) {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprint(w, `{"status":"sent"}`)
	})
	third := moves("m3", sms.MT, false)
	third.Message.Batch, third.Message.Reference = "batch", "ref_m3"
	told := journal.Entry{Kind: journal.KindAttemptEnded, Attempt: &journal.Attempt{Message: "m1"}}
	entries := []journal.Entry{
		moves("m1", sms.MT, false), moves("m2", sms.MT, false), moves("m1", sms.MT, false), third,
		moves("in", sms.MO, false), moves("auto", sms.MT, true),
		{Kind: journal.KindMessage},
		{Kind: journal.KindAttemptEnded},
	}
	for _, soFar := range [][]journal.Entry{entries, entries, append(entries, told, journal.Entry{Kind: journal.KindClock})} {
		if err := o.ask(t.Context(), soFar); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"/messages/m1 200 sent", "/messages/m2 404 ", "/messages/ref_m3 200 sent", "/messages/m1 200 sent"}
	if got := o.noted(); !slices.Equal(got, want) {
		t.Errorf("noted %q, want %q", got, want)
	}
}

func TestOpinionsOfAnApplicationThatHasNone(t *testing.T) {
	t.Parallel()
	o := asked(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked without a probe") })
	o.sut.Probe = nil
	if err := o.ask(t.Context(), []journal.Entry{moves("m1", sms.MT, false)}); err != nil {
		t.Error(err)
	}
	o = asked(t, nil)
	o.sut.Ready = "http://127.0.0.1:1"
	if err := o.ask(t.Context(), []journal.Entry{moves("m1", sms.MT, false)}); err != nil || len(o.noted()) != 0 {
		t.Errorf("%v, noted %q; who is not there says nothing", err, o.noted())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var restless unrest
	if err := o.ask(ctx, []journal.Entry{moves("m1", sms.MT, false), moves("m2", sms.MT, false)}); !errors.As(err, &restless) {
		t.Errorf("%v; want why the world is not at rest", err)
	}
}
