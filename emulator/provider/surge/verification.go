package surge

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// verification is the body of a kindVerification document.
type verification struct {
	Number   sms.Number `json:"phone_number"`
	Status   string     `json:"status"`
	Attempts int        `json:"attempt_count"`
	Code     string     `json:"code"`
	Until    time.Time  `json:"until"`
	Touched  bool       `json:"touched,omitempty"` // made on first touch: it can be verified again
}

// The life of a verification.
const (
	pending   = "pending"
	verified  = "verified"
	exhausted = "exhausted"
	expired   = "expired"
)

const (
	codeLife  = 10 * time.Minute
	codeTries = 3
)

type verificationInfo struct {
	ID       string     `json:"id"`
	Number   sms.Number `json:"phone_number"`
	Status   string     `json:"status"`
	Attempts int        `json:"attempt_count"`
}

func verificationView(id string, v verification) verificationInfo {
	return verificationInfo{id, v.Number, v.Status, v.Attempts}
}

// checked is the answer to a check; it is the same for a good code and a bad one.
type checked struct {
	Result       string            `json:"result"`
	Verification *verificationInfo `json:"verification,omitempty"`
}

// startVerification is POST /accounts/{account_id}/verifications, and POST
// /verifications for the project's first account.
func startVerification(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := verifyingAccount(net, r)
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	to := f.number("phone_number")
	if err := f.err(); err != nil {
		return err
	}
	v := verification{Number: to, Status: pending, Code: newCode(net), Until: net.Book().Now().Add(codeLife)}
	if err := textCode(net, v); err != nil {
		return err
	}
	d := document(kindVerification, account.ID, v)
	if err := net.Do(&d); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusCreated, verificationView(d.ID, v))
	return nil
}

func verifyingAccount(net provider.Network, r *http.Request) (sms.Account, *sms.Error) {
	if r.PathValue("account_id") != "" {
		return openAccount(net, r)
	}
	for a := range allAccounts(net.Book()) {
		return a, notArchived(net.Book(), a.ID)
	}
	return sms.Account{}, sms.Fail(sms.AccountNotFound, "")
}

// newCode is six digits that nobody can guess from another.
func newCode(net provider.Network) string {
	drawn := net.Context().Draw("verification code " + net.Context().Request)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(drawn[:8])%1_000_000)
}

// The number that codes come from is shared by all and belongs to none of the
// project's accounts, so a STOP to it opts out of nothing else.
const (
	poolNumber = sms.Number("+18885550100")
	poolName   = "Surge Verify"
	poolLine   = sms.LineKind("pool")
)

func isPool(a sms.Account) bool { return len(a.Lines) > 0 && a.Lines[0].Kind == poolLine }

// pool is the account behind the shared number; it is made on first use.
func pool(net provider.Network) (sms.Account, *sms.Error) {
	draw := func(kind sms.Kind) string {
		return newID(kind, 0, time.UnixMilli(0), net.Context().Draw("verification pool "+string(kind)))
	}
	account := sms.Account{
		ID: draw(sms.KindAccount), Provider: vendor, Name: poolName,
		Lines: []sms.Line{{ID: draw(sms.KindLine), Number: poolNumber, Kind: poolLine, Name: poolName}},
	}
	if _, ok := net.Book().Account(account.ID); ok {
		return account, nil
	}
	return account, net.Do(&account)
}

// textCode texts the code, unless the number opted out of the pool.
func textCode(net provider.Network, v verification) *sms.Error {
	from, err := pool(net)
	if err != nil {
		return err
	}
	if net.Book().OptedOut(from.ID, v.Number, poolNumber) {
		return sms.Fail(sms.RecipientOut, "")
	}
	_, err = net.Send(sms.Outbound{
		Account: from.ID, Handset: v.Number, Line: poolNumber, Automatic: true,
		Body: "Your verification code is " + v.Code + ". It expires in 10 minutes.",
	})
	return err
}

// checkCode is POST /verifications/{id}/checks.
func checkCode(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	changing.Lock()
	defer changing.Unlock()
	d, v, err := documentOf[verification](net, kindVerification, r.PathValue("id"))
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	code := f.need("code")
	if err := f.err(); err != nil {
		return err
	}
	status, result := v.check(code, net.Book().Now())
	d = with(d, v)
	if err := net.Do(&d); err != nil {
		return err
	}
	answer := checked{Result: result}
	if status != http.StatusConflict {
		shown := verificationView(d.ID, v)
		answer.Verification = &shown
	}
	provider.WriteJSON(w, status, answer)
	return nil
}

// check tries a code. A verification that is over takes no more tries.
func (v *verification) check(code string, now time.Time) (status int, result string) {
	switch {
	case v.Status == verified && !v.Touched:
		return http.StatusConflict, "already_verified"
	case v.Status == exhausted:
		return http.StatusBadRequest, exhausted
	case v.Status == expired || !now.Before(v.Until):
		v.Status = expired
		return http.StatusBadRequest, expired
	}
	v.Attempts++
	if code == v.Code {
		v.Status = verified
		return http.StatusOK, "ok"
	}
	if v.Attempts >= codeTries {
		v.Status = exhausted
	}
	return http.StatusBadRequest, "incorrect"
}
