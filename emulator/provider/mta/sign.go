package mta

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"net/http"

	"github.com/switchhook/switchhook/emulator/webhook"
)

// sign adds X-Signature: the HMAC-SHA256 of the body as it is, in lower-case
// hex. The key is the text of the secret. A registration has one secret, so
// only the newest signs.
func sign(r *http.Request, s webhook.Signing) {
	if len(s.Secrets) == 0 {
		return
	}
	mac := hmac.New(sha256.New, []byte(s.Secrets[0]))
	mac.Write(s.Body)
	r.Header.Set("X-Signature", hex.EncodeToString(mac.Sum(nil)))
}

// newSecret is 128 hex characters, the form that the vendor recommends.
func newSecret(entropy [32]byte) string {
	long := sha512.Sum512(entropy[:])
	return hex.EncodeToString(long[:])
}
