package exotel

import (
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// magicPrefix begins the numbers whose last five digits are the final code of
// what is sent to them. They are ours: Exotel has none.
const magicPrefix = "+9199999"

const (
	codeDND    = 23005
	codeSilent = 20006
)

// magic gives one number per final code, for example +919999923040.
func magic() []sms.Magic {
	all := []sms.Magic{
		{Number: magicNumber(20005), Says: "sent, 20005 DELIVERED_TO_HANDSET"},
		{Number: magicNumber(codeSilent), Silent: true, Says: "no receipt: sent, 20006 DELIVERED_TO_OPERATOR"},
	}
	used := map[int]bool{}
	for _, f := range failures {
		said := f.canonical
		if used[said.code] {
			continue
		}
		used[said.code] = true
		m := sms.Magic{
			Number: magicNumber(said.code), Failure: f.reason,
			Says: fmt.Sprintf("%s, %d %s", said.status, said.code, said.detailed),
		}
		if said.code == codeDND {
			m.Failure = "" // only what is promotional fails
			m.Says += "; only promotional texts, all others are delivered"
		}
		all = append(all, m)
	}
	return all
}

func magicNumber(code int) sms.Number { return sms.Number(fmt.Sprintf("%s%05d", magicPrefix, code)) }

// isDND reports whether a handset is on the national do-not-disturb register.
func isDND(n sms.Number) bool {
	return strings.HasPrefix(string(n), magicPrefix) && n == magicNumber(codeDND)
}
