package journal

import (
	"slices"
	"sync"
)

// Memory is a Store that keeps entries in memory. The zero value is empty and ready.
type Memory struct {
	mu      sync.RWMutex
	entries []Entry
}

// Append keeps entries.
func (m *Memory) Append(entries []Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = append(m.entries, entries...)
	return nil
}

// Read returns at most limit entries that follow seq after. The caller must not change them.
func (m *Memory) Read(after uint64, limit int) ([]Entry, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if after >= uint64(len(m.entries)) || limit <= 0 {
		return nil, nil
	}
	rest := m.entries[after:]
	if len(rest) > limit {
		rest = rest[:limit]
	}
	return slices.Clip(rest), nil // a caller that appends must not write into the record
}
