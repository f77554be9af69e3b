package exotel

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

const (
	shortDomain = "exo.tl"
	kindLink    = sms.Kind("link")
)

var longLink = regexp.MustCompile(`(?i)\bhttps?://\S+`)

// shortenLinks puts a short link in the place of every link of a text. They
// lead nowhere: clicks are not emulated. Each recipient has links of its own.
func (c call) shortenLinks(body, domain string, recipient int) string {
	n := 0
	return longLink.ReplaceAllStringFunc(body, func(string) string {
		n++
		return shortURL(domain, c.shortCode(fmt.Sprintf("%d %d", recipient, n)))
	})
}

// shortCode is six characters that this request has drawn under a name.
func (c call) shortCode(name string) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	drawn := c.context.Draw("short link " + c.context.Request + " " + name)
	var code []byte
	for _, b := range drawn[:6] {
		code = append(code, alphabet[int(b)%len(alphabet)])
	}
	return string(code)
}

func shortURL(domain, code string) string {
	if domain == "" {
		domain = shortDomain
	}
	return "https://" + domain + "/" + code
}

// link is a short link as its API shows it, and as it is kept.
type link struct {
	Sid         string  `json:"sid"`
	ShortURL    string  `json:"short_url"`
	ShortCode   string  `json:"short_code"`
	LongURL     string  `json:"long_url"`
	Tracking    bool    `json:"tracking"`
	CustomField *string `json:"custom_field,omitempty"`
	ExpiresAt   string  `json:"expires_at"`
	CreatedTime string  `json:"created_time"`
	LastViewed  *string `json:"last_viewed"`
	TotalClicks int     `json:"total_clicks"`
}

// createLink is POST /v2/accounts/{sid}/links.
func createLink(c call) *sms.Error {
	f, err := readLinkFields(c.r)
	if err != nil {
		return err
	}
	long := f.optional("long_url")
	if u, err := url.Parse(long); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fail(40500, "long_url is not a URL.")
	}
	life, err := lifeOf(f.optional("expire_in"))
	if err != nil {
		return err
	}
	now, code := c.book.Now(), c.shortCode("link")
	l := link{
		ShortURL: shortURL(f.optional("custom_domain"), code), ShortCode: code, LongURL: long,
		Tracking: f.optional("tracking") == "true", ExpiresAt: stamp(now.Add(life)), CreatedTime: stamp(now),
	}
	if custom := f.optional("custom_field"); custom != "" {
		l.CustomField = &custom
	}
	kept := sms.Document{
		Provider: c.context.Provider, Account: c.account.ID, Kind: kindLink, Keys: []string{code}, Body: provider.EncodeJSON(l),
	}
	if err := c.net.Do(&kept); err != nil {
		return err
	}
	l.Sid = kept.ID
	writeJSON(c.w, http.StatusOK, l)
	return nil
}

// readLinkFields reads a form or one flat JSON object.
func readLinkFields(r *http.Request) (fields, *sms.Error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return readFields(r)
	}
	var values map[string]any
	if json.NewDecoder(r.Body).Decode(&values) != nil {
		return nil, fail(40500, "The body is not a JSON object.")
	}
	all := fields{}
	for name, value := range values {
		text := fmt.Sprint(value)
		if n, ok := value.(float64); ok {
			text = strconv.FormatFloat(n, 'f', -1, 64)
		}
		if err := all.add(name, text); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// lifeOf reads expire_in, in seconds.
func lifeOf(text string) (time.Duration, *sms.Error) {
	const day = 24 * time.Hour
	if text == "" {
		return 31 * day, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 60 || n > int(365*day/time.Second) {
		return 0, fail(40500, "expire_in must be 60 seconds to 365 days.")
	}
	return time.Duration(n) * time.Second, nil
}

// showLink is GET /v2/accounts/{sid}/links/{id}.
func showLink(c call) *sms.Error {
	kept, ok := c.book.Document(kindLink, c.r.PathValue("id"))
	var l link
	if !ok || json.Unmarshal(kept.Body, &l) != nil {
		return sms.Fail(sms.NotFound, "no such link")
	}
	l.Sid = kept.ID
	writeJSON(c.w, http.StatusOK, l)
	return nil
}
