//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package refapp

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock waits for the lock of a file, which ends with unlock, with the file, or
// with the process, however that ends.
func lock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("locking %s: %w", f.Name(), err)
		}
	}
}

func unlock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// tryLock takes the lock of a file if nobody has it.
func tryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
