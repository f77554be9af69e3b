package webhook

import (
	"net/http"
	"time"
)

// Payload is an event in a vendor's dialect, before it is signed.
type Payload struct {
	Type        string // the vendor's word for the event
	ContentType string
	URL         string // where it goes, if not to the endpoint's own URL
	Method      string // default POST
	Header      http.Header
	Body        []byte
}

// Signing is what a vendor's signature is made from.
type Signing struct {
	ID      string    // stable over the attempts of an event
	Time    time.Time // wall time of this attempt
	Secrets []string  // all that are active, newest first
	Body    []byte
	Setting func(name string) string // the vendor's switches in force
}

// Ladder is a vendor's retry ladder, as data with its source.
type Ladder struct {
	// Delays are the waits after the first, second, … failed attempt. One
	// more attempt than delays is made.
	Delays  []time.Duration
	Jitter  float64 // up to this share is added to each wait
	Timeout time.Duration
	Success func(status int) bool
	Source  string
}
