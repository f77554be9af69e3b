package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// line is one line of the book; what is known is a fold of all lines, so a
// restart forgets nothing.
type line struct {
	Took   string  `json:"took,omitempty"` // a reply that need not be looked at again
	Choice *choice `json:"choice,omitempty"`
	Send   *text   `json:"send,omitempty"`
	Done   string  `json:"done,omitempty"` // the key of a text that needs no further try
}

type choice struct {
	Who string
	Out bool
	At  time.Time
}

type text struct{ Key, From, To, Body string } // From is empty for the usual number

// book remembers in a file.
type book struct {
	mu      sync.Mutex
	file    *os.File
	took    map[string]bool
	consent map[string]choice
	waiting map[string][]*text     // by customer, in order
	turns   map[string]*sync.Mutex // by customer: one text after the other
	calls   map[string]*sync.Mutex // by customer: held while a call is open
}

func open(dir string) (*book, error) {
	file, err := os.OpenFile(filepath.Join(dir, "texts.jsonl"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	b := &book{
		file: file, took: map[string]bool{}, consent: map[string]choice{}, waiting: map[string][]*text{},
		turns: map[string]*sync.Mutex{}, calls: map[string]*sync.Mutex{},
	}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("read %s: %w", file.Name(), err)
		}
		b.apply(l)
	}
	return b, nil
}

// write adds a line, unless it is about a reply that is known. After a STOP it
// waits for the call that is open, so that none begins after the acknowledgement.
func (b *book) write(l line) bool {
	b.mu.Lock()
	if l.Took != "" && b.took[l.Took] {
		b.mu.Unlock()
		return false
	}
	data, _ := json.Marshal(l) // these types have a JSON form
	if _, err := b.file.Write(append(data, '\n')); err != nil {
		log.Fatal(err) // better gone than forgetful
	}
	b.apply(l)
	b.mu.Unlock()
	if l.Choice != nil && l.Choice.Out {
		call := b.lock(b.calls, l.Choice.Who)
		call.Lock()
		call.Unlock() // it was only waited for
	}
	return true
}

func (b *book) apply(l line) {
	if l.Took != "" {
		b.took[l.Took] = true
	}
	// Webhooks can overtake each other: an older choice never undoes a newer one.
	if c := l.Choice; c != nil && !c.At.Before(b.consent[c.Who].At) {
		b.consent[c.Who] = *c
	}
	if l.Send != nil {
		b.waiting[l.Send.To] = append(b.waiting[l.Send.To], l.Send)
	}
	for who, texts := range b.waiting {
		if len(texts) > 0 && texts[0].Key == l.Done {
			b.waiting[who] = texts[1:]
		}
	}
}

func (b *book) out(who string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.consent[who].Out
}

// next is the first text that waits for a customer; nil if none does.
func (b *book) next(who string) *text {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting[who]) == 0 {
		return nil
	}
	return b.waiting[who][0]
}

func (b *book) pending() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, texts := range b.waiting {
		n += len(texts)
	}
	return n
}

func (b *book) lock(of map[string]*sync.Mutex, who string) *sync.Mutex {
	b.mu.Lock()
	defer b.mu.Unlock()
	if of[who] == nil {
		of[who] = &sync.Mutex{}
	}
	return of[who]
}
