package recording

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// url is an address without what must not be kept; m, if not nil, says what
// its parts hold.
func (r *Redactor) url(text string, m *message) string {
	rest, fragment, hasFragment := strings.Cut(text, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	scheme, rest, absolute := strings.Cut(rest, "://")
	out := ""
	if !absolute {
		rest = scheme
	} else {
		host := rest
		host, rest, _ = strings.Cut(rest, "/")
		if len(rest) > 0 || strings.HasSuffix(text, "/") {
			rest = "/" + rest
		}
		out = scheme + "://" + r.authority(host)
	}
	out += r.path(rest, m)
	if hasQuery {
		out += "?" + r.form(query, m, "query")
	}
	if hasFragment {
		out += "#" + r.form(fragment, nil, "")
	}
	return r.forget(out)
}

// elsewhere is an address with an invented host, unless everybody knows the
// host: the provider's, one that is reserved for examples, this machine.
func (r *Redactor) elsewhere(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || r.guide.hosts[u.Host] || reserved.MatchString(u.Hostname()) || isHere(u.Hostname()) {
		return text
	}
	seed := r.hash("host " + u.Host)
	u.Host = r.invent("host "+u.Host, func(try uint64) string {
		return fmt.Sprintf("host-%04x.example.com", seed%0x10000+try)
	})
	return u.String()
}

func isHere(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func (r *Redactor) authority(host string) string {
	at := strings.LastIndexByte(host, '@')
	if at < 0 {
		return host
	}
	if host[:at] != "REDACTED" {
		for part := range strings.SplitSeq(host[:at], ":") {
			r.fingerprint(unescaped(part))
		}
	}
	return "REDACTED" + host[at:]
}

// path is the segments of a path, each by what the contract says it holds.
func (r *Redactor) path(path string, m *message) string {
	segments := strings.Split(path, "/")
	offset := len(segments)
	if m != nil && len(m.path) > 0 {
		offset = len(segments) - len(m.path)
	}
	for i, s := range segments {
		text, err := url.PathUnescape(s)
		if err != nil {
			text = s
		}
		k := unmarked
		if i >= offset && offset >= 0 && strings.HasPrefix(m.path[i-offset], "{") {
			k = m.parameters[place("path", strings.Trim(m.path[i-offset], "{}"))]
		} else if i > 0 && NamesSecret(segments[i-1]) && distinctive(text) {
			k = secretKind
		}
		if after := r.value(k, "", text); after != text {
			segments[i] = url.PathEscape(after)
		}
	}
	return strings.Join(segments, "/")
}

// form is the fields of a form or a query, each by its name.
func (r *Redactor) form(text string, m *message, in string) string {
	parts := strings.Split(text, "&")
	for i, part := range parts {
		escapedName, escapedValue, assigned := strings.Cut(part, "=")
		name, value := unescaped(escapedName), unescaped(escapedValue)
		if after := r.scan(name, false); after != name {
			escapedName = url.QueryEscape(after)
		}
		k := unmarked
		switch {
		case m != nil && in == "query":
			k = m.parameter(in, name)
		case m != nil:
			k = m.field(splitField(name))
		}
		if after := r.value(k, name, value); after != value {
			escapedValue = url.QueryEscape(after)
		}
		if parts[i] = escapedName; assigned {
			parts[i] += "=" + escapedValue
		}
	}
	return strings.Join(parts, "&")
}

// headers are header lines without what must not be kept.
func (r *Redactor) headers(all []Pair, m *message) []Pair {
	out := slices.Clone(all)
	for i, h := range out {
		out[i].Value = r.header(h.Name, h.Value, m)
	}
	return slices.DeleteFunc(out, func(h Pair) bool { return strings.EqualFold(h.Name, "Content-Encoding") })
}

func (r *Redactor) header(name, value string, m *message) string {
	lower := strings.ToLower(name)
	k := m.parameter("header", name)
	switch scheme, rest, ok := strings.Cut(value, " "); {
	case r.guide.signed[http.CanonicalHeaderKey(name)]:
		r.signature(value)
		return "REDACTED"
	case strings.HasSuffix(lower, "authorization") && ok && rest != "":
		return scheme + " " + r.fingerprint(rest)
	case secretHeaders[lower]:
		return r.fingerprint(value)
	case lower == "location" || lower == "referer" || lower == "content-location":
		return r.url(value, nil)
	case strings.HasPrefix(lower, "access-control-"), lower == "vary": // lists of header names
		return r.scan(value, false)
	}
	return r.value(k, name, value)
}
