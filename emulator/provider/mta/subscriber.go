package mta

import (
	"maps"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// subscriber is a person that the account knows, by number, by e-mail or both.
type subscriber struct {
	FirstName  string            `json:"firstName,omitempty"`
	LastName   string            `json:"lastName,omitempty"`
	Email      string            `json:"email,omitempty"`
	Number     sms.Number        `json:"number,omitempty"`
	Employee   string            `json:"employeeNumber,omitempty"`
	Groups     []membership      `json:"groups,omitempty"`
	Fields     map[string]string `json:"fields,omitempty"`
	Subscribed string            `json:"date"`
}

// membership is a group that a subscriber is in, or was in until it was deleted.
type membership struct {
	ID ref    `json:"id"`
	At string `json:"at"`
}

// identity are the keys that no two subscribers share.
func (s subscriber) identity() (keys []string) {
	if s.Number != "" {
		keys = append(keys, numberKey(s.Number))
	}
	if s.Email != "" {
		keys = append(keys, emailKey(s.Email))
	}
	return keys
}

// keys are all that a subscriber is found and listed under.
func (s subscriber) keys() []string {
	keys := s.identity()
	for _, g := range s.Groups {
		keys = append(keys, groupKey(g.ID))
	}
	return keys
}

func numberKey(n sms.Number) string { return "number " + string(n) }
func emailKey(email string) string  { return "email " + strings.ToLower(email) }
func groupKey(id ref) string        { return "group " + string(id) }

// contact is what the network is told of a subscriber.
func (s subscriber) contact() *sms.Contact {
	return &sms.Contact{Number: s.Number, FirstName: s.FirstName, LastName: s.LastName, Email: s.Email}
}

// join puts the subscriber into a group; false if it is there already.
func (s *subscriber) join(group ref, at string) bool {
	if slices.ContainsFunc(s.Groups, func(m membership) bool { return m.ID == group }) {
		return false
	}
	s.Groups = append(slices.Clone(s.Groups), membership{group, at})
	return true
}

// leave takes the subscriber out of a group; false if it is not in there.
func (s *subscriber) leave(group ref) bool {
	rest := slices.DeleteFunc(slices.Clone(s.Groups), func(m membership) bool { return m.ID == group })
	left := len(rest) < len(s.Groups)
	s.Groups = rest
	return left
}

// findSubscriber finds a subscriber by id, number or e-mail.
func findSubscriber(book provider.Book, text string) (record[subscriber], bool) {
	if digits(text) {
		if known, ok := find[subscriber](book, kindSubscriber, text); ok {
			return known, true
		}
	}
	if n, kind := readPhone(text); kind != noPhone {
		return find[subscriber](book, kindSubscriber, numberKey(n))
	}
	return find[subscriber](book, kindSubscriber, emailKey(text))
}

// known finds the subscriber that v would be the same as.
func (s subscriber) known(book provider.Book) (record[subscriber], bool) {
	for _, key := range s.identity() {
		if known, ok := find[subscriber](book, kindSubscriber, key); ok {
			return known, true
		}
	}
	return record[subscriber]{}, false
}

// saveSubscriber keeps a subscriber, new or changed. Taken means that another
// one has its number or e-mail, which then is what r holds.
func saveSubscriber(net provider.Network, r *record[subscriber]) *sms.Error {
	if r.doc.ID == "" {
		d := r.change(r.v.identity()...)
		d.New = true
		if err := net.Do(d); err != nil {
			*r = load[subscriber](*d)
			return err
		}
		if len(r.v.Groups) == 0 {
			return nil
		}
	}
	return net.Do(r.change(r.v.keys()...))
}

// ensure is the subscriber with the number or e-mail of v, made if there is none.
func ensure(net provider.Network, account string, v subscriber) (record[subscriber], *sms.Error) {
	if known, ok := v.known(net.Book()); ok {
		return known, nil
	}
	v.Subscribed = instant(net.Book().Now())
	fresh := draft(kindSubscriber, account, v)
	err := saveSubscriber(net, &fresh)
	if err != nil && err.Code == sms.Taken {
		return fresh, nil // somebody was faster
	}
	return fresh, err
}

// read puts what the form says over s. null clears.
func (s *subscriber) read(f *form, book provider.Book) {
	for name, place := range map[string]*string{
		"firstName": &s.FirstName, "lastName": &s.LastName, "employeeNumber": &s.Employee,
	} {
		if f.has(name) {
			*place = f.text(name)
		}
	}
	if f.has("email") {
		s.Email = strings.TrimSpace(f.text("email"))
		if s.Email != "" && !mailLike(s.Email) {
			f.complain("email", "is not a valid e-mail address")
		}
	}
	switch {
	case f.given("e164Number"): // wins over number
		s.Number = f.phone("e164Number")
	case f.has("number"):
		s.Number = f.phone("number")
	}
	s.readGroups(f, book)
	s.readFields(f)
	if len(s.identity()) == 0 {
		f.complain("number", "or email is required")
	}
}

// mailLike reports whether a text can be an e-mail address.
func mailLike(text string) bool {
	name, host, ok := strings.Cut(text, "@")
	return ok && name != "" && strings.Contains(host, ".") && !strings.ContainsAny(text, " \t\r\n,;")
}

// readGroups makes the groups the ones given. Those that stay keep their date.
func (s *subscriber) readGroups(f *form, book provider.Book) {
	if !f.has("groupIds") {
		return
	}
	given := f.ids("groupIds")
	kept := slices.DeleteFunc(slices.Clone(s.Groups), func(m membership) bool { return !slices.Contains(given, m.ID) })
	s.Groups = kept
	for _, id := range given {
		if _, ok := find[group](book, kindGroup, string(id)); !ok {
			f.complain("groupIds", "names a group that does not exist")
			return
		}
		s.join(id, instant(book.Now()))
	}
}

// readFields puts custom fields over those that are; an empty value clears one.
func (s *subscriber) readFields(f *form) {
	var given map[string]string
	f.read("subscriberFields", &given, "must be an object of strings")
	fields := maps.Clone(s.Fields)
	for id, value := range given {
		if !digits(id) {
			f.complain("subscriberFields", "must have ids of custom fields as names")
		}
		if fields == nil {
			fields = map[string]string{}
		}
		fields[id] = value
		if value == "" {
			delete(fields, id)
		}
	}
	s.Fields = fields
}
