package surge

import (
	"net/http"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// createContact is POST /accounts/{account_id}/contacts.
func createContact(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := openAccount(net, r)
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	c, f := net.Context(), newForm(in)
	who := f.contact(sms.Contact{Provider: c.Provider, Account: account.ID}, c)
	who.Number = f.number("phone_number")
	if err := f.err(); err != nil {
		return err
	}
	err = net.Do(&who) // on Taken, who becomes the contact that stands there
	if err != nil && err.Code == sms.Taken && setting(c, "duplicate_contact") == "return" {
		err = nil
	}
	return answerContact(w, http.StatusCreated, who, err)
}

// changeContact is PATCH /contacts/{id}: what is left out stays.
func changeContact(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	changing.Lock()
	defer changing.Unlock()
	who, ok := contactByID(net, "", r.PathValue("id"))
	if !ok {
		return sms.Fail(sms.NotFound, "")
	}
	if err := notArchived(net.Book(), who.Account); err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	who = f.contact(who, net.Context())
	if f.has("phone_number") {
		who.Number = f.number("phone_number")
	}
	if err := f.err(); err != nil {
		return err
	}
	err = net.Do(&who)
	return answerContact(w, http.StatusOK, who, err)
}

// showContact is GET /contacts/{id}.
func showContact(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	who, ok := contactByID(net, "", r.PathValue("id"))
	if !ok {
		return sms.Fail(sms.NotFound, "")
	}
	return answerContact(w, http.StatusOK, who, nil)
}

func answerContact(w http.ResponseWriter, status int, who sms.Contact, err *sms.Error) *sms.Error {
	if err != nil && err.Code == sms.Taken {
		return sms.InvalidField("phone_number", takenText)
	}
	if err == nil {
		provider.WriteJSON(w, status, contactView(who))
	}
	return err
}

// contact puts what the form says about a contact, its number apart, over who.
// null clears; metadata is replaced as a whole.
func (f form) contact(who sms.Contact, c provider.Context) sms.Contact {
	for name, place := range map[string]*string{
		"first_name": &who.FirstName, "last_name": &who.LastName, "email": &who.Email,
	} {
		if f.has(name) {
			*place = f.text(name)
		}
	}
	if f.has("metadata") {
		who.Metadata = f.metadata(setting(c, "metadata") == "strings")
	}
	if f.has("outbound_disabled") {
		who.Disabled = f.flag("outbound_disabled")
	}
	return who
}
