package surge

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

func TestFetchAttachment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(t, `{"to":"+18015550142","attachments":[{"url":"https://acme.com/a%20b.png?x=<1>"}]}`)
	id := w.messages(t)[0].Media[0].ID
	for _, path := range []string{"/attachments/" + id, "/attachments/" + id + "/file"} {
		got := w.call(t, "GET", path, "")
		if got.status != 302 || got.header.Get("Location") != "https://acme.com/a%20b.png?x=<1>" || got.body != "" {
			t.Errorf("%s: %d %v %q", path, got.status, got.header, got.body)
		}
	}
	for _, path := range []string{"/attachments/att_none", "/attachments/att_none/file"} {
		if got := w.call(t, "GET", path, ""); got.status != 404 || slug(t, got) != "not_found" {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

func TestAttachmentURLs(t *testing.T) {
	t.Parallel()
	blocked := map[string]string{
		"ftp://acme.com/a.png":               "begin with",
		"file:///etc/passwd":                 "not a valid",
		"javascript:alert(1)":                "not a valid",
		"data:image/png;base64,AAAA":         "not a valid",
		"//acme.com/a.png":                   "begin with",
		"acme.com/a.png":                     "not a valid",
		"https:acme.com":                     "not a valid",
		"https://":                           "not a valid",
		"https://acme.com/\u0007":            "not a valid",
		"https://[::1":                       "not a valid",
		"http://localhost/a.png":             "public",
		"http://LOCALHOST.:8080/a.png":       "public",
		"http://app.localhost/a.png":         "public",
		"http://printer.local/a.png":         "public",
		"http://svc.internal/a.png":          "public",
		"http://a.test./a.png":               "public",
		"http://./a.png":                     "public",
		"http://127.0.0.1/a.png":             "public",
		"http://127.0.0.1./a.png":            "public",
		"http://10.1.2.3/a.png":              "public",
		"http://172.16.0.1/a.png":            "public",
		"http://172.31.255.255/a.png":        "public",
		"http://192.168.1.1/a.png":           "public",
		"http://169.254.169.254/a.png":       "public",
		"http://100.64.0.1/a.png":            "public",
		"http://0.0.0.0/a.png":               "public",
		"http://255.255.255.255/a.png":       "public",
		"http://224.0.0.1/a.png":             "public",
		"http://user:pw@10.0.0.1/a.png":      "public",
		"http://2130706433/a.png":            "public",
		"http://0x7f000001/a.png":            "public",
		"http://0X7F.1/a.png":                "public",
		"http://017700000001/a.png":          "public",
		"http://0177.0.0.1/a.png":            "public",
		"http://127.1/a.png":                 "public",
		"http://10.66051/a.png":              "public",
		"http://0/a.png":                     "public",
		"http://0x/a.png":                    "public",
		"http://１２７.0.0.1/a.png":             "public",
		"http://127。0。0。1/a.png":             "public",
		"http://ｌocalhost/a.png":             "public",
		"http://[::1]/a.png":                 "public",
		"http://[::]/a.png":                  "public",
		"http://[fe80::1%25eth0]/a.png":      "public",
		"http://[fd00::1]/a.png":             "public",
		"http://[ff02::1]/a.png":             "public",
		"http://[::ffff:10.0.0.1]/a.png":     "public",
		"http://[::ffff:a9fe:a9fe]/a.png":    "public",
		"http://[::127.0.0.1]/a.png":         "public",
		"http://[64:ff9b::169.254.1.1]/a":    "public",
		"http://[64:ff9b:1::8.8.8.8]/a.png":  "public",
		"http://[2002:7f00:1::]/a.png":       "public",
		"http://[2002:c0a8:101::1]:80/a.png": "public",
		"http://1.2.3.4.5/a.png":             "public",
		"http://999.1.1.1/a.png":             "public",
		"":                                   "can't be blank",
	}
	for text, want := range blocked {
		if _, complaint := checkURL(text); !strings.Contains(complaint, want) {
			t.Errorf("%q: %q, want %q", text, complaint, want)
		}
	}
	for _, text := range []string{
		"https://acme.com/a.png", "HTTP://acme.com:8080/a.png", "https://xn--nxasmq6b.example/a", "https://testing.local.acme.com/a",
		"http://8.8.8.8/a.png", "http://172.32.0.1/a.png", "http://100.128.0.1/a", "http://134744072/a", "http://[2606:4700::1111]/a",
		"http://[::ffff:8.8.8.8]/a", "http://[2002:808:808::]/a", "https://localhost.com/a", "https://bücher.example/a.png",
	} {
		if _, complaint := checkURL(text); complaint != "" {
			t.Errorf("%q: %s", text, complaint)
		}
	}
}

func TestAttachmentsRefused(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		`{"url":"https://a.co/x"}`:            `{"attachments":["is invalid"]}`,
		`"https://a.co/x.png"`:                `{"attachments":["is invalid"]}`,
		`["https://a.co/x.png"]`:              `{"attachments":["is invalid"]}`,
		`[{}]`:                                `{"attachments":["url can't be blank"]}`,
		`[null]`:                              `{"attachments":["url can't be blank"]}`,
		`[{"url":null}]`:                      `{"attachments":["url can't be blank"]}`,
		`[{"url":7}]`:                         `{"attachments":["url is invalid"]}`,
		`[{"url":"http://10.0.0.1/x"}]`:       `{"attachments":["url must be publicly accessible"]}`,
		`[{"url":"ftp://a.co"},{"url":null}]`: `{"attachments":["url must begin with http:// or https://"]}`,
		`[]`:                                  `{"body":["can't be blank"]}`,
		`null`:                                `{"body":["can't be blank"]}`,
	} {
		got := newWorld(t).send(t, `{"to":"+18015550142","attachments":`+sent+`}`)
		if got.status != 422 || !strings.Contains(got.body, `"detail":`+want+`}`) {
			t.Errorf("%s: %d %s, want %s", sent, got.status, got.body, want)
		}
	}
}

func TestMediaKinds(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a.jpg": "image", "A.JPEG": "image", "a.b.png": "image", "a.gif": "image", "a.mp4": "video", "a.3gp": "video",
		"a.vcf": "contact", "a.pdf": "file", "a.txt": "file", "a.ics": "file", "a.mp3": "file",
		"": "file", "media/17": "file", "v1.2/media": "file", "release-1.2": "file", "ends.": "file",
		"a.exe": "", "a.zip": "", "a.HTML": "", "a.js": "", "a.svg": "", "a.png.exe": "",
	} {
		got := newWorld(t).send(t, `{"to":"+18015550142","attachments":[{"url":"https://acme.com/`+name+`?q=.png"}]}`)
		switch {
		case want == "" && (got.status != 422 || slug(t, got) != "invalid_content_type"):
			t.Errorf("%s: %d %s", name, got.status, got.body)
		case want != "" && (got.status != 201 || !strings.Contains(got.body, `"type":"`+want+`"`)):
			t.Errorf("%s: %d %s, want %s", name, got.status, got.body, want)
		}
	}
}

