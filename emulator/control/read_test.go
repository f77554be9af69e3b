package control

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/client"
)

// Whatever a body is, it is taken only if it is JSON, and what is wrong with it
// is the caller's error, never ours.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"where":{"kind":"marker"},"count":2,"timeout":"1s"}`, `{"after":1e400}`, `{"after":-1}`,
		`{"where":{},"where":{}}`, `[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]`, `{"where":{"body":"\ud800"}}`, "\xef\xbb\xbf{}", `{}{}`, "\"\x00\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(text))
		_, given, err := readOptional[client.Wait](r)
		switch {
		case err != nil:
			if p := problem(err); p.Status/100 != 4 || p.Detail == "" {
				t.Errorf("%q is refused with %+v", text, p)
			}
		case given && !json.Valid([]byte(text)):
			t.Errorf("%q is not JSON but was taken", text)
		}
	})
}
