package bundle

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxSize is how large a file may be; more than any run that is worth keeping.
const maxSize = 64 << 20

// Load reads a file with a run.
func Load(file string) (Bundle, error) {
	data, err := Read(file)
	if err != nil {
		return Bundle{}, err
	}
	return Parse(file, data)
}

// Read reads a file that is not too large for a run or a page.
func Read(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	if len(data) > maxSize {
		return nil, fmt.Errorf("%s is larger than %d MiB; no page or run is", file, maxSize>>20)
	}
	return data, nil
}

// Save writes a run into a folder, which is made if it is not there, under the
// name of its page. The file is whole or not there at all; one of that name is
// replaced.
func Save(dir string, b Bundle) (file string, err error) {
	data, err := Format(b)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make a folder for runs: %w", err)
	}
	file = filepath.Join(dir, clean(b.Page.Name)+Suffix)
	if err := write(dir, file, data); err != nil {
		return "", fmt.Errorf("save a run: %w", err)
	}
	return file, nil
}

// write puts the file in its place once all of it is on the disk.
func write(dir, file string, data []byte) error {
	f, err := os.CreateTemp(dir, ".run-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is gone if all went well
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	return err
}

// clean makes a name fit for a file of this folder.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, name)
	if name = strings.TrimLeft(name, ".-"); name == "" {
		return "run"
	}
	return name
}
