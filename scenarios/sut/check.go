package sut

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// checker collects what is wrong with the values of a description. It walks
// the YAML tree, because only that knows lines and columns.
type checker struct {
	file   string
	found  []error
	places map[string]string // of provider's values, which Expand looks up
}

func (c *checker) fail(n *yaml.Node, format string, args ...any) {
	c.found = append(c.found, fmt.Errorf("%s: %s", c.place(n), fmt.Sprintf(format, args...)))
}

func (c *checker) place(n *yaml.Node) string {
	return fmt.Sprintf("%s:%d:%d", c.file, n.Line, n.Column)
}

// document checks each part with the placeholders that have a meaning in it.
func (c *checker) document(doc *yaml.Node) {
	if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
		doc = doc.Content[0]
	}
	each(doc, func(key string, n *yaml.Node) {
		switch key {
		case "start", "env":
			c.strings(n, "port", DirPlaceholder, "provider.value")
		case "ready":
			c.url(n)
		case "webhooks":
			each(n, func(_ string, n *yaml.Node) { c.url(n) })
		case "replies":
			c.replies(n)
		case "send":
			c.strings(n, "handset", "text", "ref", ProviderPlaceholder, AtPlaceholder)
			c.request(n)
		case "queue":
			c.strings(n, "handset", "text", "ref", ProviderPlaceholder)
			c.request(n)
		case "probe":
			c.probes(n)
		case "policy":
			if n.Value != AtLeastOnce && n.Value != AtMostOnce {
				c.fail(n, "%q is not a policy; write %s or %s", n.Value, AtLeastOnce, AtMostOnce)
			}
		case "opt_out":
			c.optOut(n)
		case "quiet":
			c.notNegative(n)
		case "providers":
			c.providers(n, value(doc, "webhooks"))
		}
	})
}

// providers checks what is said of single providers, which must be ones whose
// webhooks the application takes.
func (c *checker) providers(n, webhooks *yaml.Node) {
	each(n, func(provider string, own *yaml.Node) {
		if webhooks == nil || value(webhooks, provider) == nil {
			c.fail(own, "the application takes no webhooks of %q; add its URL to webhooks", provider)
		}
		each(own, func(key string, n *yaml.Node) {
			switch key {
			case "replies":
				c.replies(n)
			case "opt_out":
				c.optOut(n)
			}
		})
	})
}

func (c *checker) optOut(n *yaml.Node) {
	c.notNegative(n)
	words := value(n, "words")
	if words == nil {
		return
	}
	for _, word := range words.Content {
		if strings.TrimSpace(word.Value) == "" {
			c.fail(word, "the word is empty; write one like BASTA")
		}
	}
}

// each calls fn with the keys and values of a mapping.
func each(n *yaml.Node, fn func(key string, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		fn(n.Content[i].Value, n.Content[i+1])
	}
}

// value finds the value of a key.
func value(n *yaml.Node, key string) (found *yaml.Node) {
	each(n, func(k string, v *yaml.Node) {
		if k == key {
			found = v
		}
	})
	return found
}

// strings checks the placeholders of every text in n.
func (c *checker) strings(n *yaml.Node, known ...string) {
	if n.Kind == yaml.ScalarNode {
		for _, m := range placeholder.FindAllStringSubmatch(n.Value, -1) {
			dotted := strings.Contains(m[1], ".") && slices.Contains(known, "provider.value")
			if dotted && c.places[m[1]] == "" {
				c.places[m[1]] = c.place(n)
			}
			if !dotted && !slices.Contains(known, m[1]) {
				c.fail(n, "unknown placeholder {{%s}}; known here are %s", m[1], braces(known))
			}
		}
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			c.strings(child, known...)
		}
	}
}

func braces(names []string) string {
	var out []string
	for _, n := range names {
		out = append(out, "{{"+n+"}}")
	}
	return strings.Join(out, ", ")
}

func (c *checker) url(n *yaml.Node) {
	c.strings(n, "port", "provider.value")
	u, err := url.Parse(placeholder.ReplaceAllString(n.Value, "1"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		c.fail(n, "%q is not a URL; write it like http://127.0.0.1:{{port}}/healthz", n.Value)
	}
}

func (c *checker) replies(n *yaml.Node) {
	c.strings(n, "token")
	for _, reply := range n.Content {
		if to := value(reply, "to"); to == nil || to.Value == "" {
			c.fail(reply, "a reply needs the text that it answers; write to: \"Is 3pm free?\"")
		}
		c.notNegative(reply)
	}
}

func (c *checker) request(n *yaml.Node) {
	request := value(n, "request")
	if request == nil {
		c.fail(n, "there is no request; write request: {method: POST, path: /notify, json: {…}}")
		return
	}
	c.path(request)
	if method := value(request, "method"); method != nil && !slices.Contains(methods, method.Value) {
		c.fail(method, "%q is not a method; write one of %s", method.Value, strings.Join(methods, ", "))
	}
}

var methods = []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodGet, http.MethodDelete}

func (c *checker) probes(n *yaml.Node) {
	each(n, func(name string, probe *yaml.Node) {
		if name != StatusProbe && name != PendingProbe {
			c.fail(probe, "unknown probe %q; known are %s and %s", name, StatusProbe, PendingProbe)
		}
		c.strings(probe, "message")
		c.path(probe)
		if value(probe, "field") == nil {
			c.fail(probe, "the probe has no field; name the one of its JSON answer that counts")
		}
	})
}

func (c *checker) path(n *yaml.Node) {
	if path := value(n, "path"); path == nil || !strings.HasPrefix(path.Value, "/") {
		c.fail(n, "there is no path that begins with /; write it like path: /notify")
	}
}

// notNegative checks the count or duration in n, and those one level down.
func (c *checker) notNegative(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && negative.MatchString(n.Value) {
		c.fail(n, "%s is below zero; write 0 or more", n.Value)
	}
	each(n, func(key string, v *yaml.Node) {
		if key != "to" {
			c.notNegative(v)
		}
	})
}

var negative = regexp.MustCompile(`^-[0-9.]`)
