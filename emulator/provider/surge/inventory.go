package surge

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// offer is a number that can be bought.
type offer struct {
	Country string `json:"country"`
	Number  string `json:"number"`
	Type    string `json:"type"`
}

// Types of numbers, as Surge writes them.
const (
	local    = "local"
	tollFree = "toll_free"
)

// area is what an area code is for; ok is false for one that no number has.
func area(code string) (country, kind string, ok bool) {
	switch {
	case !isArea(code) || code[1] == '9' || code[1:] == "11" || code[:2] == "37" || code[:2] == "96" || code == "555":
		return "", "", false
	case slices.Contains(strings.Fields(tollFreeAreas), code):
		return "US", tollFree, true
	case slices.Contains(strings.Fields(canadianAreas), code):
		return "CA", local, true
	}
	return "US", local, true
}

// isArea reports whether a text has the form of an area code.
func isArea(code string) bool {
	return len(code) == 3 && strings.Trim(code, "0123456789") == "" && code[0] >= '2'
}

const (
	tollFreeAreas = "833 844 855 866 877 888 800"
	canadianAreas = "204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 468 474 " +
		"506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942"
)

// cities are the places that are offered without an area code, the first one
// first, and that stand for all places around them.
var cities = []struct {
	area                string
	latitude, longitude float64
}{
	{"801", 40.76, -111.89},
	{"212", 40.71, -74.01},
	{"213", 34.05, -118.24},
	{"312", 41.88, -87.63},
	{"713", 29.76, -95.37},
	{"305", 25.76, -80.19},
	{"206", 47.61, -122.33},
	{"303", 39.74, -104.99},
	{"404", 33.75, -84.39},
	{"617", 42.36, -71.06},
	{"416", 43.65, -79.38},
	{"514", 45.50, -73.57},
	{"604", 49.28, -123.12},
	{"403", 51.05, -114.07},
}

// nearest is the area code of the city nearest to a place.
func nearest(latitude, longitude float64) string {
	best, code := math.Inf(1), ""
	for _, c := range cities {
		east := (c.longitude - longitude) * math.Cos(c.latitude*math.Pi/180)
		if d := math.Hypot(c.latitude-latitude, east); d < best {
			best, code = d, c.area
		}
	}
	return code
}

// areasOf are the area codes in which numbers of a type are looked for.
func areasOf(kind, country string) (codes []string) {
	if kind == tollFree {
		return strings.Fields(tollFreeAreas)
	}
	for _, c := range cities {
		if at, _, _ := area(c.area); at == country {
			codes = append(codes, c.area)
		}
	}
	return codes
}

// Of each area, the fictional numbers 555-0102 to 555-0139 are for sale;
// 555-0190 to 555-0199 are demo numbers.
const (
	firstForSale, lastForSale = 102, 139
	firstDemo, lastDemo       = 190, 199
)

// freeNumbers lists numbers of some areas that no account has, at most limit.
func freeNumbers(book provider.Book, areas []string, first, last, limit int) (free []sms.Number) {
	for _, code := range areas {
		for n := first; n <= last && len(free) < limit; n++ {
			number := sms.Number(fmt.Sprintf("+1%s555%04d", code, n))
			if _, taken := book.Line("", string(number)); !taken {
				free = append(free, number)
			}
		}
	}
	return free
}

// searchNumbers is GET /accounts/{account_id}/available_phone_numbers. There
// is only ever one page.
func searchNumbers(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	if _, err := accountOf(net, r); err != nil {
		return err
	}
	if page, err := pageOf(r.URL.RawQuery); (err != nil || page.After+page.Before != "") && !lenient(net) {
		return sms.Fail(sms.BadCursor, "")
	}
	query, f := r.URL.Query(), newForm(nil)
	kind, code, country := query.Get("type"), query.Get("area_code"), query.Get("country")
	if kind == "" {
		f.complain("type", blank)
	} else if kind != local && kind != tollFree {
		f.complain("type", wrong)
	}
	if code != "" && !isArea(code) {
		f.complain("area_code", wrong)
	}
	if country != "" && country != "US" && country != "CA" {
		f.complain("country", wrong)
	}
	if err := f.err(); err != nil {
		return err
	}
	limit := count(net.Context(), "page_size", 1)
	found := freeNumbers(net.Book(), searchedAreas(kind, code, country), firstForSale, lastForSale, limit)
	provider.WriteJSON(w, http.StatusOK, listView(sms.Slice[sms.Number]{Items: found}, func(n sms.Number) (string, offer) {
		at, kind, _ := area(string(n[2:5]))
		return string(n), offer{at, string(n), kind}
	}))
	return nil
}

// searchedAreas narrows areasOf; an empty code or country is any.
func searchedAreas(kind, code, country string) []string {
	if code == "" {
		if country == "" {
			country = "US"
		}
		if kind == tollFree && country != "US" {
			return nil
		}
		return areasOf(kind, country)
	}
	at, holds, ok := area(code)
	if !ok || holds != kind || country != "" && country != at {
		return nil
	}
	return []string{code}
}

// demoNumber is a number for an account that has none of its own.
func demoNumber(book provider.Book) sms.Number {
	free := freeNumbers(book, areasOf(local, "US"), firstDemo, lastDemo, 1)
	if len(free) == 0 {
		return ""
	}
	return free[0]
}

// formatted is a number as people in North America write it.
func formatted(n sms.Number) string {
	if len(n) != 12 || n[:2] != "+1" {
		return string(n)
	}
	return fmt.Sprintf("(%s) %s-%s", n[2:5], n[5:8], n[8:])
}
