package recording

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// Options of a Redactor. The zero value looks for shapes and names alone.
type Options struct {
	// Document is the contract's: it says what fields hold (x-sensitive), which
	// headers are signatures and how a webhook says its type. May be nil.
	Document *openapi3.T
	// Texts says that the words of message texts go, too.
	Texts bool
	// Secrets are known ones, which go wherever they stand.
	Secrets []string
	// Keep are numbers in E.164 that nobody has, and that mean something.
	Keep []string
}

// Redactor takes out of messages what must not be kept. What it puts there
// instead is the same for the same, for as long as it lives: the key that this
// hangs on is random and never written. It may be used by many goroutines.
type Redactor struct {
	mu      sync.Mutex
	key     []byte
	guide   *guide
	texts   bool
	numbers numbers
	invented
	learned map[string]string        // secrets seen, and what they became
	swap    *strings.Replacer        // of learned; nil if it has to be made
	found   func(what, value string) // told of all that is replaced
}

// What bounds the memory of secrets that were seen.
const (
	maxLearned = 2000
	minLearned = 10 // characters: shorter ones stand in other words by chance
)

// NewRedactor makes a Redactor with a key of its own.
func NewRedactor(o Options) *Redactor {
	r := &Redactor{key: make([]byte, 32), guide: newGuide(o.Document), texts: o.Texts, learned: map[string]string{}, found: func(string, string) {}}
	_, _ = rand.Read(r.key) // it never fails
	r.numbers = numbers{hash: r.hash, given: map[string]string{}, taken: map[string]bool{}, keep: map[string]bool{}}
	r.invented = invented{given: map[string]string{}, taken: map[string]bool{}}
	for _, n := range o.Keep {
		r.numbers.keep[n] = true
	}
	for _, s := range o.Secrets {
		if s != "" {
			r.learned[s] = r.learn(s)
		}
	}
	return r
}

// Redacted are the words for what r takes out, as a recording says them.
func (r *Redactor) Redacted() []string {
	all := []string{"secrets", "numbers", "emails", "names"}
	if r.texts {
		all = append(all, "texts")
	}
	return all
}

// HAR takes out of a whole recording what must not be kept.
func (r *Redactor) HAR(h *HAR) {
	for i := range h.Log.Entries {
		r.Entry(&h.Log.Entries[i])
	}
	r.Again(h)
	h.Log.Comment = r.Text(h.Log.Comment)
	if h.Log.Switchhook == nil {
		h.Log.Switchhook = &Switchhook{Version: ourVersion}
	}
	known := append(h.Log.Switchhook.Redacted, r.Redacted()...)
	slices.Sort(known)
	h.Log.Switchhook.Redacted = slices.Compact(known)
}

// Again takes out what was only later seen to be a secret.
func (r *Redactor) Again(h *HAR) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range h.Log.Entries {
		e := &h.Log.Entries[i]
		e.Request.URL = r.forget(e.Request.URL)
		e.Request.QueryString = queryOf(e.Request.URL)
		again := func(pairs []Pair) []Pair {
			pairs = slices.Clone(pairs)
			for j := range pairs {
				pairs[j].Value = r.forget(pairs[j].Value)
			}
			return pairs
		}
		e.Request.Headers, e.Response.Headers = again(e.Request.Headers), again(e.Response.Headers)
		if body, err := e.Request.Body(); err == nil && len(body) > 0 {
			e.Request.SetBody(e.Request.PostData.MimeType, []byte(r.forget(string(body))))
		}
		if body, err := e.Response.Body(); err == nil && len(body) > 0 {
			e.Response.SetBody(e.Response.Content.MimeType, []byte(r.forget(string(body))))
		}
	}
}

// Text takes out of a text what looks like a secret, a number or an address.
func (r *Redactor) Text(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.scan(text, false)
}

