package mta_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/provider/mta"
)

// writes are the vendor's operations that take a body, with ids of things that
// are there.
func writes() (all []string) {
	path := strings.NewReplacer(
		"{id}/subscribers", "301/subscribers", "groups/{id}", "groups/301", "subscribers/{id}", "subscribers/1001",
		"scheduled/{id}", "scheduled/60000001", "webhooks/{id}", "webhooks/11", "templates/{id}", "templates/501",
		"smart-replies/{id}", "smart-replies/901", "threads/{id}", "threads/701",
		"drip-campaigns/{id}", "drip-campaigns/801", "account-variables/{id}", "account-variables/601",
		"{message}", "1", " /v3", " ",
	)
	for _, r := range mta.New().Routes {
		if strings.HasPrefix(r.Pattern, "P") {
			all = append(all, path.Replace(r.Pattern))
		}
	}
	return all
}

// furnish makes one of everything.
func (l *lab) furnish() {
	for _, text := range []string{
		`POST /groups {"name":"VIP"}`, `POST /subscribers {"number":"5555550123","groupIds":[301]}`,
		`POST /templates {"message":"Hi"}`, `POST /smart-replies {"word":"a","message":"b"}`,
		`POST /account-variables {"title":"a","value":"b"}`, `POST /drip-campaigns {"name":"a"}`,
		`POST /drip-campaigns/801/messages {"message":"a"}`, `POST /shortlinks {"url":"https://acme.test"}`,
		`POST /send {"subscribers":["+15555550123"],"message":"Later","scheduledDate":"2027-01-01T00:00:00Z"}`,
		`POST /send {"subscribers":["+15555550123"],"message":"Hi"}`,
		`POST /webhooks {"event":"message-reply","url":"http://127.0.0.1:9/","secret":"s"}`,
	} {
		part := strings.SplitN(text, " ", 3)
		l.do(part[0], part[1], part[2])
	}
}

// check holds that whatever is asked is answered in one of the vendor's two
// shapes, and is never the emulator's own fault.
func (l *lab) check(operation, body string) {
	l.t.Helper()
	method, path, _ := strings.Cut(operation, " ")
	a := l.call(method, path, body, "Content-Type", "application/json")
	if !slices.Contains([]int{200, 400, 404, 409}, a.status) || !json.Valid([]byte(a.body)) {
		l.t.Errorf("%s %q: %d %s", operation, body, a.status, a.body)
	}
	if a.status != 200 && !strings.HasPrefix(a.body, fmt.Sprintf(`{"httpCode":%d,"message":"`, a.status)) {
		l.t.Errorf("%s %q: %s", operation, body, a.body)
	}
}

// oddValues go into every field that any operation knows.
var oddValues = []string{`null`, `0`, `-1`, `1.5`, `1e99`, `""`, `" "`, `"x"`, `true`, `[]`, `{}`, `[null]`, `[[]]`, `{"a":null}`, `"999999999999999999999"`}

var fields = strings.Fields(`subscribers subscriberIds groups groupIds allSubscribers threadId message image templateId linkId
	isMMS rehost header footer scheduledDate repeat longcodeId externalId tags recipients validateUnsubscribes event url secret
	alertEmail sendAlertEmail skipErrors skipErrorCodes retryOnError maxThroughputPerMinute firstName lastName email number
	e164Number subscriberFields employeeNumber name hidden description displayName sortOrder isTemporary welcomeMessage keyword
	type settings subscriberId to serviceName timeoutSeconds codeLength verificationId code title value word includeContactCard
	includeSignupLink attachment endDate skippedAt id`)

func TestOddValues(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.furnish()
	for _, operation := range writes() {
		for _, value := range oddValues {
			var parts []string
			for _, name := range fields {
				parts = append(parts, fmt.Sprintf("%q:%s", name, value))
			}
			all := "{" + strings.Join(parts, ",") + "}"
			l.check(operation, all)
			l.check(operation, "["+all+"]")
			l.check(operation, value)
		}
	}
	for i, operation := range writes() {
		for j, name := range fields {
			l.check(operation, fmt.Sprintf(`{"x":1,%q:%s}`, name, oddValues[(i+j)%len(oddValues)]))
		}
	}
}

func FuzzCalls(f *testing.F) {
	l := newLab(f)
	l.furnish()
	all := writes()
	for i := range all {
		f.Add(uint8(i), `{"subscribers":["+15555550123"],"message":"Hi","number":"5555550123"}`)
	}
	for _, body := range badSends {
		f.Add(uint8(0), body)
	}
	f.Fuzz(func(t *testing.T, i uint8, body string) {
		l.t = t
		l.check(all[int(i)%len(all)], body)
	})
}

func FuzzQueries(f *testing.F) {
	l := newLab(f)
	l.furnish()
	for _, query := range []string{"page=1&pageSize=2", "sortBy=id&sortDirection=DESC", "query=a", "filters[status]=sent&filters[startDate]=2026-01-01", "page=%zz"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		l.t = t
		for _, path := range []string{"/subscribers", "/deliveries", "/threads", "/webhooks", "/scheduled", "/unsubscribes", "/dedicated-numbers"} {
			r := newRequest("GET", path, "")
			r.URL.RawQuery = query
			r.Header.Set("Authorization", "Bearer "+l.key)
			if a := l.serve(r); a.status != 200 && a.status != 400 || !json.Valid([]byte(a.body)) {
				t.Errorf("%s?%s: %d %s", path, query, a.status, a.body)
			}
		}
	})
}
