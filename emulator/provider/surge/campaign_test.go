package surge

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const goodCampaign = `{"description":"Order news","consent_flow":"A box on the checkout page","message_samples":["Your order is on its way","Your order is here"],` +
	`"privacy_policy_url":"https://acme.com/privacy","terms_and_conditions_url":"https://acme.com/terms","use_cases":["delivery_notification"],"volume":"low"}`

// TestCampaignLife follows a campaign to its approval.
func TestCampaignLife(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.name("line1", s.w.account.Lines[0].ID)
	s.name("line2", s.w.account.Lines[1].ID)
	s.say("registered")
	s.call("campaign", "POST", "/accounts/{account}/campaigns", goodCampaign)
	s.call("", "PATCH", "/campaigns/{campaign}", `{"volume":"high","includes":["links","age_gated"],"link_sample":"https://acme.com/o/1"}`)
	s.call("", "PATCH", "/phone_numbers/{line2}", `{"campaign_id":"{campaign}"}`)
	s.call("", "POST", "/accounts/{account}/phone_numbers", `{"type":"toll_free"}`)
	s.say("in review after a minute, and locked")
	s.wait(59 * time.Second)
	s.call("", "PATCH", "/campaigns/{campaign}", `{"volume":"low"}`)
	s.wait(time.Second)
	s.call("", "PATCH", "/campaigns/{campaign}", `{"volume":"high"}`)
	s.say("active after another")
	s.wait(time.Minute)
	s.call("", "GET", "/campaigns/{campaign}", "")
	s.call("", "PATCH", "/campaigns/{campaign}", `{"volume":"high"}`)
	s.call("", "GET", "/accounts/{account}/phone_numbers", "")
	s.say("a number that is bought now is attached at once, unless it is toll-free")
	s.call("bought", "POST", "/accounts/{account}/phone_numbers", `{"area_code":"212"}`)
	s.call("", "POST", "/accounts/{account}/phone_numbers", `{"type":"toll_free"}`)
	s.wait(0)
	s.say("detached and attached again")
	s.call("", "PATCH", "/phone_numbers/{bought}", `{"campaign_id":null}`)
	s.call("", "PATCH", "/phone_numbers/{bought}", `{"campaign_id":"{campaign}"}`)
	s.call("", "PATCH", "/phone_numbers/{bought}", `{"campaign_id":"{campaign}","name":"Same"}`)
	s.wait(0)
	s.say("another, registered elsewhere")
	s.call("external", "POST", "/accounts/{account}/campaigns", `{"tcr_id":"C123"}`)
	s.call("", "GET", "/accounts/{account}/campaigns", "")
	s.wait(time.Hour)
	s.call("", "POST", "/accounts/{account}/brand_verification_messages", "")
	s.end("campaign.txt")
}

func TestBadCampaigns(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.call("campaign", "POST", "/accounts/{account}/campaigns", goodCampaign)
	with := func(field, value string) string {
		return strings.TrimSuffix(strings.Replace(goodCampaign, `"`+field+`":`, `"was":`, 1), "}") + fmt.Sprintf(`,%q:%s}`, field, value)
	}
	for _, body := range []string{
		`{}`, `{`, `{"tcr_id":1}`,
		with("message_samples", `["one"]`), with("message_samples", `["1","2","3","4","5","6"]`),
		with("message_samples", `["one"," "]`), with("message_samples", `"one"`),
		with("use_cases", `[]`), with("use_cases", `["nonsense"]`),
		with("use_cases", `["marketing","customer_care","fraud_alert","higher_education","security_alert","polling_voting"]`),
		with("volume", `"medium"`), with("includes", `["nonsense"]`), with("includes", `5`), with("link_sample", `[]`),
		with("terms_and_conditions_url", `""`), with("description", `7`),
	} {
		for _, c := range [][2]string{{"POST", "/accounts/{account}/campaigns"}, {"PATCH", "/campaigns/{campaign}"}} {
			if got := s.call("", c[0], c[1], body); got.status >= 500 || c[0] == "POST" && got.status < 400 {
				t.Errorf("%s %s: %d %s", c[0], body, got.status, got.body)
			}
		}
	}
	s.call("", "GET", "/campaigns/cpn_none", "")
	s.call("", "GET", "/campaigns/{account}", "")
	s.call("", "PATCH", "/campaigns/{account}", "{}")
	s.end("bad-campaigns.txt")
}

// TestReviewTakesNoTime holds the switch at its least.
func TestReviewTakesNoTime(t *testing.T) {
	t.Parallel()
	s := newStory(t, "campaign_review", "0")
	s.call("campaign", "POST", "/accounts/{account}/campaigns", goodCampaign)
	s.w.advance(t, time.Millisecond)
	if got := s.call("", "GET", "/campaigns/{campaign}", ""); !strings.Contains(got.body, `"status":"active"`) {
		t.Errorf("%s", got.body)
	}
}

func FuzzCampaign(f *testing.F) {
	for _, seed := range []string{goodCampaign, `{"tcr_id":"C1"}`, `{"message_samples":[[]],"use_cases":{}}`, `{"includes":null,"volume":null}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := newStory(t)
		s.call("campaign", "POST", "/accounts/{account}/campaigns", goodCampaign)
		for _, c := range [][2]string{
			{"POST", "/accounts/{account}/campaigns"},
			{"PATCH", "/campaigns/{campaign}"},
			{"POST", "/accounts"},
			{"PATCH", "/accounts/{account}"},
			{"POST", "/accounts/{account}/phone_numbers"},
			{"PATCH", "/phone_numbers/" + s.w.account.Lines[0].ID},
			{"POST", "/accounts/{account}/blasts"},
			{"POST", "/accounts/{account}/audiences"},
			{"POST", "/accounts/{account}/users"},
			{"POST", "/accounts/{account}/verifications"},
		} {
			got := s.w.call(t, c[0], s.fill(c[1]), string(body))
			if got.status >= 400 {
				slug(t, got)
			}
			if got.status >= 500 || !strings.HasPrefix(got.body, "{") {
				t.Errorf("%s %s with %q: %d %s", c[0], c[1], body, got.status, got.body)
			}
		}
	})
}
