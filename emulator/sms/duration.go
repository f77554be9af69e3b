package sms

import (
	"fmt"
	"time"
)

// Duration is a time.Duration that reads and writes Go style text ("10m", "1h30m").
type Duration time.Duration

// MarshalText writes d as Go does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads Go style text; the empty text is zero.
func (d *Duration) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration; write it like \"10m\" or \"1h30m\"", text)
	}
	*d = Duration(v)
	return nil
}

// D is d for arithmetic.
func (d Duration) D() time.Duration { return time.Duration(d) }
