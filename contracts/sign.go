package contracts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Signing is what a signature is made of besides the body.
type Signing struct {
	// ID names the webhook, where a scheme signs a name; "" takes the one that
	// stands in the header already.
	ID string
	// At goes into signatures that have a time.
	At time.Time
	// Secrets sign, each of them where a header holds several signatures, else
	// the first.
	Secrets []string
}

// Sign puts signatures over a body into a header, in every way in which the
// contract says that webhooks are signed. Those that stood there are replaced.
// Without secrets none is made.
func (c *Contract) Sign(header http.Header, body []byte, by Signing) {
	if len(by.Secrets) == 0 {
		return
	}
	for _, s := range c.signatures {
		makers[s.scheme](header, s.header, body, by)
	}
}

// Signs reports whether the vendor signs its webhooks.
func (c *Contract) Signs() bool { return len(c.signatures) > 0 }

// SignatureHeaders are the headers that Sign sets, in canonical form.
func (c *Contract) SignatureHeaders() []string {
	names := c.signatureHeaders()
	slices.Sort(names)
	return slices.Compact(names)
}

// makers are the other side of schemes.
var makers = map[string]func(header http.Header, name string, body []byte, by Signing){
	"standard-webhooks": signStandard,
	"timestamped":       signTimestamped,
	"body-hmac":         signBody,
}

func signStandard(header http.Header, name string, body []byte, by Signing) {
	if by.ID == "" {
		by.ID = header.Get("Webhook-Id")
	}
	stamp := strconv.FormatInt(by.At.Unix(), 10)
	var codes []string
	for _, secret := range by.Secrets {
		code := codeOf(standardKey(secret), by.ID+"."+stamp+".", body)
		codes = append(codes, "v1,"+base64.StdEncoding.EncodeToString(code))
	}
	header.Set("Webhook-Id", by.ID)
	header.Set("Webhook-Timestamp", stamp)
	header.Set(name, strings.Join(codes, " "))
}

func signTimestamped(header http.Header, name string, body []byte, by Signing) {
	stamp := strconv.FormatInt(by.At.Unix(), 10)
	parts := []string{"t=" + stamp}
	for _, secret := range by.Secrets {
		parts = append(parts, "v1="+hex.EncodeToString(codeOf([]byte(secret), stamp+".", body)))
	}
	header.Set(name, strings.Join(parts, ","))
}

func signBody(header http.Header, name string, body []byte, by Signing) {
	header.Set(name, hex.EncodeToString(codeOf([]byte(by.Secrets[0]), "", body)))
}

func codeOf(key []byte, before string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(before))
	mac.Write(body)
	return mac.Sum(nil)
}
