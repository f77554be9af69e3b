package contracts_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/switchhook/switchhook/contracts"
)

// A request is held against the contract; what no provider reads is only a note.
func ExampleContract_CheckRequest() {
	c, err := contracts.Load("mta")
	if err != nil {
		panic(err)
	}
	for _, f := range c.CheckRequest(contracts.Request{
		Method: "POST",
		URL:    "https://api.mobile-text-alerts.com/v3/send",
		Header: http.Header{"Authorization": {"Bearer key"}, "Content-Type": {"application/json"}, "Idempotency-Key": {"4411"}},
		Body:   []byte(`{"subscribers":["+14155550100"],"message":42}`),
	}) {
		fmt.Println(f.Kind, f.Place, f.Pointer, f.Unread())
		fmt.Println(" ", f.Problem)
	}
	// Output:
	// unread header Idempotency-Key true
	//   "Idempotency-Key" is sent; the contract names no such header
	// type body /message false
	//   "message" is a number; the contract says null or string
}

// An answer in XML is held against the schema that its JSON has.
func ExampleContract_CheckAnswer() {
	c, err := contracts.Load("exotel")
	if err != nil {
		panic(err)
	}
	request := contracts.Request{Method: "GET", URL: "/v1/Accounts/acme1/SMS/Messages/5d1c0e7be1b54b1f9a0c2f6d3a7e4410"}
	for _, f := range c.CheckAnswer(request, contracts.Answer{
		Status: 403,
		Header: http.Header{"Content-Type": {"application/xml"}},
		Body:   []byte(`<TwilioResponse><RestException><Status>403</Status><Reason>low balance</Reason></RestException></TwilioResponse>`),
	}) {
		fmt.Println(f.Kind, f.Place, f.Pointer)
		fmt.Println(" ", f.Problem)
	}
	// Output:
	// missing body /RestException/Code
	//   "Code" is missing; the contract requires it
	// missing body /RestException/Message
	//   "Message" is missing; the contract requires it
	// unknown body /RestException/Reason
	//   "Reason" is there; the contract names no such field
}

// The signature of a webhook is checked if a secret is given.
func ExampleContract_CheckWebhook() {
	c, err := contracts.Load("mta")
	if err != nil {
		panic(err)
	}
	body := []byte(`{"fromNumber":"+14155550100","toNumber":"+14155550111","messageId":"7","message":"Hi","timestamp":"2026-11-22T10:00:00.000Z"}`)
	mac := hmac.New(sha256.New, []byte("the secret of yesterday"))
	mac.Write(body)
	for _, f := range c.CheckWebhook(contracts.Webhook{
		Request: contracts.Request{
			Method: "POST",
			Header: http.Header{"Content-Type": {"application/json"}, "X-Signature": {hex.EncodeToString(mac.Sum(nil))}},
			Body:   body,
		},
		Secrets: []string{"the secret of today"},
		At:      time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
	}) {
		fmt.Println(f.Kind, f.Place, f.Pointer)
		fmt.Println(" ", f.Problem)
	}
	// Output:
	// signature signature X-Signature
	//   "X-Signature" fits none of the secrets: the body was changed, or another secret signed it
}
