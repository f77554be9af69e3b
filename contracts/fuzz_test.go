package contracts

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzRequestJSON(f *testing.F) {
	c := pigeon(f)
	for _, seed := range []string{`{"to":"+14155550100","text":"hi"}`, `{"to":[1e-999999999],"target":{}}`, `{"a":1,"a":2}`, `[[[[`, "\xff", `{"media":[null,{"url":7,"b":[]}]}`} {
		f.Add("/messages?tag[]=1", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, url string, body []byte) {
		again(t, c, Request{Method: "POST", URL: url, Header: jsonHead, Body: body})
	})
}

func FuzzRequestForm(f *testing.F) {
	c := pigeon(f)
	for _, seed := range []string{`To=a&Body=b`, `Rows[0][To]=x&Rows[]=7&Rows=x`, `Link[a][b][c][d][e][f][g][h][i]=1`, `%zz;=&[]=1&[`, `Ids[99999999999999999999]=1`} {
		f.Add("/forms/x/send?trace=1", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, url string, body []byte) {
		again(t, c, Request{Method: "POST", URL: url, Header: http.Header{"Content-Type": {formType}}, Body: body})
		again(t, c, Request{Method: "POST", URL: url, Header: http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}, Body: body})
	})
}

// again checks twice: the same must be found in the same order, never too much.
func again(t *testing.T, c *Contract, q Request) {
	t.Helper()
	found := c.CheckRequest(q)
	if diff := cmp.Diff(found, c.CheckRequest(q)); diff != "" {
		t.Fatalf("another order:\n%s", diff)
	}
	if len(found) > maxFindings+1 {
		t.Fatalf("%d findings", len(found))
	}
	resolves(t, c, found)
}

func FuzzAnswerXML(f *testing.F) {
	c := pigeon(f)
	for _, seed := range []string{
		`<PigeonResponse><Sid>a</Sid><Price/><Units>2</Units><Item/><Tags><Tag>a</Tag></Tags></PigeonResponse>`,
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, `<a><a><a>`, `<PigeonResponse version="1" version="2">x<Sid/>y</PigeonResponse>`, `<?xml version="1.0" encoding="latin1"?><a/>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a := Answer{Status: 200, Header: http.Header{"Content-Type": {"application/xml"}}, Body: body}
		found := c.CheckAnswer(Request{URL: "/messages/m1"}, a)
		if diff := cmp.Diff(found, c.CheckAnswer(Request{URL: "/messages/m1"}, a)); diff != "" {
			t.Fatalf("another order:\n%s", diff)
		}
		resolves(t, c, found)
	})
}
