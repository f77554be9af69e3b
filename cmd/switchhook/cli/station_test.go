package cli

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
)

func fetch(t *testing.T, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// A follower must not hold up the end; an application's call may finish.
func TestLeavingEndsStreamsAndServesApplications(t *testing.T) {
	t.Parallel()
	s, err := listen("127.0.0.1:0", emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	stream := fetch(t, s.url+client.Prefix+"/journal/stream")
	s.leave()
	if _, err := io.ReadAll(stream.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the stream ended with %v", err)
	}
	if res := fetch(t, s.url+"/"+firstProvider()+"/messages/x"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a call of an application got %d, want the provider's answer", res.StatusCode)
	}
}

func TestListenSaysThatAnAddressIsTaken(t *testing.T) {
	t.Parallel()
	s, err := listen("127.0.0.1:0", emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	_, err = listen(strings.TrimPrefix(s.url, "http://"), emulator.Options{})
	var p *problem
	if !errors.As(err, &p) || p.code != exitCouldNot || !strings.Contains(p.hint, "--addr 127.0.0.1:0") {
		t.Errorf("got %+v, want a problem that says how to take a free port", err)
	}
}
