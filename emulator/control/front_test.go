package control_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/control"
)

func TestFrontPage(t *testing.T) {
	t.Parallel()
	const token = "s3cret"
	w := start(t, control.Options{Token: token, Version: "v1.2.3"})
	res, err := http.Get(w.url + "/") // as a browser does, which has no token
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Fatalf("%d %s, %v", res.StatusCode, res.Header.Get("Content-Type"), err)
	}
	box, err := w.Sandbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	own, page := box.Providers[w.provider], string(data)
	for _, want := range []string{
		"Switchhook v1.2.3: ", w.url + "/" + w.provider + "\n", w.url + client.Prefix + "\n", w.url + client.Prefix + "/openapi.json ",
		"switchhook env " + w.provider + " --emulator " + w.url + ")", "switchhook text --emulator " + w.url + " +18015550142 " + own["number"] + " ",
		"switchhook tail --emulator " + w.url + "\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	for name, secret := range map[string]string{"token": token, "key": own["key"], "signing secret": own["secret"]} {
		if secret == "" || strings.Contains(page, secret) {
			t.Errorf("the page tells the %s %q:\n%s", name, secret, page)
		}
	}
}
