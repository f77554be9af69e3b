package suite_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/suite"
)

// A record is read to its end, however many pages it has.
func TestReadReadsAll(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	for range 5000 {
		r.Quiet()
	}
	asks(&r, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		all := r.Entries()
		if q.FormValue("after") == "5000" {
			all = all[5000:]
		} else {
			all = all[:5000]
		}
		_ = json.NewEncoder(w).Encode(client.JournalPage{Entries: all, Last: all[len(all)-1].Seq})
	}))
	t.Cleanup(server.Close)
	read := suite.Read(t.Context(), client.New(client.Options{URL: server.URL, HTTP: server.Client()}))
	if read.Err() != nil || len(read.History().Quiet) != 5000 || len(read.History().Sent) != 1 {
		t.Errorf("read %d rests and %d messages, %v", len(read.History().Quiet), len(read.History().Sent), read.Err())
	}
}

func TestARecordThatCannotBeRead(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	record := suite.Read(t.Context(), client.New(client.Options{URL: server.URL}))
	for _, actual := range []any{record, record.With("+18015550142"), record.Promising(suite.Of(nil).History().Promise)} {
		if _, err := suite.HaveReplied(1).Match(actual); err == nil || !strings.Contains(err.Error(), "read the record after entry 0") {
			t.Errorf("%T: %v", actual, err)
		}
	}
	if record.Err() == nil || record.History() != nil {
		t.Errorf("the record is %v, and its history %v", record.Err(), record.History())
	}
}

// Eventually looks again until the record has what is wanted, also where there
// was nothing to look at before.
func TestMatchersArePolled(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	var read [][]journal.Entry
	read = append(read, r.Entries())
	asks(&r, 0)
	read = append(read, r.Entries())
	asks(&r, 1)
	read = append(read, r.Entries())
	NewWithT(t).Eventually(func() suite.Conversation {
		entries := read[0]
		read = read[min(1, len(read)-1):]
		return suite.Of(entries).With(r.Number("ana"))
	}).WithTimeout(time.Minute).WithPolling(time.Millisecond).Should(suite.HaveReplied(1))
	if len(read) != 1 {
		t.Errorf("%d states of the record were not looked at", len(read)-1)
	}
}
