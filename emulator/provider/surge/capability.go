package surge

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// localMessaging is the one capability.
const localMessaging = "local_messaging"

// capability says whether an account may register a campaign.
type capability struct {
	Status       string       `json:"status"` // ready, incomplete or error; error wins
	Errors       []fieldError `json:"errors"`
	FieldsNeeded []string     `json:"fields_needed"`
}

type fieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
	Type    string `json:"type"`
}

// showStatus is GET /accounts/{account_id}/status?capabilities=local_messaging.
func showStatus(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net, r)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	asked := strings.Split(strings.Join(append(query["capabilities"], query["capabilities[]"]...), ","), ",")
	for _, name := range asked {
		if name != "" && name != localMessaging {
			return sms.InvalidField("capabilities", wrong)
		}
	}
	_, p := profileOf(net.Book(), account)
	provider.WriteJSON(w, http.StatusOK, map[string]map[string]capability{"capabilities": {localMessaging: p.Organization.capability()}})
	return nil
}

func (o organization) capability() capability {
	c := capability{Status: "ready", Errors: o.errors(), FieldsNeeded: o.needed()}
	switch {
	case len(c.Errors) > 0:
		c.Status = "error"
	case len(c.FieldsNeeded) > 0:
		c.Status = "incomplete"
	}
	return c
}

// place is a field of an organization by its path.
type place struct {
	path  string
	value *string
}

// needed lists what carriers ask for and the organization lacks.
func (o organization) needed() []string {
	a, p := o.Address, o.Contact
	places := []place{
		{"registered_name", o.RegisteredName},
		{"type", o.Type},
		{"industry", o.Industry},
		{"email", o.Email},
		{"website", o.Website},
		{"country", o.Country},
		{"address.line1", a.Line1},
		{"address.locality", a.Locality},
		{"address.region", a.Region},
		{"address.postal_code", a.PostalCode},
		{"address.country", a.Country},
		{"contact.first_name", p.FirstName},
		{"contact.last_name", p.LastName},
		{"contact.email", p.Email},
		{"contact.phone_number", p.PhoneNumber},
		{"contact.title", p.Title},
	}
	if is(p.Title, "other") {
		places = append(places, place{"contact.title_other", p.TitleOther})
	}
	if is(o.Type, "sole_proprietor") {
		places = append(places, place{"mobile_number", o.MobileNumber})
	} else {
		places = append(places, place{"identifier", o.Identifier}, place{"identifier_type", o.IdentifierType})
	}
	if is(o.Type, "public_corporation") {
		places = append(places, place{"stock_symbol", o.StockSymbol}, place{"stock_exchange", o.StockExchange})
	}
	needed := []string{} // never null
	for _, p := range places {
		if p.value == nil {
			needed = append(needed, "organization."+p.path)
		}
	}
	if len(o.RegionsOfOperation) == 0 {
		needed = append(needed, "organization.regions_of_operation")
	}
	slices.Sort(needed)
	return needed
}

// forms are what the text of a field must look like.
var forms = map[string]*regexp.Regexp{
	"ein":     regexp.MustCompile(`^[0-9]{2}-?[0-9]{7}$`),
	"cbn":     regexp.MustCompile(`^[0-9]{9}$`),
	"vat":     regexp.MustCompile(`^[0-9]{2,20}$`),
	"country": regexp.MustCompile(`^[A-Z]{2}$`),
	"email":   regexp.MustCompile(`^[^@\s]+@[^@\s]+$`),
	"website": regexp.MustCompile(`^https?://[^\s/]+`),
	"number":  regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`),
}

// errors lists the fields whose text carriers would not take.
func (o organization) errors() []fieldError {
	a, p := o.Address, o.Contact
	found := []fieldError{} // never null
	check := func(path, form string, value *string) {
		if re := forms[form]; re != nil && value != nil && !re.MatchString(*value) {
			found = append(found, fieldError{"organization." + path, wrong, "invalid"})
		}
	}
	check("address.country", "country", a.Country)
	check("contact.email", "email", p.Email)
	check("contact.phone_number", "number", p.PhoneNumber)
	check("country", "country", o.Country)
	check("email", "email", o.Email)
	if o.IdentifierType != nil {
		check("identifier", *o.IdentifierType, o.Identifier)
	}
	check("mobile_number", "number", o.MobileNumber)
	check("website", "website", o.Website)
	return found
}

func is(value *string, text string) bool { return value != nil && *value == text }
