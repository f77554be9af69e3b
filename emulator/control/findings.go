package control

import (
	"math"
	"net/http"
	"strconv"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

func findings(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	q, err := findingQuery(r)
	if err != nil {
		return err
	}
	entries, err := s.Findings(q)
	if err != nil {
		return err
	}
	page := client.JournalPage{Entries: []journal.Entry{}, Last: q.After}
	if n := len(entries); n > 0 {
		page.Entries, page.Last = entries, entries[n-1].Seq
	}
	return answer(w, http.StatusOK, page)
}

func findingQuery(r *http.Request) (q sandbox.FindingQuery, err error) {
	given := r.URL.Query()
	q = sandbox.FindingQuery{
		Provider: given.Get("provider"), By: given.Get("by"), Call: given.Get("call"), Kind: sms.FindingKind(given.Get("kind")),
	}
	if text := given.Get("unread"); text != "" {
		unread, err := strconv.ParseBool(text)
		if err != nil || text != "true" && text != "false" {
			return q, bad("unread=%q cannot be read; write true or false", text)
		}
		q.Unread = &unread
	}
	if q.After, err = natural(r, "after", 0, math.MaxInt64); err != nil {
		return q, err
	}
	q.Limit, err = limit(r, recordSize, maxRecordSize)
	return q, err
}
