package stage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

const (
	maxWebhook  = 8 << 20         // bytes that the door takes of a request
	arrivalTime = 2 * time.Second // what an attempt may take to the door; real time
)

// door stands before replicas, on the port that the network knows, and sends
// each request to the next of those that are up.
type door struct {
	server  *http.Server
	served  sync.WaitGroup
	proxies []*httputil.ReverseProxy

	mu      sync.Mutex
	down    []bool
	turn    int
	takers  map[[sha256.Size]byte]int // which replica took a body last
	arrived chan struct{}             // closed at the next arrival
}

// openDoor listens on port for replicas on ports of their own.
func openDoor(port string, ports []string) (*door, error) {
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		return nil, fmt.Errorf("stand before the replicas: %w", err)
	}
	d := &door{down: make([]bool, len(ports)), takers: map[[sha256.Size]byte]int{}, arrived: make(chan struct{})}
	for _, p := range ports {
		d.proxies = append(d.proxies, proxy("127.0.0.1:"+p))
	}
	d.server = &http.Server{Handler: d, ReadHeaderTimeout: 5 * time.Second}
	d.served.Go(func() { _ = d.server.Serve(l) })
	return d, nil
}

// proxy passes requests on as they are, with the host that was asked for: a
// signature may cover it.
func proxy(to string) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: to})
			r.Out.Host = r.In.Host
		},
		// A connection for each request: one that a killed replica left behind
		// would make a failure that nobody planned.
		Transport:    &http.Transport{DisableKeepAlives: true, DisableCompression: true},
		ErrorHandler: func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.WriteHeader(http.StatusBadGateway) },
	}
}

// ServeHTTP sends a request to the next replica that is up.
func (d *door) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxWebhook))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		rw.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	d.proxies[d.choose(body)].ServeHTTP(rw, r)
}

// choose picks a replica in turn, and remembers who took the body.
func (d *door) choose(body []byte) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.turn % len(d.down)
	for range d.down {
		if !d.down[i] {
			break
		}
		i = (i + 1) % len(d.down)
	}
	d.turn = i + 1
	d.takers[sha256.Sum256(body)] = i
	close(d.arrived)
	d.arrived = make(chan struct{})
	return i
}

// shut keeps requests away from a replica, or lets them through again.
func (d *door) shut(i int, down bool) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down[i] = down
}

// took is the replica that took a body; the first if none did, or with wait if
// none does in time.
func (d *door) took(ctx context.Context, body string, wait bool) int {
	ctx, cancel := context.WithTimeout(ctx, arrivalTime)
	defer cancel()
	for {
		d.mu.Lock()
		i, ok := d.takers[sha256.Sum256([]byte(body))]
		arrived := d.arrived
		d.mu.Unlock()
		if ok || !wait {
			return i
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return 0
		}
	}
}

// close ends the door with all requests in it.
func (d *door) close() {
	if d == nil {
		return
	}
	_ = d.server.Close()
	d.served.Wait()
}
