package exotel

import "time"

// ist is the zone of every time that Exotel shows, whatever the host's is.
var ist = time.FixedZone("IST", 5*60*60+30*60)

// never is how XML and forms show a time that is not set.
const never = "1970-01-01 05:30:00"

// stamp is how the REST API and status callbacks write a time.
func stamp(t time.Time) string { return t.In(ist).Format("2006-01-02 15:04:05") }

// isoStamp is how the inbound webhook writes one.
func isoStamp(t time.Time) string { return t.In(ist).Format("2006-01-02T15:04:05-07:00") }
