package journal

import (
	"slices"
	"sync"
)

// Memory is a Store that keeps entries in memory. The zero value is empty and ready.
type Memory struct {
	mu     sync.RWMutex
	blocks [][]Entry // all but the last are full
}

// block is how many entries stand together: the record grows without being
// copied, but for the first block of a world that may stay small.
const block = 4096

// Append keeps entries.
func (m *Memory) Append(entries []Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(entries) > 0 {
		n := min(len(entries), m.room())
		last := &m.blocks[len(m.blocks)-1]
		*last = append(*last, entries[:n]...)
		entries = entries[n:]
	}
	return nil
}

// room is how many entries the last block still takes; there is always one.
func (m *Memory) room() int {
	if len(m.blocks) == 0 {
		m.blocks = append(m.blocks, nil)
	}
	if free := block - len(m.blocks[len(m.blocks)-1]); free > 0 {
		return free
	}
	m.blocks = append(m.blocks, make([]Entry, 0, block))
	return block
}

// Read returns at most limit entries that follow seq after, fewer only at the
// end of the record. The caller must not change them.
func (m *Memory) Read(after uint64, limit int) ([]Entry, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []Entry
	for limit > 0 && after/block < uint64(len(m.blocks)) {
		part := m.blocks[after/block]
		part = part[min(int(after%block), len(part)):]
		part = part[:min(len(part), limit)]
		if len(part) == 0 {
			break
		}
		if out == nil {
			out = slices.Clip(part) // a caller that appends must not write into the record
		} else {
			out = append(out, part...)
		}
		after, limit = after+uint64(len(part)), limit-len(part)
	}
	return out, nil
}
