package exotel

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// available is a number that is for sale.
type available struct {
	FriendlyName string `json:"friendly_name"`
	PhoneNumber  string `json:"phone_number"`
	Capabilities struct {
		SMS   bool `json:"sms"`
		Voice bool `json:"voice"`
	} `json:"capabilities"`
	Country     string `json:"country"`
	Region      string `json:"region"`
	NumberType  string `json:"number_type"`
	RentalPrice string `json:"rental_price"`
}

// stock is how many numbers of a type are for sale in a region.
const stock = 10

// availableExophones is GET …/AvailablePhoneNumbers/{country}/{type}. The same
// question has the same answer; there are numbers in India only.
func availableExophones(c call) *sms.Error {
	kind, query := c.r.PathValue("type"), c.r.URL.Query()
	if kind != "Landline" && kind != "Mobile" && kind != "TollFree" {
		return fail(40501)
	}
	found := []available{} // never null
	if c.r.PathValue("country") != "IN" {
		writeJSON(c.w, http.StatusOK, found)
		return nil
	}
	for _, r := range regions {
		if in := query.Get("InRegion"); in != "" && in != "IN" && in != r.name {
			continue
		}
		for i := range stock {
			n := c.forSale(kind, r, i)
			if _, taken := c.book.Line("", string(n)); taken || !strings.Contains(string(n), query.Get("Contains")) {
				continue
			}
			a := available{
				FriendlyName: string(n), PhoneNumber: string(n), Country: "IN",
				Region: r.name, NumberType: kind, RentalPrice: rent,
			}
			a.Capabilities.SMS, a.Capabilities.Voice = true, true
			found = append(found, a)
		}
	}
	writeJSON(c.w, http.StatusOK, found)
	return nil
}

// forSale draws the i-th number of a type in a region.
func (c call) forSale(kind string, r region, i int) sms.Number {
	drawn := c.context.Draw(fmt.Sprintf("exophone %s %s %d", kind, r.name, i))
	n := uint32(drawn[0])<<16 | uint32(drawn[1])<<8 | uint32(drawn[2])
	switch kind {
	case "Mobile":
		return sms.Number(fmt.Sprintf("%s90%08d", india, n))
	case "TollFree":
		return sms.Number(fmt.Sprintf("%s1800%07d", india, n%10_000_000))
	}
	return sms.Number(fmt.Sprintf("%s%s%08d", india, r.area, 40_000_000+n))
}
