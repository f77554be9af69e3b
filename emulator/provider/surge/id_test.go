package surge

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/switchhook/switchhook/emulator/sms"
)

// The reference pair of the TypeID specification: a UUIDv7 and its suffix.
func TestBase32(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"00000000-0000-0000-0000-000000000000": "00000000000000000000000000",
		"00000000-0000-0000-0000-000000000020": "00000000000000000000000010",
		"01890a5d-ac96-774b-bcce-b302099a8057": "01h455vb4pex5vsknk084sn02q",
		"ffffffff-ffff-ffff-ffff-ffffffffffff": "7zzzzzzzzzzzzzzzzzzzzzzzzz",
	} {
		if got := base32(uuid.MustParse(text)); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	var ones [16]byte
	for i := range ones {
		ones[i] = 0xff
	}
	form := regexp.MustCompile(`^(acct|pn|ctc|cnv|msg|att|evt|cpn|bst|aud|usr|vfn|lnk|call|rec|sgn|vml|prf|imp|mbr|clk)_[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}$`)
	for kind := range prefixes {
		if id := New().ID(kind, 0, epoch, ones); !form.MatchString(id) {
			t.Errorf("id of a %s is %q", kind, id)
		}
	}
	u := decodeID(t, newID(sms.KindMessage, 0, epoch, ones))
	if u.Version() != 7 || u.Variant() != uuid.RFC4122 {
		t.Errorf("%s is version %d, variant %s", u, u.Version(), u.Variant())
	}
	if sec, nsec := u.Time().UnixTime(); !time.Unix(sec, nsec).Equal(epoch) {
		t.Errorf("the time in %s is %v, want %v", u, time.Unix(sec, nsec).UTC(), epoch)
	}
	if early, late := newID(sms.KindMessage, 0, epoch, ones), newID(sms.KindMessage, 0, epoch.Add(time.Millisecond), [16]byte{}); early >= late {
		t.Errorf("%s does not sort before %s", early, late)
	}
}

// decodeID undoes base32 the slow way.
func decodeID(t *testing.T, id string) (u uuid.UUID) {
	t.Helper()
	_, suffix, _ := strings.Cut(id, "_")
	for _, r := range suffix {
		carry := strings.IndexRune("0123456789abcdefghjkmnpqrstvwxyz", r)
		for i := len(u) - 1; i >= 0; i-- {
			carry += int(u[i]) * 32
			u[i], carry = byte(carry), carry>>8
		}
	}
	return u
}
