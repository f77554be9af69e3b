package contracts

import (
	"bytes"
	"context"
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

var typical = []byte(`{"to":"+14155550100","text":"Your order 4411","from":null,"priority":"high","parts":1,"callback":"https://app.example/hooks/messages","metadata":{"order":"4411"},"media":[{"url":"https://app.example/a.png","kind":"image"}]}`)

func BenchmarkCheckRequest(b *testing.B) {
	c := pigeon(b)
	q := Request{Method: "POST", URL: "/messages?dry_run=true", Header: jsonHead, Body: typical}
	b.ReportAllocs()
	for b.Loop() {
		if found := c.CheckRequest(q); found != nil {
			b.Fatal(found)
		}
	}
}

// BenchmarkKinOpenAPI is the library's own check of the same request, to hold
// ours against.
func BenchmarkKinOpenAPI(b *testing.B) {
	c := pigeon(b)
	item := c.Document().Paths.Value("/messages")
	// Its routers would have to find the route too; that much is left out here.
	route := &routers.Route{Spec: c.Document(), Path: "/messages", PathItem: item, Method: "POST", Operation: item.Post}
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequest("POST", "/messages?dry_run=true", bytes.NewReader(typical))
		if err != nil {
			b.Fatal(err)
		}
		r.Header = jsonHead
		if err := openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
			Request: r, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, name := range Names() {
		text, err := documents.ReadFile(name + "/" + file)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := read(name, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
