package mta_test

import (
	"strings"
	"testing"
)

func TestSubscribersAndGroups(t *testing.T) {
	t.Parallel()
	newLab(t).script("subscribers.txt",
		`POST /groups {"name":"VIP","keyword":"vip","welcomeMessage":"Welcome!"}`,
		`POST /groups {"name":"Today","isTemporary":true,"hidden":true,"description":"x","displayName":"T","sortOrder":3}`,
		`POST /subscribers {"firstName":"Ana","lastName":"Ruiz","number":5555550123,"email":"Ana@acme.test","groupIds":[301],"subscriberFields":{"401":"Acme"}}`,
		`POST /subscribers {"number":"(555) 555-0123","lastName":"Vega"}`,
		`POST /subscribers {"email":"only@acme.test"}`,
		`POST /subscribers {"number":"5555550199","e164Number":"+445555550123"}`,
		`GET /subscribers/1001`,
		`GET /subscribers/+15555550123`,
		`GET /subscribers/ana@acme.test`,
		`GET /subscribers?pageSize=2`,
		`GET /subscribers?page=1&pageSize=2`,
		`GET /subscribers?sortBy=firstName&sortDirection=DESC&pageSize=1`,
		`GET /subscribers?query=VEGA`,
		`PATCH /subscribers/1002 {"number":"5555550123"}`,
		`PATCH /subscribers/1001 {"email":null,"subscriberFields":{"401":"","402":"Rome"},"groupIds":[302]}`,
		`POST /groups/301/subscribers {"subscriberId":1002}`,
		`POST /groups/301/subscribers/bulk-create {"subscriberIds":[1001,1002,1003]}`,
		`GET /groups/301/member-count`,
		`POST /groups/301/subscribers/bulk-delete {"subscriberIds":[1003]}`,
		`DELETE /groups/301/subscribers/1002`,
		`DELETE /groups/301/subscribers/1002`,
		`GET /groups/member-count/all`,
		`PATCH /groups/301 {"name":"Best","type":"adaptive","settings":{"match":"all","conditions":[]}}`,
		`GET /groups/301`,
		`GET /groups?query=today`,
		`wait 24h`,
		`GET /groups`,
		`GET /subscribers/1001`,
		`DELETE /groups/301`,
		`DELETE /subscribers/1002`,
		`GET /subscribers/1002`,
		`POST /subscribers {"firstName":"Nobody"}`,
		`POST /subscribers {"number":"123","email":"x","groupIds":[9],"subscriberFields":{"a":"b"},"firstName":7}`,
		`GET /custom-fields`,
		`GET /subscribers?page=-1`,
		`GET /subscribers?sortDirection=up`,
	)
}

// TestRawCreate is the vendor's sample of a create, which a get does not repeat.
func TestRawCreate(t *testing.T) {
	t.Parallel()
	newLab(t, "raw_create", "on").script("raw-create.txt",
		`POST /subscribers {"number":5555550123,"firstName":"Ana"}`,
		`POST /subscribers {"number":5555550123,"lastName":"Ruiz"}`,
		`GET /subscribers/5555550123`,
	)
}

func TestBulk(t *testing.T) {
	t.Parallel()
	newLab(t).script("bulk.txt",
		`POST /subscribers/bulk [{"number":5555550123,"firstName":"Ana"},{"number":"bad"},{"email":"b@acme.test"}]`,
		`POST /subscribers/bulk [{"number":"+15555550123","firstName":"Anna"}]`,
		`POST /subscribers/bulk?createOnly=true [{"number":"+15555550123"},{"number":"+15555550125"}]`,
		`PATCH /subscribers/bulk [{"number":"+15555550123","lastName":"Ruiz"},{"id":9,"lastName":"x"},{"id":1002,"firstName":"Bea"}]`,
		`POST /subscribers/bulk []`,
		`POST /subscribers/bulk {"number":"+15555550123"}`,
		`POST /unsubscribes/bulk [{"number":"5555550123"},{"number":"x"}]`,
		`POST /unsubscribes {"number":"5555550125"}`,
		`POST /unsubscribes {"number":"5555550125"}`,
		`POST /unsubscribes {}`,
		`GET /unsubscribes/5555550123`,
		`GET /unsubscribes/5555550199`,
		`GET /unsubscribes/nobody`,
		`GET /unsubscribes`,
		`GET /unsubscribes?query=Anna`,
	)
}

