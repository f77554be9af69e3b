package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// DefaultURL is where an emulator listens unless told otherwise.
const DefaultURL = "http://127.0.0.1:7767"

// Prefix is the path under which an emulator serves its control API.
const Prefix = "/_switchhook/v1"

// Options say how to reach an emulator; the zero value is the default sandbox
// of one on this machine.
type Options struct {
	URL     string // default: DefaultURL
	Sandbox string // default: Default
	Token   string // sent as a bearer token; needed if the emulator was given one
	// HTTP makes the requests; default: http.DefaultClient. A timeout in it
	// also ends Follow, Wait, Advance and Settle: bound calls by their context.
	HTTP *http.Client
}

// Client calls the control API on behalf of one sandbox. It is safe for
// concurrent use.
type Client struct {
	base    string // URL and prefix
	sandbox string
	token   string
	http    *http.Client
}

// New is a client; nothing is sent until a method is called.
func New(o Options) *Client {
	if o.URL == "" {
		o.URL = DefaultURL
	}
	if o.Sandbox == "" {
		o.Sandbox = Default
	}
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	return &Client{
		base:    strings.TrimRight(o.URL, "/") + Prefix,
		sandbox: o.Sandbox, token: o.Token, http: o.HTTP,
	}
}

// In is the same client for another sandbox.
func (c *Client) In(id string) *Client {
	other := *c
	other.sandbox = id
	return &other
}

// world is the address of something in the client's sandbox.
func (c *Client) world(segments ...string) string {
	return c.root(append([]string{"sandboxes", c.sandbox}, segments...)...)
}

// root is the address of something that belongs to no sandbox.
func (c *Client) root(segments ...string) string {
	var at strings.Builder
	at.WriteString(c.base)
	for _, s := range segments {
		at.WriteString("/" + url.PathEscape(s))
	}
	return at.String()
}

// withQuery adds the values that are not empty.
func withQuery(at string, values url.Values) string {
	for name := range values {
		if values.Get(name) == "" {
			values.Del(name)
		}
	}
	if len(values) == 0 {
		return at
	}
	return at + "?" + values.Encode()
}

// request makes a request with body as JSON; nil is no body.
func (c *Client) request(ctx context.Context, method, at string, body any) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("write the body of %s %s: %w", method, at, err)
		}
		content = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, at, content)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, at, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req, nil
}

// do sends a request and returns the answer to it; one that is not a success
// becomes an *Error.
func (c *Client) do(req *http.Request) (*http.Response, error) {
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("reach the emulator: %w", err)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	return nil, readError(res)
}

// call makes one exchange and reads the answer as a T.
func call[T any](ctx context.Context, c *Client, method, at string, body any) (T, error) {
	var answer T
	req, err := c.request(ctx, method, at, body)
	if err != nil {
		return answer, err
	}
	res, err := c.do(req)
	if err != nil {
		return answer, err
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return answer, fmt.Errorf("read the answer to %s %s: %w", method, at, err)
	}
	return answer, nil
}

// tell makes one exchange whose answer has no content.
func tell(ctx context.Context, c *Client, method, at string) error {
	req, err := c.request(ctx, method, at, nil)
	if err != nil {
		return err
	}
	res, err := c.do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}
