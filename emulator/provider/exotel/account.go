package exotel

import (
	"encoding/xml"
	"fmt"
	"net/http"

	"github.com/switchhook/switchhook/emulator/sms"
)

// balanceAccount is the answer to Balance.
type balanceAccount struct {
	AccountSid  string `json:"AccountSid"`
	BalanceData struct {
		Balance     string `json:"Balance"`
		Currency    string `json:"Currency"`
		PricingPlan string `json:"PricingPlan"`
		DateUpdated string `json:"DateUpdated"`
	} `json:"BalanceData"`
}

// showBalance is GET …/Balance. The balance is what the switch says: sends do
// not use it up.
func showBalance(c call) *sms.Error {
	a := balanceAccount{AccountSid: c.account.ID}
	a.BalanceData.Balance = fmt.Sprintf("%d.00", count(c.context.Settings, "balance"))
	a.BalanceData.Currency, a.BalanceData.PricingPlan = "INR", "Pay As You Go"
	a.BalanceData.DateUpdated = stamp(c.book.Now())
	if wantsJSON(c.r) {
		writeJSON(c.w, http.StatusOK, struct {
			Account balanceAccount `json:"Account"`
		}{a})
		return nil
	}
	writeXML(c.w, http.StatusOK, struct {
		XMLName xml.Name       `xml:"TwilioResponse"`
		Account balanceAccount `xml:"Account"`
	}{Account: a})
	return nil
}

// numberData is the answer to Numbers.
type numberData struct {
	PhoneNumber  string `json:"PhoneNumber"`
	Circle       string `json:"Circle"`
	CircleName   string `json:"CircleName"`
	Type         string `json:"Type"`
	Operator     string `json:"Operator"`
	OperatorName string `json:"OperatorName"`
	DND          string `json:"DND"`
}

// showNumber is GET …/Numbers/{number}. Circle and operator are invented.
func showNumber(c call) *sms.Error {
	n, ok := readNumber(idOf(c.r, "number"))
	if !ok || !isIndian(n) {
		return fail(40501, "Invalid phone number")
	}
	d := numberData{
		PhoneNumber: national(n), Circle: "KA", CircleName: "Karnataka Telecom Circle", Type: "Mobile",
		Operator: "SW", OperatorName: "Switchhook", DND: "No",
	}
	if isLandline(n) {
		d.Type = "Landline"
	}
	if isDND(n) {
		d.DND = "Yes"
	}
	if wantsJSON(c.r) {
		writeJSON(c.w, http.StatusOK, struct {
			Numbers numberData `json:"Numbers"`
		}{d})
		return nil
	}
	writeXML(c.w, http.StatusOK, struct {
		XMLName xml.Name   `xml:"TwilioResponse"`
		Numbers numberData `xml:"Numbers"`
	}{Numbers: d})
	return nil
}
