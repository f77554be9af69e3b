package webhook_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/webhook"
)

// own is where the emulator of these tests would listen.
var own = netip.MustParseAddrPort("127.0.0.1:7767")

func isOwn(at netip.AddrPort) bool { return at == own }

func TestCheckURL(t *testing.T) {
	t.Parallel()
	everywhere := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	for _, test := range []struct {
		url   string
		allow []netip.Prefix
		says  string // "" is taken
	}{
		{"http://127.0.0.1:3000/webhooks", nil, ""},
		{"https://127.0.0.1/webhooks?x=1", nil, ""},
		{"http://127.9.9.9:3000", nil, ""},
		{"http://[::1]:3000", nil, ""},
		{"http://[::ffff:127.0.0.1]:3000", nil, ""},
		{"HTTP://localhost:3000", nil, ""},
		{"http://app.example:3000", nil, ""}, // a name is checked when it is dialled
		{"http://8.8.8.8", everywhere, ""},
		{"http://[2001:4860:4860::8888]", everywhere, ""},
		{"http://10.1.2.3", []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, ""},

		{"", nil, "must begin with"},
		{"127.0.0.1:3000", nil, "cannot be read"},
		{"http://127.0.0.1:3000\n", nil, "cannot be read"},
		{"file:///etc/passwd", nil, "must begin with"},
		{"gopher://127.0.0.1", nil, "must begin with"},
		{"//127.0.0.1:3000", nil, "must begin with"},
		{"http:127.0.0.1:3000", nil, "no host"},
		{"http://:3000/x", nil, "no host"},
		{"http://user:pass@127.0.0.1", nil, "user name"},
		{"http://user@127.0.0.1", nil, "user name"},
		{"http://@127.0.0.1", nil, "user name"},
		{"http://127.0.0.1/#part", nil, "fragment"},
		{"http://127.0.0.1:0", nil, "port"},
		{"http://127.0.0.1:65536", nil, "port"},
		{"http://localhost:99999", nil, "port"},
		{"http://localhost:x", nil, "cannot be read"},

		{"http://2130706433", nil, "disguise"},
		{"http://0177.0.0.1", nil, "disguise"},
		{"http://0x7f.0.0.1", nil, "disguise"},
		{"http://0x7f000001", nil, "disguise"},
		{"http://0X7F000001", nil, "disguise"},
		{"http://127.1", nil, "disguise"},
		{"http://127.0.0.1.", nil, "disguise"},
		{"http://169.254.169.0xfe", everywhere, "disguise"},

		{"http://8.8.8.8", nil, "only loopback"},
		{"http://10.1.2.3", nil, "only loopback"},
		{"http://[2001:4860:4860::8888]", nil, "only loopback"},
		{"http://0.0.0.0:3000", everywhere, "never allowed"},
		{"http://[::]:3000", everywhere, "never allowed"},
		{"http://224.0.0.1", everywhere, "never allowed"},
		{"http://169.254.169.254/latest/meta-data", everywhere, "never allowed"},
		{"http://100.100.100.200", everywhere, "never allowed"},
		{"http://[fd00:ec2::254]", everywhere, "never allowed"},
		{"http://[fe80::1]", everywhere, "never allowed"},
		{"http://[fe80::1%25lo]", everywhere, "never allowed"},
		{"http://[::ffff:169.254.169.254]", everywhere, "never allowed"},
		{"http://[::169.254.169.254]", everywhere, "never allowed"},
		{"http://[64:ff9b::169.254.169.254]", everywhere, "never allowed"},
		{"http://[64:ff9b:1::a9fe:a9fe]", everywhere, "never allowed"},
		{"http://[2002:a9fe:a9fe::]", everywhere, "never allowed"},
		{"http://[2001:0:1234::5601:5601]", everywhere, "never allowed"},         // Teredo, inverted
		{"http://[2001:db8::5efe:169.254.169.254]", everywhere, "never allowed"}, // ISATAP

		// What wraps a loopback address does not lead to this machine.
		{"http://[2002:7f00:1::]", nil, "only loopback"},
		{"http://[64:ff9b::127.0.0.1]", nil, "only loopback"},
		{"http://[::127.0.0.1]", nil, "only loopback"},

		{"http://127.0.0.1:7767/hook", nil, "this emulator itself"},
		{"http://[::ffff:127.0.0.1]:7767/hook", nil, "this emulator itself"},
	} {
		t.Run(test.url, func(t *testing.T) {
			t.Parallel()
			err := webhook.Guard{Allow: test.allow, Deny: isOwn}.CheckURL(test.url)
			switch {
			case test.says == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.says != "" && err == nil:
				t.Error("taken")
			case test.says != "" && (!strings.Contains(err.Detail, test.says) || err.Fields["url"] == nil):
				t.Errorf("refused with %q about %v; want %q about url", err.Detail, err.Fields, test.says)
			}
		})
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{"http://127.0.0.1:3000/", "http://[64:ff9b::7f00:1]:1", "http://0x7f.1", "file:///x", "http://[fe80::1%25x]:0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := webhook.Guard{Deny: isOwn}.CheckURL(text)
		if err != nil && (err.Detail == "" || err.Fields["url"] == nil) {
			t.Errorf("%q is refused without a word", text)
		}
		if err == nil && !strings.HasPrefix(strings.ToLower(text), "http") {
			t.Errorf("%q is taken", text)
		}
	})
}
