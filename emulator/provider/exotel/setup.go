package exotel

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// defaultSender is the sender id that an ExoPhone sends under.
const defaultSender = "EMUSMS"

// What keys and tokens begin with, so that everyone sees that they are fake.
const (
	keyPrefix   = "fakekey"
	tokenPrefix = "faketoken"
	secretChars = 24
)

// setup makes an account with two ExoPhones.
func setup(mint provider.Mint) provider.Setup {
	account := sms.Account{
		ID: mint(sms.KindAccount), Provider: "exotel", Name: "Switchhook",
		Lines: []sms.Line{
			{ID: mint(sms.KindLine), Number: "+911140000000", Kind: sms.LongCode, Name: "01140000000"},
			{ID: mint(sms.KindLine), Number: "+911140000001", Kind: sms.LongCode, Name: "01140000001"},
		},
	}
	token := tokenPrefix + mint(sms.KindEvent)[:secretChars]
	key := keyOf(token)
	return provider.Setup{
		Account: account,
		Key:     key + ":" + token,
		Env: map[string]string{
			"sid":          account.ID,
			"key":          key,
			"token":        token,
			"number":       string(account.Lines[0].Number),
			"number2":      string(account.Lines[1].Number),
			"sender":       defaultSender,
			"dlt_entity":   dltEntity,
			"dlt_template": dltTemplates[0].id,
		},
	}
}

// fixed is the account of the default sandbox.
func fixed(s provider.Setup) provider.Setup {
	token := tokenPrefix + "switchhook0fake0switchho"
	s.Account.ID = "switchhook1"
	s.Key = keyOf(token) + ":" + token
	s.Env["sid"], s.Env["key"], s.Env["token"] = s.Account.ID, keyOf(token), token
	return s
}

// keyOf makes the key that belongs to a token. That lets an old client, which
// gives the account sid where newer ones give the key, be known by its token.
func keyOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return keyPrefix + hex.EncodeToString(sum[:])[:secretChars]
}

// credential is "key:token" of HTTP Basic, also for callers that give the sid
// for the key; serve holds the sid against the account. Anything else that is
// given is returned whole: it is refused as unknown and not as missing.
func credential(r *http.Request) string {
	user, token, ok := r.BasicAuth()
	switch {
	case !ok:
		return strings.TrimSpace(r.Header.Get("Authorization"))
	case user == "" || token == "":
		return ""
	case isKey(user):
		return user + ":" + token
	}
	return keyOf(token) + ":" + token
}

func isKey(user string) bool { return strings.HasPrefix(user, keyPrefix) }

// newID is 32 hexadecimal digits; an account sid is a short name.
func newID(kind sms.Kind, _ uint64, _ time.Time, entropy [16]byte) string {
	text := hex.EncodeToString(entropy[:])
	if kind == sms.KindAccount {
		return "switchhook" + text[:6]
	}
	return text
}

func newSecret(entropy [32]byte) string { return hex.EncodeToString(entropy[:16]) }
