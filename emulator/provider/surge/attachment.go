package surge

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// fetchAttachment is GET /attachments/{attachment_id}, with /file or without: a
// redirect to where the file lies, with no body.
func fetchAttachment(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	m, ok := net.Book().Media(r.PathValue("attachment_id"))
	if !ok {
		// One made on first touch has no file but ours.
		d, _, err := documentOf[struct{}](net, kindFile, r.PathValue("attachment_id"))
		if err != nil {
			return err
		}
		m.URL = net.Context().Base + "/files/" + d.ID
	}
	w.Header().Set("Location", m.URL)
	w.WriteHeader(http.StatusFound)
	return nil
}

func holdsAttachment(book provider.Book, r *http.Request) bool {
	_, ok := book.Media(r.PathValue("attachment_id"))
	return ok
}

// attachments reads the list of {"url": …}. The second result is about a type
// that carriers refuse, and matters only if nothing was complained about.
func (f form) attachments() ([]sms.Media, *sms.Error) {
	const name = "attachments"
	if !f.given(name) {
		return nil, nil
	}
	var items []object
	if json.Unmarshal(f.object[name], &items) != nil {
		f.complain(name, wrong)
		return nil, nil
	}
	var (
		media []sms.Media
		bad   *sms.Error
	)
	for _, item := range items {
		in := newForm(item)
		text := in.text("url")
		u, complaint := checkURL(text)
		if in.err() != nil {
			complaint = "url " + wrong
		}
		if complaint != "" {
			f.complainOnce(name, complaint)
			continue
		}
		kind, ok := mediaKind(u)
		if !ok {
			bad = sms.Fail(sms.BadMedia, "")
		}
		media = append(media, sms.Media{Kind: kind, URL: text})
	}
	return media, bad
}

// checkURL says what Surge has against the URL of an attachment; "" is nothing.
// It looks at the text only: names are not resolved and nothing is fetched.
func checkURL(text string) (u *url.URL, complaint string) {
	if text == "" {
		return nil, "url " + blank
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return nil, "url is not a valid URL"
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, "url must begin with http:// or https://"
	}
	if !publicHost(u.Hostname()) {
		return nil, "url must be publicly accessible"
	}
	return u, ""
}

// mediaKind is the vendor's word for a file, from the end of its name; !ok
// means that carriers refuse it. A name that does not tell is a file.
func mediaKind(u *url.URL) (kind string, ok bool) {
	end := strings.ToLower(strings.TrimPrefix(path.Ext(u.Path), "."))
	if strings.Trim(end, "0123456789") == "" {
		return "file", true
	}
	kind, ok = mediaKinds[end]
	return kind, ok
}

var mediaKinds = kindsByEnding(map[string]string{
	"image":   "jpg jpeg png gif webp bmp tif tiff heic heif avif",
	"video":   "mp4 m4v mov 3gp 3gpp 3g2 mpg mpeg webm avi mkv",
	"contact": "vcf vcard",
	"file":    "pdf txt csv ics mp3 m4a aac amr ogg oga opus wav flac",
})

func kindsByEnding(endings map[string]string) map[string]string {
	kinds := map[string]string{}
	for kind, all := range endings {
		for _, end := range strings.Fields(all) {
			kinds[end] = kind
		}
	}
	return kinds
}
