package surge

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
)

// TestCalls ends calls of all kinds.
func TestCalls(t *testing.T) {
	t.Parallel()
	s := newStory(t, "page_size", "2")
	end := func(c call) {
		s.w.inside(t, func(net provider.Network) {
			d := document(kindCall, s.w.account.ID, c)
			d.Due = net.Book().Now().Add(time.Second)
			if err := net.Do(&d); err != nil {
				t.Error(err)
			}
		})
		s.wait(time.Second)
	}
	s.call("", "POST", "/accounts/{account}/contacts", ada)
	s.say("recorded")
	end(call{Handset: ana, Line: "+18015550101", Duration: 184, Recorded: true})
	s.say("a voicemail of somebody new")
	end(call{Handset: "+18015550143", Duration: 22, Status: "missed", Voicemail: true})
	s.say("not recorded, from the account")
	end(call{Handset: ana, Outbound: true, Status: "no_answer", Duration: -5})
	s.say("from a number that is gone, with a status that there is none of")
	end(call{Handset: ana, Line: "+18015550111", Status: "nonsense", Duration: 3})
	s.say("without a handset there is no call")
	end(call{Handset: "nobody"})

	s.say("the recordings")
	s.call("", "GET", "/accounts/{account}/recordings", "")
	s.end("calls.txt")
}

func TestRecordings(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.w.inside(t, func(net provider.Network) {
		who, bad := contactFor(net, s.w.account.ID, ana)
		if bad != nil {
			t.Error(bad)
		}
		c := call{Handset: ana, Line: "+18015550100", Status: "completed", Duration: 8, Started: epoch, Contact: who.ID}
		d := document(kindRecording, s.w.account.ID, recording{Call: "call_01m0fv18v8ekpt0kd0s0bkwfwy", Duration: 7, Of: &c})
		if err := net.Do(&d); err != nil {
			t.Error(err)
		}
		s.name("recording", d.ID)
	})
	s.call("", "GET", "/recordings/{recording}", "")
	file := s.call("", "GET", "/recordings/{recording}/file", "")
	_, path, _ := strings.Cut(file.header.Get("Location"), "/surge")
	sound := s.w.call(t, "GET", path, "")
	if len(sound.body) != 44+8000 || sound.header.Get("Content-Type") != "audio/wav" || sound.body[:4] != "RIFF" ||
		binary.LittleEndian.Uint32([]byte(sound.body[4:])) != uint32(len(sound.body)-8) {
		t.Errorf("%s: %d, %d octets of %v", path, sound.status, len(sound.body), sound.header)
	}
	s.call("", "DELETE", "/recordings/{recording}", "")
	for _, c := range [][2]string{
		{"GET", "/recordings/{recording}"},
		{"GET", "/recordings/{recording}/file"},
		{"GET", path},
		{"DELETE", "/recordings/{recording}"},
		{"GET", "/recordings/{account}"},
	} {
		if got := s.call("", c[0], c[1], ""); got.status != 404 || slug(t, got) != "not_found" {
			t.Errorf("%s: %d", c, got.status)
		}
	}
	s.call("", "GET", "/accounts/{account}/recordings", "")
	s.end("recordings.txt")
}
