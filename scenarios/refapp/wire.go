package refapp

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxBody is the most octets that are read of anything.
const maxBody = 1 << 20

// newClient makes calls of at most the timeout. It keeps no connection: on a
// reused one an idle close looks like a send whose outcome is unknown.
func newClient(opts Options) *http.Client {
	transport := opts.transport
	if transport == nil {
		transport = &http.Transport{DisableKeepAlives: true}
	}
	return &http.Client{
		Timeout:       opts.Timeout,
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// reply is an answer to a call. A zero code says that there was none.
type reply struct {
	code  int
	after string // Retry-After
	body  []byte
	whole bool // nothing of the body is missing
}

func call(client *http.Client, req *http.Request) reply {
	resp, err := client.Do(req)
	if err != nil {
		return reply{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return reply{resp.StatusCode, resp.Header.Get("Retry-After"), body, err == nil}
}

// receipt classes an answer to a send. A status line is enough for a refusal;
// what an acceptance needs is the vendor's business. Any answer that does not
// say clearly what was done leaves the outcome unknown.
func (r reply) receipt(now time.Time) receipt {
	switch {
	case r.code == http.StatusTooManyRequests:
		return receipt{outcome: throttled, retryAfter: wait(r.after, now)}
	case r.code == 0, r.code >= 500:
		return receipt{retryAfter: wait(r.after, now)}
	case r.code >= 300:
		return receipt{outcome: refused}
	}
	return receipt{outcome: accepted}
}

// read puts the body of an acceptance into v and reports whether it was all there.
func (r reply) read(v any) bool { return r.whole && json.Unmarshal(r.body, v) == nil }

// wait reads a Retry-After header in either of its forms.
func wait(after string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(after); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(after); err == nil {
		return at.Sub(now)
	}
	return 0
}

// label is an id that comes as a JSON string or number.
type label string

// UnmarshalJSON takes a string as it is and a number by its digits.
func (l *label) UnmarshalJSON(data []byte) error {
	var number json.Number
	if json.Unmarshal(data, &number) == nil && !bytes.HasPrefix(data, []byte(`"`)) {
		*l = label(number)
		return nil
	}
	return json.Unmarshal(data, (*string)(l))
}

func onlyFields(object []byte, known []string) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) != nil {
		return false
	}
	for _, name := range known {
		delete(fields, name)
	}
	return len(fields) == 0
}
