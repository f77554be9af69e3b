package sut

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
)

// answerLimit bounds what is read of an answer.
const answerLimit = 1 << 20

// Base is where the application's own paths begin: the host of Ready, or of
// its first webhook.
func (s *SUT) Base() (string, error) {
	for _, at := range append([]string{s.Ready}, s.webhooks()...) {
		if u, err := url.Parse(at); err == nil && u.Host != "" {
			return u.Scheme + "://" + u.Host, nil
		}
	}
	return "", errors.New("where the application listens is not known; add ready: http://127.0.0.1:{{port}}/healthz to sut.yaml")
}

func (s *SUT) webhooks() []string {
	var out []string
	for _, provider := range slices.Sorted(maps.Keys(s.Webhooks)) {
		out = append(out, s.Webhooks[provider])
	}
	return out
}

// Text is what a Send request is to bring about.
type Text struct {
	Handset, Body, Ref string

	Provider string    // by which it is to leave
	At       time.Time // when it is to leave; the zero value: at once
}

func (t Text) values() map[string]string {
	at := ""
	if !t.At.IsZero() {
		at = t.At.UTC().Format(time.RFC3339)
	}
	return map[string]string{"handset": t.Handset, "text": t.Body, "ref": t.Ref, ProviderPlaceholder: t.Provider, AtPlaceholder: at}
}

// ProviderPlaceholder is the placeholder of a request that says by which
// provider the text is to leave.
const ProviderPlaceholder = "provider"

// AtPlaceholder is the placeholder of a Send request that says when the text
// is to leave, as an RFC 3339 instant of virtual time.
const AtPlaceholder = "at"

// Uses reports whether a placeholder stands anywhere in the request.
func (r Request) Uses(name string) bool {
	seen := expander{values: map[string]string{}, asked: map[string]bool{}}
	seen.text(r.Path)
	seen.texts(r.Header)
	seen.value(r.JSON)
	return seen.asked[name]
}

// Ask makes the application text somebody. A refusal (4xx) is its right; a 5xx
// is an error.
func (s *SUT) Ask(ctx context.Context, how Request, t Text) error {
	base, err := s.Base()
	if err != nil {
		return err
	}
	e := expander{values: t.values()}
	var body []byte
	if how.JSON != nil {
		if body, err = json.Marshal(e.value(how.JSON)); err != nil {
			return err
		}
	}
	method := how.Method
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, base+escaped(e, how.Path), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Close = true // on the connection of a process that was killed meanwhile it would be lost
	req.Header.Set("Content-Type", "application/json")
	for name, v := range e.texts(how.Header) {
		req.Header.Set(name, v)
	}
	_, status, err := fetch(req)
	if err == nil && status >= 500 {
		err = fmt.Errorf("%s %s answered %d", method, how.Path, status)
	}
	return err
}

// escaped fills the placeholders of a path; a value stays one segment,
// or one value of a query.
func escaped(e expander, path string) string {
	safe := expander{values: map[string]string{}}
	for k, v := range e.values {
		safe.values[k] = strings.ReplaceAll(url.QueryEscape(v), "+", "%20")
	}
	return safe.text(path)
}

// Look asks a declared probe; message fills {{message}} in its path.
func (s *SUT) Look(ctx context.Context, name, message string) (journal.Probe, error) {
	base, err := s.Base()
	if err != nil {
		return journal.Probe{}, err
	}
	p := s.Probe[name]
	out := journal.Probe{Name: name, Path: escaped(expander{values: map[string]string{"message": message}}, p.Path)}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+out.Path, nil)
	if err != nil {
		return out, err
	}
	body, status, err := fetch(req)
	out.Status = status
	if err != nil || status/100 != 2 {
		return out, errors.Join(err, failed(status, out.Path))
	}
	out.Value, err = field(body, p.Field)
	return out, err
}

func failed(status int, path string) error {
	if status == 0 || status/100 == 2 {
		return nil
	}
	return fmt.Errorf("probe %s answered %d", path, status)
}

func fetch(req *http.Request) ([]byte, int, error) {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, answerLimit))
	return body, res.StatusCode, err
}

// field reads one value of a JSON object as text.
func field(body []byte, path string) (string, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", fmt.Errorf("the probe's answer is not JSON: %w", err)
	}
	for name := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		inner, ok := object[name]
		if !ok {
			return "", fmt.Errorf("the probe's answer has no field %q; correct field in sut.yaml", path)
		}
		v = inner
	}
	return fmt.Sprint(v), nil
}
