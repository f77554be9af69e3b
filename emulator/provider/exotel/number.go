package exotel

import (
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

const india = "+91"

// readNumber reads a number in E.164 or in the forms that Exotel completes
// with the account's country: 91…, 0… and ten digits. 00 begins another one's.
func readNumber(text string) (sms.Number, bool) {
	text = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(text)
	digits, plus := strings.CutPrefix(text, "+")
	if digits == "" || !only(digits, "0123456789") {
		return "", false
	}
	var n string
	switch {
	case plus:
		n = "+" + digits
	case strings.HasPrefix(digits, "00"):
		n = "+" + digits[2:]
	case len(digits) == 11 && digits[0] == '0', len(digits) == 12 && strings.HasPrefix(digits, "01800"):
		n = india + digits[1:]
	case len(digits) == 12 && strings.HasPrefix(digits, "91"):
		n = "+" + digits
	case len(digits) == 10:
		n = india + digits
	}
	if rest, ok := strings.CutPrefix(n, india); ok && !indian(rest) {
		return "", false
	}
	return sms.Number(n), sms.Number(n).Valid()
}

// indian reports whether digits are a national number: ten of them, or a
// toll-free number of eleven.
func indian(digits string) bool {
	return digits != "" && digits[0] != '0' && (len(digits) == 10 || len(digits) == 11 && strings.HasPrefix(digits, "1800"))
}

func isIndian(n sms.Number) bool { return strings.HasPrefix(string(n), india) }

// isLandline reports whether a number is of India and no mobile one; those
// begin with 6 to 9, as some landlines do: those pass for mobile ones.
func isLandline(n sms.Number) bool {
	rest, ok := strings.CutPrefix(string(n), india)
	return ok && rest < "6"
}

// national is how answers and callbacks show a number: 0 before an Indian one,
// 00 before any other.
func national(n sms.Number) string {
	if rest, ok := strings.CutPrefix(string(n), india); ok {
		return "0" + rest
	}
	return "00" + strings.TrimPrefix(string(n), "+")
}

// only reports whether every character of s is one of chars.
func only(s, chars string) bool { return strings.Trim(s, chars) == "" }
