package sut_test

import (
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/switchhook/switchhook/scenarios/sut"
)

// No port is given twice within a while, even if it was released, and none is
// one that an outgoing connection may be given.
func TestReservedPorts(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		port, err := sut.ReservePort()
		if err != nil {
			t.Fatal(err)
		}
		port.Release()
		if n := number(t, port); seen[port.String()] || n < 1024 || n >= 32768 {
			t.Fatalf("port %d", n)
		}
		seen[port.String()] = true
	}
}

// Nobody listens on the port, as before the application's start or while it is
// down, and still no process can reserve it.
func TestReservedPortIsNobodyElses(t *testing.T) {
	t.Parallel()
	port, err := sut.ReservePort()
	if err != nil {
		t.Fatal(err)
	}
	defer port.Release()
	n := number(t, port)
	if _, err := sut.Reserve(n); err == nil {
		t.Errorf("port %d was given twice", n)
	}
	if says := reserveElsewhere(t, n); says == "<nil>\n" {
		t.Errorf("port %d was given to another process, too", n)
	}
	port.Release()
	again, err := sut.Reserve(n)
	if err != nil {
		t.Fatalf("port %d was released: %v", n, err)
	}
	again.Release()
}

func number(t *testing.T, port *sut.Port) int {
	t.Helper()
	n, err := strconv.Atoi(port.String())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// reserveElsewhere reserves a port in a process of its own, and is what came of it.
func reserveElsewhere(t *testing.T, port int) string {
	t.Helper()
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), "ROLE=reserve", "PORT="+strconv.Itoa(port))
	says, err := other.CombinedOutput()
	if err != nil {
		t.Fatal(err, string(says))
	}
	return string(says)
}
