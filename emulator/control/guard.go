package control

import (
	"crypto/subtle"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
)

// maxBody bounds the body of every call.
const maxBody = 1 << 20

// gate is the one chain before every route, streams included.
type gate struct {
	hosts   []string // that a Host header may hold
	token   string
	open    map[string]bool // paths that need no token: probes have none, and learn nothing
	origins *http.CrossOriginProtection
	next    http.Handler
}

// ServeHTTP lets a request through or says why not. The order matters:
// protection against other origins compares with the Host header, so that
// comes first.
func (g gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, check := range []func(*http.Request) error{g.checkHost, g.checkOrigin, g.checkToken, checkContent} {
		if err := check(r); err != nil {
			refuse(w, r, err)
			return
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	g.next.ServeHTTP(w, r)
}

// checkHost stops a page that had its own name point to this machine.
func (g gate) checkHost(r *http.Request) error {
	name := r.Host
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	name = strings.Trim(name, "[]")
	if slices.ContainsFunc(g.hosts, func(h string) bool { return strings.EqualFold(h, name) }) {
		return nil
	}
	return &refusal{
		http.StatusForbidden, "host-refused",
		"the Host header does not name this machine; call localhost or 127.0.0.1, or allow the name when the emulator starts",
	}
}

// checkOrigin stops other sites in a browser on this machine. Reads are held to
// the same rule as changes, because the record is nobody else's to read.
func (g gate) checkOrigin(r *http.Request) error {
	asChange := *r
	asChange.Method = http.MethodPost
	if g.origins.Check(&asChange) == nil {
		return nil
	}
	return &refusal{
		http.StatusForbidden, "cross-origin",
		"the control API takes no calls from pages of other origins; call it from a program or from the emulator's own page",
	}
}

// checkToken never looks at the query: addresses end up in logs and histories.
func (g gate) checkToken(r *http.Request) error {
	if g.token == "" || g.open[r.URL.Path] {
		return nil
	}
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare([]byte(given), []byte(g.token)) == 1 {
		return nil
	}
	return &refusal{
		http.StatusUnauthorized, "token-needed",
		"this emulator was given a control token; send it in the header \"Authorization: Bearer TOKEN\"",
	}
}

// checkContent takes JSON only, which no form of another site can send.
func checkContent(r *http.Request) error {
	if r.ContentLength == 0 {
		return nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return &refusal{
			http.StatusUnsupportedMediaType, "unsupported",
			"a body must be JSON; send the header \"Content-Type: application/json\"",
		}
	}
	if r.Header.Get("Content-Encoding") != "" {
		return &refusal{http.StatusUnsupportedMediaType, "unsupported", "a body must not be compressed; send it as it is"}
	}
	return nil
}
