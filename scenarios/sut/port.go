package sut

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"sync/atomic"
)

// Ports for applications lie below those that systems give to outgoing
// connections: one of these could take a port while nobody listens on it, before
// the application starts or while it is down between two starts. As many again
// lie behind them, to say which are reserved.
const (
	firstPort = 20000
	ports     = 6000
	portStep  = 61 // has no factor in common with ports, so that all are tried
)

// portsTried counts within this process. Where the count begins hangs on the
// process, so that two seldom try the same port.
var portsTried atomic.Int64

// Port is a TCP port on the loopback interface that is one application's from
// before its first start until it is released, also while it is down: of two
// that were given one port, the second would fail to listen, and the first would
// say in its place that it is ready.
type Port struct {
	number int
	// sign listens on a port that stands for number. Whoever else reserves ports,
	// in this process or another, finds it there; it goes with the process.
	sign net.Listener
}

// ReservePort reserves a port that nobody listens on now, another one each time.
func ReservePort() (*Port, error) {
	var err error
	for range ports {
		count := int64(os.Getpid())*7919 + portsTried.Add(1)*portStep
		var p *Port
		if p, err = reserve(firstPort + int(count%ports)); err == nil {
			return p, nil
		}
	}
	return nil, fmt.Errorf("find a free port: %w", err)
}

func reserve(number int) (*Port, error) {
	sign, err := listenOn(number + ports)
	if err != nil {
		return nil, err
	}
	free, err := listenOn(number)
	if err == nil {
		err = free.Close()
	}
	if err != nil {
		_ = sign.Close()
		return nil, err
	}
	return &Port{number, sign}, nil
}

func listenOn(port int) (net.Listener, error) {
	return net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
}

// String is the number of the port.
func (p *Port) String() string { return strconv.Itoa(p.number) }

// Release lets others have the port.
func (p *Port) Release() { _ = p.sign.Close() }
