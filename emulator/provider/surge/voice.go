package surge

import (
	"encoding/binary"
	"net/http"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// call is the body of a kindCall document. No operation of the vendor makes
// one: a document of this form that falls due becomes a call that has ended.
type call struct {
	Handset   sms.Number `json:"handset"`
	Line      sms.Number `json:"line,omitempty"`      // default: the account's first number
	Outbound  bool       `json:"outbound,omitempty"`  // the account called the handset
	Status    string     `json:"status,omitempty"`    // default: completed
	Duration  int        `json:"duration,omitempty"`  // in seconds
	Recorded  bool       `json:"recorded,omitempty"`  // there is a recording of it
	Voicemail bool       `json:"voicemail,omitempty"` // a voicemail was left, which is recorded too
	Contact   string     `json:"contact,omitempty"`
	Started   time.Time  `json:"started,omitzero"` // default: Duration before it fell due
}

// recording is the body of a kindRecording document, and of a kindVoicemail one.
type recording struct {
	Call      string `json:"call"`
	Duration  int    `json:"duration"`
	Recording string `json:"recording,omitempty"` // of a voicemail
	Of        *call  `json:"of,omitempty"`        // the call as it was
}

// callInfo is the call as recordings show it.
type callInfo struct {
	ID          string  `json:"id"`
	Contact     contact `json:"contact"`
	Duration    int     `json:"duration"`
	InitiatedAt string  `json:"initiated_at"`
	Status      string  `json:"status"`
}

// callData is the call as webhooks show it.
type callData struct {
	callInfo
	From   *string `json:"from"`
	To     *string `json:"to"`
	LineID *string `json:"phone_number_id"`
}

type recordingInfo struct {
	ID       string   `json:"id"`
	Duration int      `json:"duration"`
	Call     callInfo `json:"call"`
}

// recordingData is data of recording.completed and, with a recording_id, of
// voicemail.received.
type recordingData struct {
	ID          string   `json:"id"`
	Duration    int      `json:"duration"`
	RecordingID string   `json:"recording_id,omitempty"`
	Call        callData `json:"call"`
}

func callView(id string, c call, who sms.Contact) callInfo {
	return callInfo{id, contactView(who), c.Duration, instant(c.Started), c.Status}
}

func callWebhook(id string, c call, who sms.Contact, l sms.Line) callData {
	data := callData{callInfo: callView(id, c, who), From: optional(string(c.Handset)), To: optional(string(c.Line)), LineID: optional(l.ID)}
	if c.Outbound {
		data.From, data.To = data.To, data.From
	}
	return data
}

func recordingView(d sms.Document, rec recording, book provider.Book) recordingInfo {
	c := fresh(rec.Of)
	who, _ := book.Contact(c.Contact)
	return recordingInfo{d.ID, rec.Duration, callView(rec.Call, *c, who)}
}

// called ends a call that has fallen due, and tells of it and its recording.
func called(net provider.Network, d sms.Document) {
	c, ok := read[call](d)
	account, known := net.Book().Account(d.Account)
	if !ok || !known || !c.Handset.Valid() {
		return
	}
	c, l := c.complete(account, net.Book().Now())
	who, err := contactFor(net, account.ID, c.Handset)
	if err != nil {
		return
	}
	c.Contact = who.ID
	d = with(d, c)
	tell := func(t sms.EventType, about *sms.Document) *sms.Event {
		e := vendorEvent(t, about)
		e.Contact, e.Line, e.Handset = &who, &l, c.Handset
		return e
	}
	ended := tell(callEnded, &d)
	if !c.Recorded && !c.Voicemail {
		_ = net.Do(&d, ended)
		return
	}
	rec := document(kindRecording, account.ID, recording{Call: d.ID, Duration: c.Duration, Of: &c})
	rec.ID = mint(net, kindRecording, d.ID)
	if !c.Voicemail {
		_ = net.Do(&d, ended, &rec, tell(recordingCompleted, &rec))
		return
	}
	left := document(kindVoicemail, account.ID, recording{Call: d.ID, Duration: c.Duration, Recording: rec.ID, Of: &c})
	_ = net.Do(&d, ended, &rec, &left, tell(voicemailReceived, &left))
}

// complete fills in what the maker of a call left out.
func (c call) complete(account sms.Account, now time.Time) (call, sms.Line) {
	if !slices.Contains(callStatuses, c.Status) {
		c.Status = "completed"
	}
	c.Duration = max(c.Duration, 0)
	if c.Started.IsZero() {
		c.Started = now.Add(-time.Duration(c.Duration) * time.Second)
	}
	if c.Line == "" && len(account.Lines) > 0 {
		c.Line = account.Lines[0].Number
	}
	for _, l := range account.Lines {
		if l.Number == c.Line {
			return c, l
		}
	}
	return c, sms.Line{}
}

// contactFor is the account's contact with a number; it is made if there is none.
func contactFor(net provider.Network, account string, n sms.Number) (sms.Contact, *sms.Error) {
	who := sms.Contact{Provider: vendor, Account: account, Number: n}
	err := net.Do(&who)
	if err != nil && err.Code == sms.Taken {
		err = nil // who has become the one that stands there
	}
	return who, err
}

var callStatuses = []string{
	"busy", "canceled", "completed", "failed", "in_progress", "missed", "no_answer", "queued", "ringing",
}

// fetchRecording is GET /recordings/{recording_id}/file.
func fetchRecording(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	d, _, err := documentOf[recording](net, kindRecording, r.PathValue("recording_id"))
	if err != nil {
		return err
	}
	w.Header().Set("Location", net.Context().Base+"/files/"+d.ID)
	w.WriteHeader(http.StatusFound)
	return nil
}

// holdsFile opens a file to whoever was led to it.
func holdsFile(book provider.Book, r *http.Request) bool {
	_, _, sound := lookup[recording](book, kindRecording, r.PathValue("id"))
	_, _, other := lookup[struct{}](book, kindFile, r.PathValue("id"))
	return sound || other
}

// showFile is GET /files/{id}, where signed addresses lead: one second of
// silence, whatever the file is said to be.
func showFile(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	if !holdsFile(net.Book(), r) {
		return sms.Fail(sms.NotFound, "")
	}
	w.Header().Set("Content-Type", "audio/wav")
	_, _ = w.Write(silence())
	return nil
}

// silence is one second of it, in WAV: 8,000 samples of 8 bits, of which 128
// is the middle.
func silence() []byte {
	const rate = 8000
	out := []byte("RIFF")
	out = binary.LittleEndian.AppendUint32(out, 36+rate)
	out = append(out, "WAVEfmt "...)
	out = binary.LittleEndian.AppendUint32(out, 16)
	for _, v := range []uint16{1, 1} { // PCM, one channel
		out = binary.LittleEndian.AppendUint16(out, v)
	}
	out = binary.LittleEndian.AppendUint32(out, rate)
	out = binary.LittleEndian.AppendUint32(out, rate)
	for _, v := range []uint16{1, 8} { // octets and bits of a sample
		out = binary.LittleEndian.AppendUint16(out, v)
	}
	out = append(out, "data"...)
	out = binary.LittleEndian.AppendUint32(out, rate)
	return append(out, slices.Repeat([]byte{128}, rate)...)
}
