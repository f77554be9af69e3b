package contracts

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/emulator/sms"
)

// defaultTolerance is what the official verifiers of the trade allow.
const defaultTolerance = 5 * time.Minute

// signature is one of the ways in which a contract says that webhooks are signed.
type signature struct {
	scheme  string
	header  string // the one that holds the signature
	pointer string
	read    func(header http.Header, name string) (signed, error)
}

// signed is what the headers of a webhook claim.
type signed struct {
	at     string                     // Unix seconds; "" if the scheme has no time
	before string                     // goes before the body under the code
	codes  [][]byte                   // any of them may be right
	key    func(secret string) []byte // nil: the text of the secret
}

var schemes = map[string]func(http.Header, string) (signed, error){
	"standard-webhooks": standardWebhook,
	"timestamped":       timestamped,
	"body-hmac":         bodyHMAC,
}

func (c *Contract) readSignatures() ([]signature, error) {
	found, ok := jsonpointer.At(c.raw, "#/x-signature")
	if !ok {
		return nil, nil
	}
	list, ok := found.([]any)
	if !ok {
		return nil, &pointed{"#/x-signature", errors.New("it must be a list of schemes")}
	}
	var all []signature
	for i := range list {
		pointer := jsonpointer.Join("#/x-signature", strconv.Itoa(i))
		s := signature{scheme: jsonpointer.Text(c.raw, pointer+"/scheme"), header: jsonpointer.Text(c.raw, pointer+"/header"), pointer: pointer}
		if s.read = schemes[s.scheme]; s.read == nil {
			return nil, &pointed{pointer, fmt.Errorf("the scheme %q is not known; write standard-webhooks, timestamped or body-hmac", s.scheme)}
		}
		if s.scheme == "standard-webhooks" {
			s.header = "webhook-signature"
		}
		if s.header == "" {
			return nil, &pointed{pointer, errors.New("it needs header: the name of the header with the signature")}
		}
		s.header = textproto.CanonicalMIMEHeaderKey(s.header)
		all = append(all, s)
	}
	return all, nil
}

// signatureHeaders are those that the check of a signature looks at.
func (c *Contract) signatureHeaders() []string {
	var names []string
	for _, s := range c.signatures {
		names = append(names, s.header)
		if s.scheme == "standard-webhooks" {
			names = append(names, "Webhook-Id", "Webhook-Timestamp")
		}
	}
	return names
}

// signatures checks each way in which a webhook must be signed.
func (r *report) signatures(w Webhook) {
	if len(w.Secrets) == 0 {
		return
	}
	for _, s := range r.contract.signatures {
		if problem := s.problem(w); problem != "" {
			r.add(sms.FoundSignature, "signature", s.header, s.pointer, problem)
		}
	}
}

func (s signature) problem(w Webhook) string {
	claim, err := s.read(w.Header, s.header)
	if err != nil {
		return err.Error()
	}
	if !claim.holds(w) {
		return quote(s.header) + " fits none of the secrets: the body was changed, or another secret signed it"
	}
	if claim.at == "" || w.At.IsZero() {
		return ""
	}
	return stale(claim.at, w)
}

func (c signed) holds(w Webhook) bool {
	ok := false
	for _, secret := range w.Secrets {
		key := []byte(secret)
		if c.key != nil {
			key = c.key(secret)
		}
		sum := codeOf(key, c.before, w.Body)
		for _, code := range c.codes {
			ok = hmac.Equal(code, sum) || ok // no early end: constant time
		}
	}
	return ok
}

func stale(at string, w Webhook) string {
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return "the time of the signature is " + quote(at) + "; the contract says Unix seconds"
	}
	tolerance := w.Tolerance
	if tolerance == 0 {
		tolerance = defaultTolerance
	}
	off := w.At.Sub(time.Unix(seconds, 0)).Truncate(time.Second)
	switch {
	case off > tolerance:
		return fmt.Sprintf("the signature was made %s before the webhook came; at most %s is believed", off, tolerance)
	case -off > tolerance:
		return fmt.Sprintf("the signature is of a time %s after the webhook came; at most %s is believed", -off, tolerance)
	}
	return ""
}

func first(header http.Header, name string) (string, error) {
	values := valuesOf(header, textproto.CanonicalMIMEHeaderKey(name))
	if len(values) == 0 || values[0] == "" {
		return "", errors.New(quote(name) + " is missing; the contract says that every webhook is signed with it")
	}
	return values[0], nil
}

// standardWebhook reads the three headers of the Standard Webhooks specification.
func standardWebhook(header http.Header, name string) (signed, error) {
	var texts [3]string
	for i, name := range []string{"Webhook-Id", "Webhook-Timestamp", name} {
		var err error
		if texts[i], err = first(header, name); err != nil {
			return signed{}, err
		}
	}
	s := signed{at: texts[1], before: texts[0] + "." + texts[1] + ".", key: standardKey}
	for one := range strings.FieldsSeq(texts[2]) {
		if code, ok := strings.CutPrefix(one, "v1,"); ok {
			if sum, err := base64.StdEncoding.DecodeString(code); err == nil {
				s.codes = append(s.codes, sum)
			}
		}
	}
	if len(s.codes) == 0 {
		return signed{}, errors.New(quote(name) + " has no signature of the form v1,BASE64")
	}
	return s, nil
}

// standardKey is the base64 behind whsec_, or the bytes of a secret of no such form.
func standardKey(secret string) []byte {
	if key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_")); err == nil {
		return key
	}
	return []byte(secret)
}

// timestamped reads t=SECONDS,v1=HEX,v1=HEX.
func timestamped(header http.Header, name string) (signed, error) {
	text, err := first(header, name)
	if err != nil {
		return signed{}, err
	}
	var s signed
	for part := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch key {
		case "t":
			s.at = value
		case "v1":
			if sum, err := hex.DecodeString(value); err == nil {
				s.codes = append(s.codes, sum)
			}
		}
	}
	if s.at == "" || len(s.codes) == 0 {
		return signed{}, errors.New(quote(name) + " is not of the form t=SECONDS,v1=HEX")
	}
	s.before = s.at + "."
	return s, nil
}

// bodyHMAC reads lower-case hexadecimal digits.
func bodyHMAC(header http.Header, name string) (signed, error) {
	text, err := first(header, name)
	if err != nil {
		return signed{}, err
	}
	sum, err := hex.DecodeString(text)
	if err != nil || text != strings.ToLower(text) {
		return signed{}, errors.New(quote(name) + " is not made of lower-case hexadecimal digits")
	}
	return signed{codes: [][]byte{sum}}, nil
}
