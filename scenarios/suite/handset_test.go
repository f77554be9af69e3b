package suite

import (
	"testing"

	"github.com/switchhook/switchhook/emulator/sms"
)

func TestHandsetsOfTwoProcessesNeverMeet(t *testing.T) {
	t.Parallel()
	seen := map[sms.Number]int{}
	for process := 1; process <= 2; process++ {
		for n := range 2400 {
			seen[number(n, process, 2)]++
		}
	}
	if len(seen) != 4800 {
		t.Errorf("%d numbers, want 4800", len(seen))
	}
	if got := number(0, 1, 1); got != "+12015550100" {
		t.Errorf("the first is %s", got)
	}
	if got := number(4800, 1, 1); got != "+12015550100" {
		t.Errorf("after the last comes %s", got)
	}
	if first, second := Handset(), Handset(); first == second {
		t.Errorf("%s is given out twice", first)
	}
}
