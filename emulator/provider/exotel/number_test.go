package exotel

import (
	"testing"

	"github.com/switchhook/switchhook/emulator/sms"
)

func TestReadNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]sms.Number{
		"+919999900001":    "+919999900001",
		"919999900001":     "+919999900001",
		" 919999900001":    "+919999900001", // a plus that was not escaped
		"09999900001":      "+919999900001",
		"9999900001":       "+919999900001",
		"99999 00001":      "+919999900001",
		"+91-99999-00001":  "+919999900001",
		"0011234567890":    "+11234567890",
		"+442071838750":    "+442071838750",
		"01140000000":      "+911140000000",
		"+9118001234567":   "+9118001234567",
		"":                 "",
		"12345":            "",
		"+9199999":         "",
		"+910999990000":    "",
		"+91999990000123":  "",
		"442071838750":     "", // twelve digits of another country
		"call me":          "",
		"+１９９９９９０００１":      "",
		"++919999900001":   "",
		"00":               "",
		"0000000000":       "",
		"999990000199":     "",
		"+919999900001,+9": "",
	} {
		got, ok := readNumber(text)
		if ok != (want != "") || ok && got != want {
			t.Errorf("readNumber(%q) = %q, %t, want %q", text, got, ok, want)
		}
	}
}

func TestNationalNumbersReadBack(t *testing.T) {
	t.Parallel()
	for n, want := range map[sms.Number]string{
		"+919999900001": "09999900001", "+911140000000": "01140000000", "+442071838750": "00442071838750",
	} {
		shown := national(n)
		if back, ok := readNumber(shown); shown != want || !ok || back != n {
			t.Errorf("%s is shown as %s and read back as %s; want %s", n, shown, back, want)
		}
	}
}

func FuzzReadNumber(f *testing.F) {
	for _, seed := range []string{"+919999900001", "09999900001", "00", "+", "91", "\xff", "٠٩٩٩٩٩٠٠٠٠١"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := readNumber(text)
		if !ok {
			return
		}
		if !n.Valid() {
			t.Fatalf("readNumber(%q) = %q, which is not E.164", text, n)
		}
		if back, ok := readNumber(national(n)); !ok || back != n {
			t.Fatalf("readNumber(%q) = %q, shown as %q and read back as %q", text, n, national(n), back)
		}
	})
}
