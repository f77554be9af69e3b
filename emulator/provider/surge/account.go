package surge

import (
	"cmp"
	"iter"
	"net/http"
	"slices"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// profile is what Surge knows of an account besides its lines.
type profile struct {
	Name         string       `json:"name"`
	BrandName    *string      `json:"brand_name"`
	TimeZone     *string      `json:"time_zone"`
	Organization organization `json:"organization"`
	Archived     bool         `json:"archived,omitempty"`
}

// accountInfo is the account as answers show it.
type accountInfo struct {
	ID           string       `json:"id"`
	Name         string       `json:"name"`
	BrandName    *string      `json:"brand_name"`
	TimeZone     *string      `json:"time_zone"`
	Organization organization `json:"organization"`
}

func accountView(id string, p profile) accountInfo {
	return accountInfo{id, p.Name, p.BrandName, p.TimeZone, p.Organization}
}

// profileOf is the profile of an account. One that was not made through the
// API has all that carriers ask for.
func profileOf(book provider.Book, account sms.Account) (sms.Document, profile) {
	if d, ok := book.Document(kindProfile, account.ID); ok {
		if p, ok := read[profile](d); ok {
			return d, p
		}
	}
	p := profile{Name: account.Name, Organization: sample(account.Name)}
	return document(kindProfile, account.ID, p), p
}

// accountOf finds the account in the path or, on the older paths, in a header.
// Only the paths of accounts themselves may call it with {id}.
func accountOf(net provider.Network, r *http.Request) (sms.Account, *sms.Error) {
	id := cmp.Or(r.PathValue("account_id"), r.PathValue("id"), r.Header.Get("Surge-Account"))
	account, ok := net.Book().Account(id)
	if !ok {
		return touchAccount(net, id)
	}
	return account, nil
}

// openAccount finds an account that may still be changed.
func openAccount(net provider.Network, r *http.Request) (sms.Account, *sms.Error) {
	account, err := accountOf(net, r)
	if err == nil {
		err = notArchived(net.Book(), account.ID)
	}
	return account, err
}

// notArchived refuses changes to what belongs to an archived account.
func notArchived(book provider.Book, id string) *sms.Error {
	if d, ok := book.Document(kindProfile, id); ok {
		if p, _ := read[profile](d); p.Archived {
			return sms.Fail(archived, "")
		}
	}
	return nil
}

// createAccount is POST /accounts. The new account sends from a demo number.
func createAccount(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	p := f.profile(profile{})
	f.need("name")
	if err := f.err(); err != nil {
		return err
	}
	changing.Lock()
	defer changing.Unlock()
	if most := count(net.Context(), "accounts_limit", 0); most > 0 && openAccounts(net.Book()) >= most {
		return sms.Fail(tooManyAccounts, "")
	}
	account := newAccount(net, mint(net, sms.KindAccount, net.Context().Request), p)
	about := document(kindProfile, account.ID, p)
	if err := net.Do(&account, &about); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusCreated, accountView(account.ID, p))
	return nil
}

// newAccount has a demo number, as every account that has yet to buy one.
func newAccount(net provider.Network, id string, p profile) sms.Account {
	demo := sms.Line{
		ID: mint(net, sms.KindLine, id), Kind: sms.DemoLine, Name: demoName, Cap: demoCap,
		Number: demoNumber(net.Book()),
	}
	return sms.Account{ID: id, Provider: vendor, Name: p.brand(), Lines: []sms.Line{demo}}
}

// brand is what the account is called towards handsets.
func (p profile) brand() string {
	if p.BrandName != nil {
		return *p.BrandName
	}
	return p.Name
}

// openAccounts counts the accounts of the project that are not archived.
func openAccounts(book provider.Book) (n int) {
	for a := range allAccounts(book) {
		if notArchived(book, a.ID) == nil {
			n++
		}
	}
	return n
}

// allAccounts walks the accounts of the project, oldest first.
func allAccounts(book provider.Book) iter.Seq[sms.Account] {
	return func(yield func(sms.Account) bool) {
		p := sms.Page{Limit: 50, Oldest: true}
		for {
			slice, ok := book.Accounts(p)
			for _, a := range slice.Items {
				if !isPool(a) && !yield(a) {
					return
				}
				p.After = a.ID
			}
			if !ok || !slice.Further {
				return
			}
		}
	}
}

// profile puts what the form says over p. null clears.
func (f form) profile(p profile) profile {
	if f.has("name") {
		p.Name = f.need("name")
	}
	f.keep("brand_name", &p.BrandName)
	f.keep("time_zone", &p.TimeZone)
	p.Organization = f.organization(p.Organization)
	return p
}

// listAccounts is GET /accounts. The pool that sends verification codes is no
// account of the project, so one more than a page is asked for.
func listAccounts(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	book := net.Book()
	find := func(p sms.Page) (sms.Slice[sms.Account], bool) {
		limit := p.Limit
		p.Limit++
		slice, ok := book.Accounts(p)
		slice.Items = slices.DeleteFunc(slices.Clone(slice.Items), isPool)
		if extra := len(slice.Items) - limit; extra > 0 && p.Before != "" {
			slice.Items, slice.Earlier = slice.Items[extra:], true
		} else if extra > 0 {
			slice.Items, slice.Further = slice.Items[:limit], true
		}
		return slice, ok
	}
	return answerPage(net, w, r, find, func(a sms.Account) (string, accountInfo) {
		_, p := profileOf(book, a)
		return a.ID, accountView(a.ID, p)
	})
}

// showAccount is GET /accounts/{id}.
func showAccount(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net, r)
	if err != nil {
		return err
	}
	_, p := profileOf(net.Book(), account)
	provider.WriteJSON(w, http.StatusOK, accountView(account.ID, p))
	return nil
}

// changeAccount is PATCH /accounts/{id}: what is left out stays.
func changeAccount(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
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
	about, p := profileOf(net.Book(), account)
	p = f.profile(p)
	if err := f.err(); err != nil {
		return err
	}
	about, account.Name = with(about, p), p.brand()
	if err := net.Do(&account, &about); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusOK, accountView(account.ID, p))
	return nil
}

// archiveAccount is DELETE /accounts/{id}: numbers are released and
// campaigns end.
func archiveAccount(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	changing.Lock()
	defer changing.Unlock()
	account, err := openAccount(net, r)
	if err != nil {
		return err
	}
	about, p := profileOf(net.Book(), account)
	if lenient(net) {
		provider.WriteJSON(w, http.StatusOK, accountView(account.ID, p))
		return nil
	}
	p.Archived = true
	about, account.Lines = with(about, p), nil
	changes := []sms.Change{&account, &about}
	for d, body := range campaignsOf(net.Book(), account.ID) {
		body.Status = deactivated
		ended := with(d, body)
		changes = append(changes, &ended)
	}
	if err := net.Do(changes...); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusOK, accountView(account.ID, p))
	return nil
}
