package stage

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"sync"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// crew is the application as the harness runs it: one process, or several
// replicas behind a door. A nil crew, or one of an application that does not say
// how to start it, has nobody.
type crew struct {
	app    *sut.SUT          // its placeholders are open
	values map[string]string // of placeholders, as they are seen from outside
	log    io.Writer
	note   func(context.Context, journal.Process) error
	door   *door       // nil for one process
	port   *sut.Port   // that is named outside
	ports  []*sut.Port // of replicas

	mu      sync.Mutex // guards members and their processes
	members []*member
}

// member is one process of the application.
type member struct {
	*sut.SUT              // as it is reached itself
	process  *sut.Process // nil while it is down
}

// newCrew makes what all processes share: the port that is named outside, and
// a folder that outlives each of them.
func newCrew(app *sut.SUT, values map[string]string, log io.Writer, note func(context.Context, journal.Process) error) (*crew, error) {
	port, err := sut.ReservePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "switchhook-")
	if err != nil {
		port.Release()
		return nil, fmt.Errorf("make a folder for the application: %w", err)
	}
	values["port"], values[sut.DirPlaceholder] = port.String(), dir
	return &crew{app: app, values: values, log: log, note: note, port: port}, nil
}

func (c *crew) starts() bool { return c != nil && len(c.app.Start) > 0 }

// muster makes n processes run: it starts those that are down, and all anew if
// there were not n before.
func (c *crew) muster(ctx context.Context, n int) error {
	if !c.starts() {
		return nil
	}
	if len(c.members) != n {
		c.stop()
		if err := c.recruit(n); err != nil {
			return err
		}
	}
	for i := range c.members {
		if err := c.start(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// recruit makes members of which none runs yet.
func (c *crew) recruit(n int) error {
	members, ports := make([]*member, n), make([]string, n)
	for i := range members {
		values := maps.Clone(c.values)
		if n > 1 {
			port, err := sut.ReservePort()
			if err != nil {
				return err
			}
			c.ports = append(c.ports, port)
			values["port"] = port.String()
		}
		own, err := c.app.Expand(values)
		if err != nil {
			return err
		}
		members[i], ports[i] = &member{SUT: own}, values["port"]
	}
	if n > 1 {
		door, err := openDoor(c.values["port"], ports)
		if err != nil {
			return err
		}
		c.door = door
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.members = members
	return nil
}

// start starts a member unless it runs.
func (c *crew) start(ctx context.Context, i int) error {
	m := c.members[i]
	if process := c.process(m); process != nil && process.Err() == nil {
		return nil
	}
	if err := c.note(ctx, journal.Process{State: "started"}); err != nil {
		return err
	}
	process, err := m.Run(ctx, c.log)
	if err != nil {
		return err
	}
	c.mu.Lock()
	m.process = process
	c.mu.Unlock()
	c.door.shut(i, false)
	return c.note(ctx, journal.Process{State: "ready"})
}

// kill ends a member without a chance to do anything about it, and notes that
// once it is certain. A member that is down stays so.
func (c *crew) kill(ctx context.Context, i int, point string) error {
	c.mu.Lock()
	m := c.members[i]
	process := m.process
	m.process = nil
	c.mu.Unlock()
	if process == nil {
		return nil
	}
	process.Kill()
	c.door.shut(i, true)
	return c.note(ctx, journal.Process{State: "killed", Point: point})
}

// up are the members that run, as they are reached.
func (c *crew) up() []*sut.SUT {
	var out []*sut.SUT
	for _, m := range c.members {
		if process := c.process(m); process != nil && process.Err() == nil {
			out = append(out, m.SUT)
		}
	}
	return out
}

func (c *crew) process(m *member) *sut.Process {
	c.mu.Lock()
	defer c.mu.Unlock()
	return m.process
}

// deathTime is how long after an exchange that failed it may take to show that
// it was the end of the process; real time.
const deathTime = 2 * time.Second

// gone reports whether the member that is reached so has ended.
func (c *crew) gone(ctx context.Context, one *sut.SUT) bool {
	if !c.starts() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, deathTime)
	defer cancel()
	for _, m := range c.members {
		process := c.process(m)
		if m.SUT != one || process == nil {
			continue
		}
		select {
		case <-process.Ended():
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// bury finds a member that ended by itself and notes its end; nil if none did.
func (c *crew) bury(ctx context.Context) (how error, err error) {
	if !c.starts() {
		return nil, nil
	}
	for i, m := range c.members {
		process := c.process(m)
		if process == nil {
			continue
		}
		if how = process.Err(); how != nil {
			c.mu.Lock()
			m.process = nil
			c.mu.Unlock()
			c.door.shut(i, true)
			return how, c.note(ctx, journal.Process{State: "exited", Code: process.Code()})
		}
	}
	return nil, nil
}

// at is the member that took a webhook with this body; the first if nobody
// knows. With wait it is on its way and may take a moment to arrive.
func (c *crew) at(ctx context.Context, body string, wait bool) int {
	if c.door == nil || body == "" {
		return 0
	}
	return c.door.took(ctx, body, wait)
}

// stop ends all processes.
func (c *crew) stop() {
	var wg sync.WaitGroup
	for _, m := range c.members {
		if m.process != nil {
			wg.Go(m.process.Stop)
		}
	}
	wg.Wait()
	c.members = nil
	c.door.close()
	c.door = nil
	for _, port := range c.ports {
		port.Release()
	}
	c.ports = nil
}

// close ends all processes, and gives back and removes what was kept for them.
func (c *crew) close() {
	if c == nil {
		return
	}
	c.stop()
	c.port.Release()
	_ = os.RemoveAll(c.values[sut.DirPlaceholder]) // what cannot be removed is left to the system's own tidying
}
