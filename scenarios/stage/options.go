package stage

import (
	"cmp"
	"io"
	"time"

	"github.com/switchhook/switchhook/scenarios/sut"
)

// Options say what a world is made of; the zero value takes the default sandbox
// of an emulator on this machine with whatever takes its webhooks.
type Options struct {
	URL   string // of the emulator; default: client.DefaultURL
	Token string // of its control API, if it wants one
	SUT   *sut.SUT
	Seed  int64     // decides handset numbers and words
	Log   io.Writer // takes the application's output as it comes
	// Quiet is how long silence must last at least. Default: what the SUT
	// declares, else 200 ms. A SUT whose reactions take longer stretches it.
	Quiet time.Duration
	// Unlimited lifts the vendor's limits on calls, which many casts at once
	// would hit. It takes effect only where the sandbox is made for the SUT, that
	// is if the SUT says how to start it.
	Unlimited bool
	// Switches are those of the provider that are in force from the start.
	Switches map[string]string
}

// quietFloor is how long silence must last where nothing else is known.
const quietFloor = 200 * time.Millisecond

// window is how long silence must last, given the slowest reaction seen so far.
// An application that says how much work it has left may ask for less than the floor.
func window(o Options, slowest time.Duration) time.Duration {
	declared := cmp.Or(o.Quiet, o.SUT.Quiet.D())
	_, tells := o.SUT.Probe[sut.PendingProbe]
	if declared == 0 || !tells && o.Quiet == 0 {
		declared = max(declared, quietFloor)
	}
	if tells {
		return max(declared, 3*min(slowest, longestTold))
	}
	return max(declared, 3*min(slowest, longestReaction))
}

// longestReaction bounds what stretches the window, so that an application
// that hangs once does not hold up the rest of a run; longestTold does where it
// says itself whether it is done.
const (
	longestReaction = 3 * time.Second
	longestTold     = 100 * time.Millisecond
)
