package surge

import (
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// campaign is the body of a kindCampaign document.
type campaign struct {
	Description    string   `json:"description"`
	ConsentFlow    string   `json:"consent_flow"`
	MessageSamples []string `json:"message_samples"`
	PrivacyPolicy  string   `json:"privacy_policy_url"`
	Terms          *string  `json:"terms_and_conditions_url"`
	UseCases       []string `json:"use_cases"`
	Volume         string   `json:"volume"`
	Includes       []string `json:"includes"` // never null
	LinkSample     *string  `json:"link_sample"`
	Status         string   `json:"status"`
}

// The life of a campaign.
const (
	created     = "created"
	inReview    = "in_review"
	active      = "active"
	canceled    = "canceled"
	deactivated = "deactivated"
)

// campaignInfo is the campaign as answers show it.
type campaignInfo struct {
	ID string `json:"id"`
	campaign
}

func campaignView(d sms.Document, body campaign, _ provider.Book) campaignInfo {
	return campaignInfo{ID: d.ID, campaign: body}
}

// createCampaign is POST /accounts/{account_id}/campaigns. It goes into review
// and becomes active by itself.
func createCampaign(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := openAccount(net, r)
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	body := f.campaign(campaign{Status: created, Includes: []string{}})
	if err := f.err(); err != nil {
		return err
	}
	if _, p := profileOf(net.Book(), account); p.Organization.capability().Status != "ready" {
		return sms.Fail(notReady, "The account lacks data that carriers ask for; see GET /accounts/"+account.ID+"/status.")
	}
	d := document(kindCampaign, account.ID, body)
	d.Due = net.Book().Now().Add(reviewTime(net.Context()))
	if err := net.Do(&d); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusCreated, campaignView(d, body, nil))
	return nil
}

// reviewTime is how long a campaign is created, and then how long in review.
func reviewTime(c provider.Context) time.Duration {
	return time.Duration(count(c, "campaign_review", 0)) * time.Second
}

// changeCampaign is PATCH /campaigns/{id}, with all that is needed to create
// one or any part of it.
func changeCampaign(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	changing.Lock()
	defer changing.Unlock()
	d, body, err := documentOf[campaign](net, kindCampaign, r.PathValue("id"))
	if err == nil {
		err = notArchived(net.Book(), d.Account)
	}
	if err != nil {
		return err
	}
	if body.Status != created && body.Status != canceled {
		return sms.Fail(locked, "A campaign that is "+strings.ReplaceAll(body.Status, "_", " ")+" can't be changed.")
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	body = f.campaign(body)
	if err := f.err(); err != nil {
		return err
	}
	due := d.Due
	d = with(d, body)
	d.Due = due
	if err := net.Do(&d); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusOK, campaignView(d, body, nil))
	return nil
}

// campaign puts what the form says over c, which needs a value in the end for
// every field that carriers ask for.
func (f form) campaign(c campaign) campaign {
	if f.filled("tcr_id") {
		return external(c, f.text("tcr_id"))
	}
	first := c.Description == "" // nothing to fall back on
	for name, place := range map[string]*string{
		"description": &c.Description, "consent_flow": &c.ConsentFlow, "privacy_policy_url": &c.PrivacyPolicy, "volume": &c.Volume,
	} {
		if first || f.has(name) {
			*place = f.need(name)
		}
	}
	if first || f.has("terms_and_conditions_url") {
		c.Terms = optional(f.need("terms_and_conditions_url"))
	}
	if first || f.has("message_samples") {
		c.MessageSamples = f.between("message_samples", f.texts("message_samples"), 2)
	}
	if first || f.has("use_cases") {
		c.UseCases = f.between("use_cases", f.choices("use_cases", useCases), 1)
	}
	if f.has("includes") {
		c.Includes = append([]string{}, f.choices("includes", includes)...)
	}
	if c.Volume != "" && c.Volume != "high" && c.Volume != "low" {
		f.complain("volume", wrong)
	}
	f.keep("link_sample", &c.LinkSample)
	return c
}

// external is a campaign of which only the registry's id is known.
func external(c campaign, registry string) campaign {
	c.Description = "Campaign " + registry
	c.MessageSamples, c.UseCases, c.Volume = []string{}, []string{}, "low"
	return c
}

// between complains about a list that has fewer than least or more than 5
// items, or blanks in it.
func (f form) between(name string, items []string, least int) []string {
	isBlank := func(s string) bool { return strings.TrimSpace(s) == "" }
	switch {
	case len(items) == 0:
		f.complainOnce(name, blank)
	case len(items) < least || len(items) > 5:
		f.complainOnce(name, fmt.Sprintf("must have %d to 5 items", least))
	case slices.ContainsFunc(items, isBlank):
		f.complainOnce(name, blank)
	}
	return items
}

// campaignsOf walks the campaigns of an account, newest first.
func campaignsOf(book provider.Book, account string) iter.Seq2[sms.Document, campaign] {
	return func(yield func(sms.Document, campaign) bool) {
		for d := range documentsOf(book, kindCampaign, account) {
			if body, ok := read[campaign](d); ok && !yield(d, body) {
				return
			}
		}
	}
}

// activeCampaign is the id of the newest one that is active; "" if none is.
func activeCampaign(book provider.Book, account string) string {
	for d, body := range campaignsOf(book, account) {
		if body.Status == active {
			return d.ID
		}
	}
	return ""
}

// newestCampaign is the one that a new number waits for.
func newestCampaign(book provider.Book, account string) string {
	for d, body := range campaignsOf(book, account) {
		if body.Status != canceled && body.Status != deactivated {
			return d.ID
		}
	}
	return ""
}

// reviewed takes a campaign one step on. Once it is active, all local numbers
// that are in none are attached to it.
func reviewed(net provider.Network, d sms.Document) {
	body, _ := read[campaign](d)
	switch body.Status {
	case created:
		body.Status = inReview
		d = with(d, body)
		d.Due = net.Book().Now().Add(reviewTime(net.Context()))
		_ = net.Do(&d)
	case inReview:
		body.Status = active
		d = with(d, body)
		_ = net.Do(append([]sms.Change{&d, vendorEvent(campaignApproved, &d)}, gather(net, d)...)...)
	}
}

// gather attaches the numbers that are in no other campaign to d.
func gather(net provider.Network, d sms.Document) []sms.Change {
	account, _ := net.Book().Account(d.Account)
	changes := []sms.Change{&account}
	for _, l := range account.Lines {
		if h := heldOf(l); l.Kind != sms.LongCode || h.Campaign != "" && h.Campaign != d.ID || h.Status == attached {
			continue
		}
		l = inCampaign(l, account.ID, d.ID, attached)
		account = replace(account, l)
		changes = append(changes, aboutNumber(attachedToCampaign, account.ID, l))
	}
	return changes
}

// resendCode is POST /accounts/{account_id}/brand_verification_messages.
func resendCode(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	if _, err := openAccount(net, r); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusAccepted, map[string]string{"status": "enqueued"})
	return nil
}

// The vendor's lists of values.
var (
	useCases = []string{
		"account_notification", "customer_care", "delivery_notification", "fraud_alert", "higher_education", "marketing",
		"polling_voting", "public_service_announcement", "security_alert", "two_factor_authentication",
	}
	includes = []string{"links", "phone_numbers", "age_gated", "direct_lending"}
)
