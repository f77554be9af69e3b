package scenarios_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/suite"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// The verdict names what an application sends off contract, each thing in its
// place: a field of the wrong type, one that is missing, one that nobody reads.
func TestVerdictNamesWhatIsOffContract(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	own := em.Sandbox.Providers["surge"]
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event struct{ Type string }
		if json.NewDecoder(r.Body).Decode(&event) != nil || event.Type != "message.received" {
			return
		}
		body := `{"first_name":7,"colour":"blue"}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fmt.Sprintf("%s/accounts/%s/contacts", own["url"], own["account"]), strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+own["key"])
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
		}
	}))
	t.Cleanup(app.Close)
	run, err := suite.Run(t.Context(), suite.Options{
		URL: em.URL, SUT: &sut.SUT{Webhooks: map[string]string{"surge": app.URL}, Replies: []sut.Reply{{To: "Is 3pm free?", Expect: 1}}},
		Pages: find(t, "replies/once"),
	})
	if err != nil {
		t.Fatal(err)
	}
	r := run.Results[0]
	i := slices.IndexFunc(r.Findings, func(f oracle.Finding) bool { return f.Oracle == 26 })
	if r.Verdict != report.Fail || i < 0 || r.Findings[i].Status != oracle.Fail {
		t.Fatal(report.Explain(run, r, report.Options{}))
	}
	for _, want := range []string{"body /first_name", "is a number; the contract says", "body /phone_number", "is missing", "no provider reads body /colour"} {
		if !strings.Contains(r.Findings[i].Says, want) {
			t.Errorf("nothing says %q: %s", want, r.Findings[i].Says)
		}
	}
}
