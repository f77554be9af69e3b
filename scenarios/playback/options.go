package playback

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// Options say what to play to whom. Recording, Contract, SUT and Now are required.
type Options struct {
	Recording *recording.HAR
	Contract  *contracts.Contract // of the provider
	SUT       *sut.SUT
	// Values are those of the placeholders in the description of the application
	// ("provider.key"). Those that the recording shows replace them, and URLs are
	// pointed at the playback.
	Values map[string]string
	// Now is the wall clock: it goes into signatures.
	Now func() time.Time
	// Addr is where to listen for calls. Default: a free port of this machine.
	Addr string
	// Patience is how long a call may take to come after everything that it
	// waited for in the recording. Default 5 s, real time.
	Patience time.Duration
	// Quiet is how long silence must last at the end. Default: what the SUT
	// declares, else 200 ms.
	Quiet time.Duration
	Log   io.Writer // takes the application's output as it comes
}

func (o Options) withDefaults() (Options, error) {
	switch {
	case o.Recording == nil || o.Contract == nil || o.SUT == nil || o.Now == nil:
		return o, errors.New("playback needs a recording, a contract, an application and a clock")
	case o.SUT.Webhooks[o.Contract.Name()] == "":
		return o, fmt.Errorf("the application takes no webhooks of %s; add their URL to webhooks in sut.yaml", o.Contract.Name())
	case len(o.Recording.Log.Entries) == 0:
		return o, errors.New("there is nothing in the recording")
	}
	o.Addr = cmp.Or(o.Addr, "127.0.0.1:0")
	o.Patience = cmp.Or(o.Patience, 5*time.Second)
	o.Quiet = cmp.Or(o.Quiet, time.Duration(o.SUT.Quiet), 200*time.Millisecond)
	return o, nil
}

// holdTime is how long an answer waits at most for what came before it in the
// recording; real time, well within what clients wait.
const holdTime = time.Second

// webhookTime is how long the application may take to answer; real time.
const webhookTime = 20 * time.Second

// maxBody is how much of a message is read.
const maxBody = 4 << 20