// FuzzURL holds that what is let through is http and no private literal.
func FuzzURL(f *testing.F) {
	for _, seed := range []string{"http://2130706433/", "https://acme.com/a.png", "http://[::ffff:7f00:1]/", "http://0x7f.1", "http://a%41.co"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, complaint := checkURL(text)
		if complaint != "" {
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" {
			t.Errorf("%q is let through as %s", text, u.Scheme)
		}
		ip, err := netip.ParseAddr(u.Hostname())
		if err == nil && (ip.Unmap().IsPrivate() || ip.Unmap().IsLoopback() || ip.Unmap().IsLinkLocalUnicast()) {
			t.Errorf("%q is let through, to %s", text, ip)
		}
	})
}

// FuzzLooseIPv4 holds that one address is judged alike in all its spellings.
func FuzzLooseIPv4(f *testing.F) {
	f.Add(uint32(0x7f000001))
	f.Add(uint32(0x08080808))
	f.Fuzz(func(t *testing.T, n uint32) {
		plain := fmt.Sprintf("%d.%d.%d.%d", n>>24, n>>16&255, n>>8&255, n&255)
		want := publicHost(plain)
		for _, form := range []string{"%d", "0x%x", "0%o"} {
			if host := fmt.Sprintf(form, n); publicHost(host) != want {
				t.Errorf("%s is public: %v, but %s: %v", plain, want, host, !want)
			}
		}
	})
}
