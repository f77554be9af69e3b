package surge

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/switchhook/switchhook/emulator/sms"
)

// prefixes are the TypeID prefixes of the kinds that have an id.
var prefixes = map[sms.Kind]string{
	sms.KindAccount:      "acct_",
	sms.KindLine:         "pn_",
	sms.KindContact:      "ctc_",
	sms.KindConversation: "cnv_",
	sms.KindMessage:      "msg_",
	sms.KindMedia:        "att_",
	sms.KindEvent:        "evt_",

	kindCampaign:     "cpn_",
	kindBlast:        "bst_",
	kindAudience:     "aud_",
	kindUser:         "usr_",
	kindVerification: "vfn_",
	kindLink:         "lnk_",
	kindCall:         "call_",
	kindRecording:    "rec_",
	kindSigner:       "sgn_",
	kindVoicemail:    "vml_", // not visible in any document

	// No caller ever sees these.
	kindProfile: "prf_",
	kindImport:  "imp_",
	kindMember:  "mbr_",
	kindClick:   "clk_",
	kindFile:    "att_",
}

// newID is a TypeID: a prefix and a UUIDv7, so ids of one kind sort by the
// millisecond in which they were made.
func newID(kind sms.Kind, _ uint64, at time.Time, entropy [16]byte) string {
	u := uuid.UUID(entropy)
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(u[:6], ms[2:])
	u[6] = u[6]&0x0f | 0x70 // version 7
	u[8] = u[8]&0x3f | 0x80 // variant of RFC 9562
	return prefixes[kind] + base32(u)
}

// base32 writes u as TypeID does: 26 lower-case Crockford characters, the first 0 to 7.
func base32(u uuid.UUID) string {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	high, low := binary.BigEndian.Uint64(u[:8]), binary.BigEndian.Uint64(u[8:])
	var out [26]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = alphabet[low&31]
		low = low>>5 | high<<59
		high >>= 5
	}
	return string(out[:])
}
