package surge

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/webhook"
)

const secretPrefix = "whsec_"

// sign adds both schemes that Surge sends today: Standard Webhooks, and the
// deprecated Surge-Signature. Every active secret signs in both.
func sign(r *http.Request, s webhook.Signing) {
	stamp := strconv.FormatInt(s.Time.Unix(), 10)
	r.Header.Set("Webhook-Id", s.ID)
	r.Header.Set("Webhook-Timestamp", stamp)
	if len(s.Secrets) == 0 {
		return
	}
	var standard []string
	old := []string{"t=" + stamp}
	for _, secret := range s.Secrets {
		mac := digest(standardKey(secret), s.ID+"."+stamp+".", s.Body)
		standard = append(standard, "v1,"+base64.StdEncoding.EncodeToString(mac))
		// Surge-Signature keys with the secret's text as it is, prefix included.
		old = append(old, "v1="+hex.EncodeToString(digest([]byte(secret), stamp+".", s.Body)))
	}
	r.Header.Set("Webhook-Signature", strings.Join(standard, " "))
	r.Header.Set("Surge-Signature", strings.Join(old, ","))
}

// standardKey is what follows whsec_, decoded. A secret of any other form is
// used as it is.
func standardKey(secret string) []byte {
	if text, ok := strings.CutPrefix(secret, secretPrefix); ok {
		if key, err := base64.StdEncoding.DecodeString(text); err == nil {
			return key
		}
	}
	return []byte(secret)
}

func digest(key []byte, head string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(head))
	mac.Write(body)
	return mac.Sum(nil)
}

func newSecret(entropy [32]byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(entropy[:])
}
