package contracts

import (
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// headers checks those that are declared, but for those in skip.
func (r *report) headers(declared []parameter, header http.Header, skip []string) {
	for i := range declared {
		p := &declared[i]
		if p.in != "header" || slices.Contains(skip, p.name) {
			continue
		}
		r.parameter(p, "header", valuesOf(header, p.name))
	}
}

// valuesOf finds a header whether or not its name is in canonical form.
func valuesOf(header http.Header, canonical string) []string {
	if values, ok := header[canonical]; ok {
		return values
	}
	for name, values := range header {
		if textproto.CanonicalMIMEHeaderKey(name) == canonical {
			return values
		}
	}
	return nil
}

// strangeHeaders notes headers of the caller's own that no provider reads, such
// as an idempotency key that it relies on in vain.
func (r *report) strangeHeaders(o *Operation, header http.Header) {
	for name := range header {
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		if standard[canonical] || o.readsHeader(canonical) || slices.ContainsFunc(ownPrefixes, func(p string) bool { return strings.HasPrefix(canonical, p) }) {
			continue
		}
		r.add(r.strange, "header", canonical, o.pointer, quote(canonical)+" is sent; the contract names no such header")
	}
}

func (o *Operation) readsHeader(canonical string) bool {
	for i := range o.parameters {
		if p := &o.parameters[i]; p.in == "header" && p.name == canonical {
			return true
		}
	}
	for _, way := range o.security {
		for _, k := range way {
			if k.in == "header" && k.name == canonical {
				return true
			}
		}
	}
	return false
}

// credentials asks for one of the ways in which a caller can say who it is.
// Whether the credential is known is not for a contract to say.
func (r *report) credentials(o *Operation, header http.Header, query []pair) {
	if len(o.security) == 0 {
		return
	}
	for _, way := range o.security {
		if !slices.ContainsFunc(way, func(k credential) bool { return !k.given(header, query) }) {
			return
		}
	}
	k := o.security[0][0]
	problem := quote(k.name) + " is missing; the contract asks for a credential"
	if k.in == "header" && len(valuesOf(header, k.name)) > 0 {
		problem = quote(k.name) + " is of a kind that the contract does not name; it says " + quote(k.wants())
	}
	r.add(sms.FoundMissing, k.in, k.name, k.pointer, problem)
}

func (k credential) wants() string {
	if k.scheme == "" {
		return "any text"
	}
	return strings.ToUpper(k.scheme[:1]) + k.scheme[1:] + "…"
}

func (k credential) given(header http.Header, query []pair) bool {
	switch k.in {
	case "header":
		return slices.ContainsFunc(valuesOf(header, k.name), func(v string) bool {
			return len(v) > len(k.scheme) && strings.EqualFold(v[:len(k.scheme)], k.scheme)
		})
	case "query":
		return slices.ContainsFunc(query, func(kv pair) bool { return kv.key == k.name })
	}
	return true // a cookie, a client certificate: not seen here
}

// standard are the headers that HTTP itself, browsers, proxies and tracers
// give a meaning to, whoever the server is.
var standard = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range strings.Fields(`
		A-Im Accept Accept-Charset Accept-Datetime Accept-Encoding Accept-Language Access-Control-Request-Headers
		Access-Control-Request-Method Alt-Used Authorization B3 Baggage Cache-Control Cdn-Loop Connection Content-Digest
		Content-Disposition Content-Encoding Content-Language Content-Length Content-Location Content-Md5 Content-Type Cookie Date
		Device-Memory Digest Dnt Downlink Dpr Early-Data Ect Expect Forwarded From Host Http2-Settings If-Match
		If-Modified-Since If-None-Match If-Range If-Unmodified-Since Keep-Alive Max-Forwards Origin Pragma Prefer Priority
		Proxy-Authorization Proxy-Connection Range Referer Repr-Digest Request-Id Rtt Save-Data Sentry-Trace
		Te Traceparent Tracestate Trailer Transfer-Encoding Upgrade Upgrade-Insecure-Requests Uber-Trace-Id User-Agent Via
		Want-Content-Digest Want-Digest Want-Repr-Digest Warning X-Amzn-Trace-Id X-Cloud-Trace-Context X-Http-Method-Override
		X-Real-Ip X-Request-Id X-Requested-With X-Correlation-Id`) {
		names[name] = true
	}
	return names
}()

// ownPrefixes begin the names of headers that browsers, proxies, tracers and
// generated clients add about themselves.
var ownPrefixes = []string{"Sec-", "X-B3-", "X-Datadog-", "X-Envoy-", "X-Forwarded-", "X-Stainless-"}
