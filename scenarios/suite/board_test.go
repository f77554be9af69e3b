package suite

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// Those who were stopped because one failed say nothing of why.
func TestTheFirstFailureIsTold(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	b := &board{stop: stop}
	taken, late := errors.New("the port is taken"), errors.New("and so is the other")
	for _, err := range []error{nil, taken, fmt.Errorf("page 2: %w", context.Canceled), late} {
		b.fail(err)
	}
	if len(b.errs) != 2 || b.errs[0] != taken || b.errs[1] != late || ctx.Err() == nil {
		t.Errorf("told %v, stopped: %v", b.errs, ctx.Err())
	}
	b = &board{stop: stop}
	if b.fail(context.Canceled); len(b.errs) != 1 {
		t.Errorf("an interrupted run tells %v", b.errs)
	}
}
