package playback

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recording"
)

// send sends a webhook or a trigger, and compares how it was answered.
func (p *player) send(ctx context.Context, it *item) {
	defer p.set(it, ended)
	status, err := p.deliver(ctx, it)
	if ctx.Err() != nil {
		return // the whole run is over
	}
	if it.Outcome != recording.Lost {
		p.change(func() { p.compareAnswer(it, status, err) })
	}
}

// deliver is one request to the application; status 0 is no answer.
func (p *player) deliver(ctx context.Context, it *item) (status int, err error) {
	limit := webhookTime
	if strings.Contains(it.Error, "hung up") { // the provider did, after so long
		limit = max(time.Duration(it.Time*float64(time.Millisecond)), hangUp)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := p.request(ctx, it)
	if err != nil {
		return 0, err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxBody)) // what it says to a webhook nobody reads
	return res.StatusCode, nil
}

// hangUp is how long an application has at least to read a webhook before the
// provider hangs up; real time.
const hangUp = 300 * time.Millisecond

func (p *player) request(ctx context.Context, it *item) (*http.Request, error) {
	at, err := p.hooks.address(it.Request.URL)
	if it.Direction == recording.Trigger {
		at, err = p.entrance(it.Request.URL)
	}
	if err != nil {
		return nil, fmt.Errorf("/log/entries/%d/request/url: %w", it.index, err)
	}
	header := recording.HeaderOf(it.Request.Headers)
	body := p.translated(it.body, header.Get("Content-Type"))
	req, err := http.NewRequestWithContext(ctx, it.Request.Method, at, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("/log/entries/%d/request: %w", it.index, err)
	}
	for _, name := range append(ownHeaders, "Host", "Accept-Encoding") {
		header.Del(name)
	}
	req.Header = header
	if it.Direction == recording.Webhook {
		p.sign(it, header, body)
	}
	return req, nil
}

// entrance is where a trigger goes: to the same path of the application.
func (p *player) entrance(recorded string) (string, error) {
	base, err := p.app.Base()
	if err != nil {
		return "", err
	}
	at, err := url.Parse(recorded)
	if err != nil {
		return "", err
	}
	to, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	if err := local(to); err != nil {
		return "", err
	}
	return base + at.RequestURI(), nil
}

// old is how far the time in a signature must have been off to be meant so.
const old = time.Minute

// sign signs a webhook as it was signed in the recording: rightly, wrongly, not
// at all, or with a time that was off.
func (p *player) sign(it *item, header http.Header, body []byte) {
	by := contracts.Signing{At: p.o.Now(), Secrets: p.secrets}
	stamp, err := strconv.ParseInt(header.Get("Webhook-Timestamp"), 10, 64)
	off := time.Unix(stamp, 0).Sub(it.Started)
	stale := err == nil && off.Abs() > old
	if stale {
		by.At = by.At.Add(off)
	}
	was := header.Clone()
	for _, name := range p.o.Contract.SignatureHeaders() {
		if name != "Webhook-Id" { // signed, and no signature
			header.Del(name)
		}
	}
	if it.Signature == recording.Invalid && !stale {
		by.Secrets = []string{"whsec_d3Jvbmctc2VjcmV0LW9mLW5vYm9keQ=="} // of nobody
	}
	p.o.Contract.Sign(header, body, by)
	if it.Signature != recording.Absent {
		return
	}
	for _, name := range p.o.Contract.SignatureHeaders() {
		if was.Get(name) == "" {
			header.Del(name)
		}
	}
}
