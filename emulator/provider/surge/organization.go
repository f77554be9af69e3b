package surge

// organization is the business behind an account, as answers show it and as
// carriers ask for it. All of it may be missing, but address and contact are
// always objects.
type organization struct {
	RegisteredName     *string  `json:"registered_name"`
	Country            *string  `json:"country"`
	Email              *string  `json:"email"`
	Website            *string  `json:"website"`
	MobileNumber       *string  `json:"mobile_number"`
	StockSymbol        *string  `json:"stock_symbol"`
	Type               *string  `json:"type"`
	Identifier         *string  `json:"identifier"`
	IdentifierType     *string  `json:"identifier_type"`
	Industry           *string  `json:"industry"`
	RegionsOfOperation []string `json:"regions_of_operation"`
	StockExchange      *string  `json:"stock_exchange"`
	Address            address  `json:"address"`
	Contact            person   `json:"contact"`
}

type address struct {
	Name       *string `json:"name"`
	Line1      *string `json:"line1"`
	Line2      *string `json:"line2"`
	Locality   *string `json:"locality"`
	Region     *string `json:"region"`
	PostalCode *string `json:"postal_code"`
	Country    *string `json:"country"`
}

type person struct {
	FirstName   *string `json:"first_name"`
	LastName    *string `json:"last_name"`
	Email       *string `json:"email"`
	PhoneNumber *string `json:"phone_number"`
	Title       *string `json:"title"`
	TitleOther  *string `json:"title_other"`
}

// organization puts what the form says over o, field by field. null clears.
func (f form) organization(o organization) organization {
	const name = "organization"
	if !f.given(name) {
		if f.has(name) {
			return organization{}
		}
		return o
	}
	in, _ := f.inner(name)
	in.keep("registered_name", &o.RegisteredName)
	in.keep("country", &o.Country)
	in.keep("email", &o.Email)
	in.keep("website", &o.Website)
	in.keep("mobile_number", &o.MobileNumber)
	in.keep("stock_symbol", &o.StockSymbol)
	in.choice("type", organizationTypes, &o.Type)
	in.keep("identifier", &o.Identifier)
	in.choice("identifier_type", identifierTypes, &o.IdentifierType)
	in.choice("industry", industries, &o.Industry)
	if in.has("regions_of_operation") {
		o.RegionsOfOperation = in.choices("regions_of_operation", regions)
	}
	in.choice("stock_exchange", stockExchanges, &o.StockExchange)
	o.Address = in.address(o.Address)
	o.Contact = in.person(o.Contact)
	return o
}

func (f form) address(a address) address {
	in, ok := f.inner("address")
	if !ok {
		return unlessCleared(f, "address", a)
	}
	in.keep("name", &a.Name)
	in.keep("line1", &a.Line1)
	in.keep("line2", &a.Line2)
	in.keep("locality", &a.Locality)
	in.keep("region", &a.Region)
	in.keep("postal_code", &a.PostalCode)
	in.keep("country", &a.Country)
	return a
}

func (f form) person(p person) person {
	in, ok := f.inner("contact")
	if !ok {
		return unlessCleared(f, "contact", p)
	}
	in.keep("first_name", &p.FirstName)
	in.keep("last_name", &p.LastName)
	in.keep("email", &p.Email)
	in.keep("phone_number", &p.PhoneNumber)
	in.choice("title", titles, &p.Title)
	in.keep("title_other", &p.TitleOther)
	return p
}

// unlessCleared is v, or nothing if the form has null for it.
func unlessCleared[T any](f form, name string, v T) T {
	if f.has(name) {
		return *new(T)
	}
	return v
}

// The vendor's lists of values.
var (
	organizationTypes = []string{
		"co_op", "government", "llc", "non_profit", "partnership", "private_corporation", "public_corporation", "sole_proprietor",
	}
	identifierTypes = []string{"ein", "cbn", "vat"}
	industries      = []string{
		"agriculture", "automotive", "banking", "construction", "consumer", "education", "electronics", "energy", "engineering",
		"fast_moving_consumer_goods", "financial", "fintech", "food_and_beverage", "government", "healthcare", "hospitality",
		"insurance", "jewelry", "legal", "manufacturing", "media", "not_for_profit", "oil_and_gas", "online",
		"professional_services", "raw_materials", "real_estate", "religion", "retail", "technology", "telecommunications",
		"transportation", "travel",
	}
	regions        = []string{"africa", "asia", "australia", "europe", "latin_america", "usa_and_canada"}
	stockExchanges = []string{
		"amex", "amx", "asx", "b3", "bme", "bse", "fra", "icex", "jpx", "jse", "krx", "lon", "nasdaq", "none", "nyse", "nse",
		"omx", "other", "sehk", "sgx", "sse", "sto", "swx", "szse", "tsx", "twse", "vse",
	}
	titles = []string{"ceo", "cfo", "director", "gm", "vp", "general_counsel", "other"}
)

// sample is an organization that lacks nothing, plainly made up.
func sample(name string) organization {
	text := func(s string) *string { return &s }
	return organization{
		RegisteredName: text(name), Country: text("US"), Email: text("hello@example.com"), Website: text("https://example.com"),
		Type: text("llc"), Identifier: text("00-0000000"), IdentifierType: text("ein"), Industry: text("technology"),
		RegionsOfOperation: []string{"usa_and_canada"},
		Address: address{
			Name: text(name), Line1: text("1 Example Street"), Locality: text("Salt Lake City"), Region: text("UT"),
			PostalCode: text("84101"), Country: text("US"),
		},
		Contact: person{
			FirstName: text("Sam"), LastName: text("Sample"), Email: text("sam@example.com"), PhoneNumber: text("+18015550199"),
			Title: text("ceo"),
		},
	}
}
