package refapp

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strconv"
)

// book is a file of records that several processes write, one at a time. A
// record is a line: a checksum and the record itself, which has no line break in
// it. Whoever holds the lock may read on and write; a record that its writer
// did not live to finish is cut off by the next who reads.
type book struct {
	file *os.File
	at   int64 // everything before was read
}

func openBook(name string) (*book, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the store: %w", err)
	}
	return &book{file: file}, nil
}

func (b *book) close() error { return b.file.Close() }

// checkLen is how long a checksum is, with the space after it.
const checkLen = 9

func seal(record []byte) []byte {
	line := fmt.Appendf(nil, "%08x ", crc32.ChecksumIEEE(record))
	return append(append(line, record...), '\n')
}

// unseal returns the record of a line, without its line break, and whether it
// is whole.
func unseal(line []byte) ([]byte, bool) {
	if len(line) < checkLen || line[checkLen-1] != ' ' {
		return nil, false
	}
	sum, err := strconv.ParseUint(string(line[:checkLen-1]), 16, 32)
	record := line[checkLen:]
	return record, err == nil && uint32(sum) == crc32.ChecksumIEEE(record)
}

// read hands out what was written since the last time. The lock must be held.
func (b *book) read(take func(record []byte) error) error {
	info, err := b.file.Stat()
	if err != nil {
		return fmt.Errorf("reading the store: %w", err)
	}
	if info.Size() == b.at {
		return nil
	}
	data, err := io.ReadAll(io.NewSectionReader(b.file, b.at, info.Size()-b.at))
	if err != nil {
		return fmt.Errorf("reading the store: %w", err)
	}
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n') + 1
		record, whole := unseal(data[:max(end-1, 0)])
		switch {
		case !whole && end > 0 && end < len(data):
			return fmt.Errorf("the store %s is damaged at octet %d: put back a copy, or take it away to begin anew", b.file.Name(), b.at)
		case !whole:
			return b.cut()
		}
		if err := take(record); err != nil {
			return fmt.Errorf("reading the store %s at octet %d: %w", b.file.Name(), b.at, err)
		}
		b.at += int64(end)
		data = data[end:]
	}
	return nil
}

// cut takes away what stands after the last whole record.
func (b *book) cut() error {
	if err := b.file.Truncate(b.at); err != nil {
		return fmt.Errorf("mending the store: %w", err)
	}
	return nil
}

// write adds a record, which lasts once write returns nil. Everything before
// must have been read and the lock must be held.
func (b *book) write(record []byte) error {
	line := seal(record)
	_, err := b.file.Write(line)
	if err == nil {
		err = b.file.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing to the store: %w", err), b.cut())
	}
	b.at += int64(len(line))
	return nil
}
