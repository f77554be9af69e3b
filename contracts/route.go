package contracts

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route puts the paths into a ServeMux. The emulator's own routes are matched
// by one, so that no other matcher could agree with it as well.
func (c *Contract) route() (err error) {
	c.mux = http.NewServeMux()
	for _, o := range c.operations {
		for _, path := range append([]string{o.Path}, o.Also...) {
			if err := c.handle(o, path); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Contract) handle(o *Operation, path string) (err error) {
	defer func() {
		if p := recover(); p != nil { // how ServeMux refuses a pattern
			err = &pointed{o.pointer, fmt.Errorf("the path %q cannot be matched: %v", path, p)}
		}
	}()
	c.mux.HandleFunc(o.Method+" "+path, func(w http.ResponseWriter, r *http.Request) {
		if m, ok := w.(*match); ok {
			m.operation = o
		}
	})
	return nil
}

// match is the answer of the mux to the question which operation a request is.
type match struct {
	operation *Operation
	request   *http.Request // has the values of the path's parameters
}

// What the mux would answer where nothing matches is thrown away.
func (*match) Header() http.Header         { return http.Header{} }
func (*match) Write(b []byte) (int, error) { return len(b), nil }
func (*match) WriteHeader(int)             {}

// Find is the operation that a request of a method and URL asks for, with the
// values of its path's parameters.
func (c *Contract) Find(method, address string) (*Operation, func(name string) string, bool) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, nil, false
	}
	m := c.find(method, u)
	if m.operation == nil {
		return nil, nil, false
	}
	return m.operation, m.request.PathValue, true
}

// find tries a path without the prefix of a server, then as it is.
func (c *Contract) find(method string, u *url.URL) match {
	for _, prefix := range c.prefixes {
		rest, ok := strings.CutPrefix(u.Path, prefix)
		if !ok || !strings.HasPrefix(rest, "/") {
			continue
		}
		raw := strings.TrimPrefix(u.RawPath, prefix)
		if m := c.ask(method, &url.URL{Path: rest, RawPath: raw}); m.operation != nil {
			return m
		}
	}
	return c.ask(method, &url.URL{Path: u.Path, RawPath: u.RawPath})
}

func (c *Contract) ask(method string, u *url.URL) match {
	m := match{request: &http.Request{Method: method, URL: u}}
	if !strings.HasPrefix(u.Path, "/") || method == http.MethodConnect {
		return m
	}
	c.mux.ServeHTTP(&m, m.request)
	return m
}

// methods are those under which a path that find did not know is known.
func (c *Contract) methods(u *url.URL) []string {
	var known []string
	for _, o := range c.operations {
		if !slices.Contains(known, o.Method) && c.find(o.Method, u).operation != nil {
			known = append(known, o.Method)
		}
	}
	slices.Sort(known)
	return known
}