func (r *Redactor) mac(text string) []byte {
	m := hmac.New(sha256.New, r.key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

func (r *Redactor) hash(text string) uint64 { return asNumber(r.mac(text)) }

// fingerprint stands for a secret: the same for the same.
func (r *Redactor) fingerprint(secret string) string {
	if secret == "" || marked.MatchString(secret) {
		return secret
	}
	r.found("secret", secret)
	return r.learn(secret)
}

// learn remembers a secret, so that it is known wherever it stands.
func (r *Redactor) learn(secret string) string {
	stand := "REDACTED-" + hex.EncodeToString(r.mac("secret " + secret)[:4])
	if r.learned[secret] == "" && distinctive(secret) && len(r.learned) < maxLearned {
		r.learned[secret] = stand
		r.swap = nil
	}
	return stand
}

// distinctive reports whether a secret is none that stands elsewhere by chance,
// as "enabled" under "auth" is.
func distinctive(secret string) bool {
	digits := strings.ContainsAny(secret, "0123456789")
	return len(secret) >= minLearned && (digits || len(secret) >= 2*minLearned) &&
		strings.Trim(secret, "+0123456789 ") != ""
}

// forget replaces secrets that are known.
func (r *Redactor) forget(text string) string {
	if len(r.learned) == 0 || len(text) < minLearned {
		return text
	}
	if r.swap == nil {
		var pairs []string
		for secret, stand := range r.learned {
			pairs = append(pairs, secret, stand)
		}
		r.swap = strings.NewReplacer(pairs...)
	}
	return r.swap.Replace(text)
}

// invented are names and addresses that stand for others.
type invented struct {
	given map[string]string
	taken map[string]bool
}

// invent is what make says at the first try that is not taken.
func (v invented) invent(real string, make func(try uint64) string) string {
	if stand, ok := v.given[real]; ok {
		return stand
	}
	if len(v.given) >= maxNumbers {
		return "REDACTED"
	}
	try := uint64(0)
	stand := make(try)
	for v.taken[stand] {
		try++
		stand = make(try)
	}
	v.given[real], v.taken[stand] = stand, true
	return stand
}

// address is the invented one that stands for an e-mail address.
func (r *Redactor) address(local, at, host string) string {
	if reserved.MatchString(host) {
		return local + at + host
	}
	real := "email " + strings.ToLower(local+"@"+host)
	r.found("email", local+at+host)
	seed := r.hash(real)
	stand := r.invent(real, func(try uint64) string {
		return fmt.Sprintf("person-%04x@example.com", seed%0x10000+try)
	})
	return strings.Replace(stand, "@", at, 1)
}

// Parts of names that nobody has.
var (
	givenNames  = []string{"Abelo", "Brisa", "Cendo", "Darvi", "Elsin", "Fanu", "Gorin", "Hesla", "Ilvo", "Jorsa", "Kelmi", "Lunor", "Mirza", "Nelbo", "Orfin", "Pesca"}
	familyNames = []string{"Ambrel", "Bostin", "Corvale", "Dremmin", "Estorf", "Fenwal", "Grendo", "Halvik", "Istrell", "Jannoth", "Korvin", "Lestram", "Morvane", "Nostrel", "Ostwin", "Pelmar"}
)

// person is the invented name that stands for one, with as many words as a
// name of one word or of several has.
func (r *Redactor) person(name string) string {
	if isInvented(name) || strings.TrimSpace(name) == "" || marked.MatchString(name) {
		return name
	}
	r.found("name", name)
	seed, several := r.hash("name "+name), strings.Contains(strings.TrimSpace(name), " ")
	return r.invent("name "+name, func(try uint64) string {
		n := seed%1024 + try
		stand := givenNames[n%16]
		if several || n >= 1024 {
			stand += " " + familyNames[n/16%16]
		}
		if try >= 16 {
			stand += fmt.Sprint(" ", try)
		}
		return stand
	})
}

func isInvented(name string) bool {
	parts := strings.Fields(name)
	return len(parts) > 0 && len(parts) <= 3 && slices.Contains(givenNames, parts[0]) &&
		(len(parts) == 1 || slices.Contains(familyNames, parts[1]) || strings.Trim(parts[1], "0123456789") == "")
}
