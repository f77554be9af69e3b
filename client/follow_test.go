package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
)

// entry is an entry as an emulator streams it.
func entry(seq int) string {
	return fmt.Sprintf("id: %d\nevent: marker\ndata: {\"seq\":%d,\"kind\":\"marker\",\"marker\":\"m%d\"}\n\n", seq, seq, seq)
}

// collect follows from the start and returns the seqs seen.
func collect(t *testing.T, o client.Options, most int) ([]uint64, error) {
	t.Helper()
	var seen []uint64
	err := client.New(o).Follow(t.Context(), 0, func(e journal.Entry) bool {
		seen = append(seen, e.Seq)
		return len(seen) < most
	})
	return seen, err
}

// A connection that breaks off is taken up where it stopped, comments are
// skipped, and the end event ends it for good.
func TestFollowTakesUpAgain(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 3)
	o := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Query().Get("after")
		switch len(asked) {
		case 1:
			_, _ = fmt.Fprint(w, entry(1), ": still here\n\n", entry(2), "id: 3\nevent: mar")
		case 2:
			_, _ = fmt.Fprint(w, entry(3))
		default:
			_, _ = fmt.Fprint(w, entry(4), "event: end\ndata: {}\n\n")
		}
	})
	seen, err := collect(t, o, 100)
	if err != nil || !slices.Equal(seen, []uint64{1, 2, 3, 4}) {
		t.Errorf("saw %v (%v), want 1 to 4", seen, err)
	}
	for _, want := range []string{"0", "2", "3"} {
		if got := <-asked; got != want {
			t.Errorf("asked for what follows %s, want %s", got, want)
		}
	}
}

func TestFollowStops(t *testing.T) {
	t.Parallel()
	o := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, entry(1), entry(2))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	seen, err := collect(t, o, 2)
	if err != nil || len(seen) != 2 {
		t.Errorf("saw %v (%v), want 2 entries and no error", seen, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = client.New(o).Follow(ctx, 0, func(journal.Entry) bool { cancel(); return true })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context gives %v", err)
	}
}

func TestFollowGivesUp(t *testing.T) {
	t.Parallel()
	asked := make(chan bool, 10)
	refusing := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked <- true
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprint(w, `{"type":"urn:switchhook:not-found","title":"Not Found","status":404}`)
	})
	_, err := collect(t, refusing, 1)
	var refused *client.Error
	if !errors.As(err, &refused) || refused.Slug != "not-found" || len(asked) != 1 {
		t.Errorf("asked %d times and got %v, want one refusal", len(asked), err)
	}
	garbage := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "event: marker\ndata: {\n\n") })
	if _, err := collect(t, garbage, 1); !errors.As(err, &refused) {
		t.Errorf("a stream of garbage gave %v", err)
	}
	silent := serve(t, func(http.ResponseWriter, *http.Request) {})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := client.New(silent).Follow(ctx, 0, func(journal.Entry) bool { return true }); !errors.Is(err, context.Canceled) {
		t.Errorf("a stream that never holds gave %v after the context ended", err)
	}
}
