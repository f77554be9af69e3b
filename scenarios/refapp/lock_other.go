//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package refapp

import (
	"errors"
	"os"
)

func lock(*os.File) error {
	return errors.New("a store on disk needs advisory file locks, which this system has not: leave STORE out")
}

func unlock(*os.File) {}

func tryLock(*os.File) bool { return false }
