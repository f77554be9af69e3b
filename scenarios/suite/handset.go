package suite

import (
	"fmt"
	"sync/atomic"

	"github.com/onsi/ginkgo/v2"

	"github.com/switchhook/switchhook/emulator/sms"
)

// handsets counts those that this process has given out.
var handsets atomic.Int64

// Handset is a handset that no other spec of this run has, in whichever process
// of ginkgo -p it runs; so specs that share a sandbox do not meet. Numbers are
// 555-0100 to 555-0199 of some area of North America, which belong to nobody.
// There are 4800; then they begin again.
func Handset() sms.Number {
	config, _ := ginkgo.GinkgoConfiguration()
	return number(int(handsets.Add(1)-1), config.ParallelProcess, config.ParallelTotal)
}

// number is the n-th of a process. Each process has areas of its own.
func number(n, process, processes int) sms.Number {
	const each, last, first = 100, 8, "234679" // numbers in an area, areas from x01 to x08, and what x is
	area := (n/each*max(processes, 1) + max(process, 1) - 1) % (last * len(first))
	return sms.Number(fmt.Sprintf("+1%c%02d55501%02d", first[area/last], area%last+1, n%each))
}
