package exotel

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
)

const jsonSuffix = ".json"

// wantsJSON reports whether the path asks for JSON. Accept does not matter.
func wantsJSON(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, jsonSuffix) || !strings.HasPrefix(r.URL.Path, "/v1")
}

// idOf is the last part of the path without the suffix that asks for JSON,
// which a ServeMux cannot tell from the id.
func idOf(r *http.Request, name string) string {
	return strings.TrimSuffix(r.PathValue(name), jsonSuffix)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	write(w, status, "application/json", provider.EncodeJSON(v))
}

// writeXML writes v, whose element is TwilioResponse, as encoding/xml does: the
// real service's answers have the same header, quoting and empty pairs.
func writeXML(w http.ResponseWriter, status int, v any) {
	body, err := xml.Marshal(v)
	if err != nil {
		panic("exotel: encode answer: " + err.Error()) // the structs are ours and hold only text
	}
	write(w, status, "application/xml", append([]byte(xml.Header), body...))
}

func write(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	// The caller may have gone; there is nobody left to tell.
	_, _ = w.Write(body)
}

func writeException(w http.ResponseWriter, r *http.Request, x exception) {
	if wantsJSON(r) {
		writeJSON(w, x.Status, struct {
			RestException exception `json:"RestException"`
		}{x})
		return
	}
	writeXML(w, x.Status, struct {
		XMLName       xml.Name  `xml:"TwilioResponse"`
		RestException exception `xml:"RestException"`
	}{RestException: x})
}
