package stage

import (
	"context"
	"fmt"

	"github.com/switchhook/switchhook/scenarios/history"
)

// A provider that takes idempotency keys has this switch, and takes them while
// the switch has this value.
const (
	keySwitch = "idempotency"
	keysTaken = "on"
)

// preset brings the switches of the world into force, and learns whether the
// provider takes idempotency keys.
func (w *World) preset(ctx context.Context) error {
	if len(w.o.Switches) > 0 {
		if _, err := w.net.SetSwitches(ctx, w.provider, w.o.Switches); err != nil {
			return fmt.Errorf("set switches of %s: %w", w.provider, err)
		}
	}
	now, err := w.net.Switches(ctx, w.provider)
	if err != nil {
		return fmt.Errorf("read the switches of %s: %w", w.provider, err)
	}
	w.keyed = now[keySwitch] == keysTaken
	return nil
}

// promise is what the application is held to while the page is played.
func (p *play) promise() history.Promise {
	out := Promise(p.sut)
	out.Keyed = p.keyed
	return out
}
