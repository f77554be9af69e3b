package surge

import (
	"fmt"
	"strings"
	"testing"
)

// fixedID is an id as the vendor's SDKs have them in their tests.
func fixedID(prefix string) string { return prefix + "_01j9a43avnfqzbjfch6pygv1td" }

// firstTouch are calls as the vendor's SDKs make them in their own tests: with
// ids that nobody made.
func firstTouch() []struct {
	method, path, body string
	status             int
} {
	account := "/accounts/" + fixedID("acct")
	return []struct {
		method, path, body string
		status             int
	}{
		{"GET", account, "", 200},
		{"PATCH", account, `{"name":"Account"}`, 200},
		{"GET", account + "/status", "", 200},
		{"POST", account + "/messages", `{"to":"+18015551234","from":"+18015552345","body":"Hello","send_at":"2019-12-27T18:11:19.117Z"}`, 201},
		{"POST", account + "/messages", `{"conversation":{"contact":{"phone_number":"+18015551234"},"phone_number":"` + fixedID("pn") + `"},"body":"x"}`, 201},
		{"GET", account + "/messages", "", 200},
		{"GET", "/messages/" + fixedID("msg"), "", 200},
		{"POST", account + "/blasts", `{"body":"Join us!","to":["` + fixedID("ctc") + `","` + fixedID("aud") + `","+18015551234"]}`, 201},
		{"POST", account + "/blasts", `{}`, 201},
		{"GET", account + "/available_phone_numbers?type=local&after=after&before=before", "", 200},
		{"POST", account + "/contacts", `{"phone_number":"+18015551235"}`, 201},
		{"GET", "/contacts/" + fixedID("ctc"), "", 200},
		{"PATCH", "/contacts/" + fixedID("ctc"), `{"phone_number":"+18015551236"}`, 200},
		{"POST", "/audiences/" + fixedID("aud") + "/contacts", `{"id":"` + fixedID("ctc") + `"}`, 201},
		{"GET", "/audiences/" + fixedID("aud") + "/contacts", "", 200},
		{"GET", "/attachments/" + fixedID("att") + "/file", "", 302},
		{"POST", account + "/phone_numbers", `{"area_code":"801"}`, 201},
		{"GET", "/phone_numbers/" + fixedID("pn"), "", 200},
		{"PATCH", "/phone_numbers/" + fixedID("pn"), `{"campaign_id":"` + fixedID("cpn") + `","name":"x"}`, 200},
		{"DELETE", "/phone_numbers/" + fixedID("pn"), "", 200},
		{"POST", account + "/campaigns", goodCampaign, 201},
		{"GET", "/campaigns/" + fixedID("cpn"), "", 200},
		{"PATCH", "/campaigns/" + fixedID("cpn"), goodCampaign, 200},
		{"POST", account + "/brand_verification_messages", "", 202},
		{"POST", account + "/users", `{"first_name":"Brian"}`, 201},
		{"GET", "/users/" + fixedID("usr"), "", 200},
		{"PATCH", "/users/" + fixedID("usr"), `{"first_name":"Brian"}`, 200},
		{"POST", "/users/" + fixedID("usr") + "/tokens", `{"duration_seconds":900}`, 201},
		{"DELETE", "/users/" + fixedID("usr"), "", 200},
		{"POST", account + "/verifications", `{"phone_number":"+18015551234"}`, 201},
		{"POST", "/verifications/" + fixedID("vfn") + "/checks", `{"code":"000000"}`, 400},
		{"POST", "/verifications/" + fixedID("vfn") + "/checks", `{"code":"123456"}`, 200},
		{"POST", "/verifications/" + fixedID("vfn") + "/checks", `{"code":"123456"}`, 200},
		{"GET", account + "/recordings", "", 200},
		{"GET", "/recordings/" + fixedID("rec"), "", 200},
		{"GET", "/recordings/" + fixedID("rec") + "/file", "", 302},
		{"DELETE", "/recordings/" + fixedID("rec"), "", 200},
		{"DELETE", account, "", 200},
	}
}

// TestLenientIDs touches everything by ids that nobody made, in one world and
// each in a world of its own.
func TestLenientIDs(t *testing.T) {
	t.Parallel()
	one := newWorld(t, "lenient_ids", "on")
	for i, c := range firstTouch() {
		for name, w := range map[string]*world{"one world": one, "its own": newWorld(t, "lenient_ids", "on")} {
			got := w.call(t, c.method, c.path, c.body)
			if got.status != c.status {
				t.Errorf("%d in %s: %s %s: %d %s", i, name, c.method, c.path, got.status, got.body)
			}
			if to := got.header.Get("Location"); to != "" {
				_, path, _ := strings.Cut(to, "/surge")
				if file := w.call(t, "GET", path, ""); file.status != 200 {
					t.Errorf("%s: %d", to, file.status)
				}
			}
		}
	}
}

// TestStrictIDs holds the default: what nobody made is not there, nor is it after.
func TestStrictIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range firstTouch() {
		for range 2 {
			if got := w.call(t, c.method, c.path, c.body); got.status != 404 {
				t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
			}
		}
	}
}

// TestLenientIsNotBlind holds that an id must be of the right kind.
func TestLenientIsNotBlind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "lenient_ids", "on")
	for _, kind := range []string{"accounts", "messages", "contacts", "phone_numbers", "campaigns", "users", "recordings"} {
		for _, id := range []string{"nonsense", "x_1", fixedID("evt"), "+18015550111"} {
			if got := w.call(t, "GET", fmt.Sprintf("/%s/%s", kind, id), ""); got.status != 404 {
				t.Errorf("%s %s: %d %s", kind, id, got.status, got.body)
			}
		}
	}
}

// TestLenientRequests takes what else the vendor's SDKs do in their own tests.
func TestLenientRequests(t *testing.T) {
	t.Parallel()
	const account = "/accounts/{account}"
	for _, c := range []struct {
		method, path, body string
		strict, lenient    int
	}{
		{"GET", account + "/messages?after=after&before=before", "", 422, 200},
		{"GET", account + "/users?after=after", "", 422, 200},
		{"GET", "/accounts?before=before", "", 422, 200},
		{"GET", account + "/available_phone_numbers?type=local&after=after", "", 422, 200},
		{"POST", account + "/messages", `{"to":"+18015551234"}`, 422, 201},
		{"POST", account + "/messages", `{"to":"801"}`, 422, 422},
		{"POST", account + "/blasts", `{}`, 422, 201},
		{"GET", account + "/available_phone_numbers", "", 422, 422},
	} {
		for value, want := range map[string]int{"off": c.strict, "on": c.lenient} {
			if got := newWorld(t, "lenient_ids", value).call(t, c.method, c.path, c.body); got.status != want {
				t.Errorf("lenient_ids %s: %s %s: %d %s, want %d", value, c.method, c.path, got.status, got.body, want)
			}
		}
	}
	w := newWorld(t, "lenient_ids", "on")
	for range 2 {
		if got := w.call(t, "DELETE", account, ""); got.status != 200 {
			t.Errorf("archive: %d %s", got.status, got.body)
		}
	}
	if got := w.send(t, `{"to":"+18015551234","body":"Hi"}`); got.status != 201 {
		t.Errorf("from an archived account: %d %s", got.status, got.body)
	}
}
