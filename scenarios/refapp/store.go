package refapp

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// store keeps a state: in memory alone, or as a log of its changes in a folder
// that outlives the process and that other processes may share. Each change is
// one transaction: it is made on top of all that any process did before, and it
// lasts once do returns nil.
type store struct {
	mu    sync.Mutex
	now   *state
	fresh func() *state // as it was before the first change
	book  *book         // nil: in memory alone
	base  string        // of the names of files
	me    int           // this worker
	mine  *os.File      // held for as long as this worker lives
}

// openStore opens the store of a desk in a folder; "" is none.
func openStore(dir, name string, deaf bool) (*store, error) {
	s := &store{me: 1, base: filepath.Join(dir, name), fresh: func() *state {
		now := newState(name)
		now.deaf = deaf
		return now
	}}
	s.now = s.fresh()
	if dir == "" {
		return s, s.do(&born{Unique: unique()})
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of the store: %w", err)
	}
	var err error
	if s.book, err = openBook(s.base + ".log"); err != nil {
		return nil, err
	}
	err = s.do(&born{Unique: unique()})
	if err == nil {
		err = s.join()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// do makes a change. After an error nothing was changed.
func (s *store) do(c change) error {
	return s.locked(func() error { return s.make(c) })
}

// make makes a change on a state that is up to date. The locks must be held.
func (s *store) make(c change) error {
	if !c.apply(s.now) || s.book == nil {
		return nil
	}
	record, err := encode(c)
	if err == nil {
		err = s.book.write(record)
	}
	if err != nil {
		s.now, s.book.at = s.fresh(), 0 // what is not kept did not happen
	}
	return err
}

// look reads the state when it is up to date.
func (s *store) look(at func(*state)) error {
	return s.locked(func() error {
		at(s.now)
		return nil
	})
}

// locked keeps every other worker out and brings the state up to date.
func (s *store) locked(then func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.book == nil {
		return then()
	}
	if err := lock(s.book.file); err != nil {
		return err
	}
	defer unlock(s.book.file)
	err := s.book.read(func(record []byte) error {
		c, err := decode(record)
		if err == nil {
			c.apply(s.now)
		}
		return err
	})
	if err != nil {
		return err
	}
	return then()
}

// join makes this process a worker of its own. It holds the lock of a file for
// as long as it lives, before anybody knows of it, so that nobody takes it for dead.
func (s *store) join() error {
	return s.locked(func() error {
		s.me = s.now.lastWorker + 1
		var err error
		if s.mine, err = s.worker(s.me); err != nil {
			return err
		}
		if !tryLock(s.mine) {
			return errors.New("the store belongs to another application: give this one a folder of its own")
		}
		return s.make(&joined{Worker: s.me})
	})
}

// worker opens the file of a worker.
func (s *store) worker(n int) (*os.File, error) {
	f, err := os.OpenFile(fmt.Sprintf("%s.worker-%d", s.base, n), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the file of a worker: %w", err)
	}
	return f, nil
}

// inherit takes over from workers that are dead, and returns the lanes that
// this one has to work in now. With forget, their work is nobody's.
func (s *store) inherit(forget bool) (lanes []string, err error) {
	if s.book == nil {
		return nil, nil
	}
	var others []int
	if err := s.look(func(now *state) {
		for n := range now.workers {
			if n != s.me {
				others = append(others, n)
			}
		}
	}); err != nil {
		return nil, err
	}
	for _, n := range others {
		left, err := s.bury(n, forget)
		if err != nil {
			return lanes, err
		}
		lanes = append(lanes, left...)
	}
	return lanes, nil
}

// bury takes over from a worker if it is dead: then nobody holds its lock.
func (s *store) bury(n int, forget bool) ([]string, error) {
	f, err := s.worker(n)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if !tryLock(f) {
		return nil, nil
	}
	c := &buried{Worker: n, By: s.me, Forget: forget}
	if err := s.do(c); err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // numbers are not given out again
	return c.lanes, nil
}

// next is the first job of a lane, if the lane is this worker's to do.
func (s *store) next(name string) (j job, mine bool, err error) {
	err = s.look(func(now *state) {
		if l := now.lanes[name]; l != nil && l.owner == s.me {
			j, mine = l.jobs[0], true
		}
	})
	return j, mine, err
}

// close lets go of the folder. What is still to do is left to whoever comes next.
func (s *store) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mine != nil {
		_ = s.mine.Close()
	}
	if s.book != nil {
		_ = s.book.close()
	}
}
