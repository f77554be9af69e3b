package cli

import (
	"io"
	"os"
)

// appLog is where the output of the application goes while it is played with.
type appLog struct {
	Log string `placeholder:"FILE" help:"Write what your application prints to FILE, as it comes."`
}

// open begins the file. Without one, nobody takes the output as it comes.
func (l appLog) open() (to io.Writer, done func(), err error) {
	if l.Log == "" {
		return nil, func() {}, nil
	}
	file, err := os.Create(l.Log)
	if err != nil {
		return nil, nil, couldNot(err.Error(), "name a file in a folder that exists and can be written to")
	}
	return file, func() { _ = file.Close() }, nil // a log that is cut is no failure of the application
}