func TestAccount(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.script("account.txt",
		`GET /auth/verify-api-key`,
		`GET /dedicated-numbers`,
		`GET /dedicated-numbers?pageSize=1&page=1`,
		`POST /account-variables {"title":"hours","value":"9 to 5"}`,
		`POST /account-variables {"title":"hours","value":"x"}`,
		`POST /account-variables {"title":"x"}`,
		`GET /account-variables/hours`,
		`PATCH /account-variables/601 {"value":"10 to 6"}`,
		`GET /account-variables`,
		`DELETE /account-variables/hours`,
		`GET /account-variables/601`,
		`POST /messages {"numbers":["+15555550123"]}`,
	)
	l.set("number_list", "array")
	l.set("unknown_id", "400")
	l.script("account-switched.txt", `GET /dedicated-numbers`, `GET /account-variables/601`)
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	newLab(t).script("templates.txt",
		`POST /templates {"message":"Come by any time between nine and five."}`,
		`POST /templates {"name":"Map","message":"Here","attachment":"https://acme.test/map.png"}`,
		`POST /templates {"message":"See https://acme.test/a"}`,
		`POST /templates {"name":"No text"}`,
		`GET /templates`,
		`GET /templates/501`,
		`GET /templates/501?isMMS=false`,
		`GET /controlled-templates?pageSize=1`,
		`PATCH /templates/502 {"attachment":null}`,
		`POST /shortlinks {"url":"https://acme.test/a"}`,
		`POST /shortlinks {"url":"ftp://acme.test/a"}`,
		`GET /shortlinks`,
		`POST /send {"subscribers":["+15555550123"],"templateId":501}`,
		`POST /send {"subscribers":["+15555550123"],"templateId":503}`,
		`POST /send {"subscribers":["+15555550123"],"templateId":503,"linkId":201}`,
		`POST /send {"subscribers":["+15555550123"],"templateId":503,"linkId":209}`,
		`POST /send/controlled-template {"subscribers":["+15555550123"],"templateId":502}`,
		`POST /send/controlled-template {"subscribers":["+15555550123"],"message":"Hi"}`,
		`POST /send {"subscribers":["+15555550123"],"templateId":509}`,
		`POST /templates/501`,
		`GET /templates/501?isMMS=true`,
		`GET /deliveries`,
		`POST /smart-replies {"word":"hours","message":"9 to 5","includeContactCard":true}`,
		`POST /smart-replies {"word":" "}`,
		`PATCH /smart-replies/901 {"message":"10 to 6","templateId":502}`,
		`GET /smart-replies/901`,
		`GET /smart-replies`,
		`DELETE /smart-replies/901`,
		`GET /smart-replies/901`,
	)
}

func TestDrips(t *testing.T) {
	t.Parallel()
	newLab(t).script("drips.txt",
		`POST /drip-campaigns {"name":"Spring"}`,
		`PATCH /drip-campaigns/801 {"endDate":"2026-03-04 15:06:07"}`,
		`PATCH /drip-campaigns/801 {"endDate":"tomorrow"}`,
		`POST /drip-campaigns/801/messages {"message":"One","delay":1}`,
		`POST /drip-campaigns/801/messages {"message":"Two"}`,
		`PATCH /drip-campaigns/801/messages/1 {"message":"Uno"}`,
		`DELETE /drip-campaigns/801/messages/2`,
		`DELETE /drip-campaigns/801/messages/2`,
		`POST /drip-campaigns/801/start`,
		`POST /drip-campaigns/801/clone`,
		`POST /drip-campaigns/801/stop`,
		`GET /drip-campaigns`,
		`DELETE /drip-campaigns/802`,
		`GET /drip-campaigns/802`,
	)
}

func TestUtilities(t *testing.T) {
	t.Parallel()
	newLab(t).script("utilities.txt",
		`POST /unsubscribes {"number":"5555550125"}`,
		`POST /send/validate-recipients {"recipients":[{"number":"+15555550123","externalId":"a"},{"number":5555550125},{"number":"12"},{"email":"x@acme.test"},{"email":"x"},{"number":"+445555550123"}],"validateUnsubscribes":true}`,
		`POST /send/validate-recipients {"recipients":[{"number":5555550125}]}`,
		`POST /send/validate-recipients {}`,
		`POST /send/shorten-message {"message":"See https://acme.test/a and http://acme.test/b now"}`,
		`POST /send/shorten-message {}`,
		`POST /send/cost {"subscribers":["+15555550123","5555550123","+445555550123"],"message":"Hi"}`,
		`POST /send/cost {"subscribers":["+15555550123"],"image":"https://acme.test/a.png"}`,
		`POST /send/messaging-speeds {"subscribers":["+15555550123"],"message":"Hi","longcodeId":9002}`,
		`POST /send/cost {"message":"Hi"}`,
		`GET /subscribers`,
	)
}

// TestHost holds that the vendor's own host serves the same paths.
func TestHost(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	r := newRequest("GET", "/auth/verify-api-key", "")
	r.URL.Path, r.Host = "/v3/auth/verify-api-key", "api.mobile-text-alerts.com"
	r.Header.Set("Authorization", "Bearer "+l.key)
	if a := l.serve(r); a.status != 200 {
		t.Errorf("by host: %d %s", a.status, a.body)
	}
}

// TestDeletedIsGone holds that what is deleted can be made again, and that who
// is deleted is still opted out.
func TestDeletedIsGone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, text := range []string{"created", "updated"} {
		if got := l.do("POST", "/subscribers", `{"number":"5555550123"}`); !strings.Contains(got, text) {
			t.Errorf("got %s, want %s", got, text)
		}
	}
	l.do("POST", "/unsubscribes", `{"number":"5555550123"}`)
	l.do("DELETE", "/subscribers/5555550123", "")
	if got := l.do("POST", "/subscribers", `{"number":"5555550123"}`); !strings.Contains(got, `"id":1002`) {
		t.Errorf("made again: %s", got)
	}
	if got := l.do("POST", "/send", `{"subscriberIds":[1002],"message":"Hi"}`); !strings.Contains(got, `"totalSent":0`) {
		t.Errorf("sent to who opted out: %s", got)
	}
	for _, path := range []string{"/subscribers/1001", "/groups/9", "/threads/9"} {
		if a := l.call("DELETE", path, ""); a.status != 404 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}
