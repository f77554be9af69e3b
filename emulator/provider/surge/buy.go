package surge

import (
	"net/http"
	"regexp"
	"slices"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// wanted is what a purchase asks for.
type wanted struct {
	number sms.Number // exactly this one; then the rest is ignored
	kind   string
	areas  []string
	name   string
}

// buyNumber is POST /accounts/{account_id}/phone_numbers. A local number joins
// the account's active campaign by itself.
func buyNumber(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	changing.Lock()
	defer changing.Unlock()
	account, err := openAccount(net, r)
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	want := f.purchase()
	if err := f.err(); err != nil {
		return err
	}
	if most := planLimits[setting(net.Context(), "plan")]; most > 0 && len(ownNumbers(account)) >= most {
		return sms.Fail(tooManyNumbers, "")
	}
	l, ok := want.pick(net.Book())
	if !ok {
		return sms.Fail(noMatch, "")
	}
	l.ID = mint(net, sms.KindLine, net.Context().Request)
	l = inCampaign(l, account.ID, "", "")
	if id := activeCampaign(net.Book(), account.ID); id != "" && l.Kind == sms.LongCode {
		l = inCampaign(l, account.ID, id, attached)
	}
	if err := net.Do(withLine(account, l)...); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusCreated, numberView(l))
	return nil
}

// planLimits is how many numbers an account of a plan may have; 0 is no limit.
var planLimits = map[string]int{"hobby": 1, "starter": 25}

var northAmerican = regexp.MustCompile(`^\+1[2-9][0-9]{2}[2-9][0-9]{6}$`)

// purchase reads what a number must be like. The type follows from the area
// code where it is not given; a place means a local number.
func (f form) purchase() wanted {
	want := wanted{number: sms.Number(f.text("phone_number")), kind: f.text("type"), name: f.text("name")}
	code := f.text("area_code")
	latitude, longitude := f.degrees("latitude", 90), f.degrees("longitude", 180)
	if want.number != "" && !want.number.Valid() {
		f.complain("phone_number", noNumber)
	}
	if want.kind != "" && want.kind != local && want.kind != tollFree {
		f.complain("type", wrong)
	}
	if code != "" && !isArea(code) {
		f.complain("area_code", wrong)
	}
	switch {
	case latitude != nil && longitude == nil:
		f.complainOnce("longitude", blank)
	case longitude != nil && latitude == nil:
		f.complainOnce("latitude", blank)
	}
	switch {
	case code != "":
		want.areas = []string{code}
	case latitude != nil && longitude != nil:
		want.areas = []string{nearest(*latitude, *longitude)}
		if want.kind == "" {
			want.kind = local
		}
	case want.kind == "":
		want.kind = local
		fallthrough
	default:
		want.areas = areasOf(want.kind, "US")
	}
	return want
}

// degrees reads an angle from -most to most.
func (f form) degrees(name string, most float64) *float64 {
	v := f.real(name)
	if v != nil && (*v < -most || *v > most) {
		f.complain(name, wrong)
	}
	return v
}

// pick finds a free number. Any North American number can be asked for by
// itself; otherwise one of those for sale is taken.
func (want wanted) pick(book provider.Book) (sms.Line, bool) {
	if want.number != "" {
		_, taken := book.Line("", string(want.number))
		if taken || want.number == poolNumber || !northAmerican.MatchString(string(want.number)) {
			return sms.Line{}, false
		}
		return want.line(want.number)
	}
	areas := slices.DeleteFunc(slices.Clone(want.areas), func(code string) bool {
		_, kind, ok := area(code)
		return !ok || want.kind != "" && want.kind != kind
	})
	free := freeNumbers(book, areas, firstForSale, lastForSale, 1)
	if len(free) == 0 {
		return sms.Line{}, false
	}
	return want.line(free[0])
}

func (want wanted) line(n sms.Number) (sms.Line, bool) {
	_, kind, ok := area(string(n[2:5]))
	l := sms.Line{Number: n, Kind: sms.LongCode, Name: want.name}
	if kind == tollFree {
		l.Kind = sms.TollFree
	}
	if l.Name == "" {
		l.Name = formatted(n)
	}
	return l, ok
}

// withLine gives a line to an account, before its demo number, and tells of it
// if it is in a campaign.
func withLine(account sms.Account, l sms.Line) []sms.Change {
	at := slices.IndexFunc(account.Lines, func(l sms.Line) bool { return l.Kind == sms.DemoLine })
	if at < 0 {
		at = len(account.Lines)
	}
	account.Lines = slices.Insert(slices.Clone(account.Lines), at, l)
	changes := []sms.Change{&account}
	if heldOf(l).Status == attached {
		changes = append(changes, aboutNumber(attachedToCampaign, account.ID, l))
	}
	return changes
}
