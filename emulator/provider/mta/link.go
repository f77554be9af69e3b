package mta

import (
	"net/http"
	"regexp"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// webLink finds the links in a text.
var webLink = regexp.MustCompile(`(?i)https?://[^\s]+`)

// shortLink stands for a longer one.
type shortLink struct {
	URL       string `json:"url"`
	Timestamp string `json:"timestamp"`
}

var links = resource[shortLink]{
	kind: kindLink, noun: "Short link",
	fresh: func(now string) shortLink { return shortLink{Timestamp: now} },
	read: func(l *shortLink, f *form) {
		f.needed("url")
		l.URL = f.link("url")
	},
	view: func(c provider.Context, r record[shortLink]) any {
		return struct {
			LinkID   ref    `json:"linkId"`
			ShortURL string `json:"shortUrl"`
			shortLink
		}{r.id(), shortURL(c, r.id()), r.v}
	},
}

func shortURL(c provider.Context, id ref) string { return c.Base + "/l/" + string(id) }

// holdsLink reports whether a book has the short link in the path.
func holdsLink(book provider.Book, r *http.Request) bool {
	_, ok := find[shortLink](book, kindLink, r.PathValue("id"))
	return ok
}

// followLink is what a short link leads to.
func followLink(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	l, ok := find[shortLink](net.Book(), kindLink, r.PathValue("id"))
	if !ok {
		return missing(net, "link")
	}
	redirect(w, l.v.URL)
	return nil
}

// holdsMedia reports whether a book has the file in the path.
func holdsMedia(book provider.Book, r *http.Request) bool {
	_, ok := book.Media(r.PathValue("id"))
	return ok
}

// fetchMedia leads to the file that came with a reply.
func fetchMedia(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	m, ok := net.Book().Media(r.PathValue("id"))
	if !ok {
		return missing(net, "file")
	}
	redirect(w, m.URL)
	return nil
}

func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}
