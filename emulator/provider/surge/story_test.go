package surge

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
)

// story is a run of calls in one world, all written down for a golden file.
// {name} in a path or a body stands for an id that an answer had.
type story struct {
	t     testing.TB
	w     *world
	names map[string]string // id by name
	known map[string]string // name by id
	out   strings.Builder
	told  int
}

func newStory(t testing.TB, settings ...string) *story {
	t.Helper()
	s := &story{t: t, w: newWorld(t, settings...), names: map[string]string{}, known: map[string]string{}}
	s.name("account", s.w.account.ID)
	return s
}

func (s *story) name(name, id string) { s.names[name], s.known[id] = id, name }

// fill puts ids in the place of names.
func (s *story) fill(text string) string {
	for name, id := range s.names {
		text = strings.ReplaceAll(text, "{"+name+"}", id)
	}
	return text
}

var anID = regexp.MustCompile(`\b[a-z]{2,4}_[0-9a-z]{26}\b`)

// hide puts names in the place of ids; an id without a name gets its prefix
// and a number.
func (s *story) hide(text string) string {
	return anID.ReplaceAllStringFunc(text, func(id string) string {
		if s.known[id] == "" {
			kind, _, _ := strings.Cut(id, "_")
			s.name(fmt.Sprintf("%s%d", kind, len(s.known)), id)
		}
		return "{" + s.known[id] + "}"
	})
}

// call asks for something. The id in the answer is kept under name, if there
// is one.
func (s *story) call(name, method, path, body string) answer {
	s.t.Helper()
	got := s.w.call(s.t, method, s.fill(path), s.fill(body))
	var v struct {
		ID string `json:"id"`
	}
	if name != "" && json.Unmarshal([]byte(got.body), &v) == nil && s.known[v.ID] == "" {
		s.name(name, v.ID)
	}
	fmt.Fprintf(&s.out, "> %s %s %s\n< %d %s%s\n", method, path, body, got.status, where(got), s.hide(got.body))
	if got.status >= 400 && !strings.Contains(path, "/checks") {
		slug(s.t, got)
	}
	return got
}

func where(a answer) string {
	if to := a.header.Get("Location"); to != "" {
		return "to " + to
	}
	return ""
}

// say begins a part of the story.
func (s *story) say(text string) { fmt.Fprintf(&s.out, "\n# %s\n", text) }

// wait lets time pass and writes down the webhooks that were told.
func (s *story) wait(by time.Duration) {
	s.t.Helper()
	s.w.advance(s.t, by)
	if by > 0 {
		fmt.Fprintf(&s.out, "~ %s later\n", by)
	}
	hooks := s.w.hooks(s.t)
	for _, h := range hooks[s.told:] {
		fmt.Fprintf(&s.out, "* %s\n", s.hide(h))
	}
	s.told = len(hooks)
}

// end compares the story with its golden file.
func (s *story) end(name string) {
	s.t.Helper()
	golden.Check(s.t, name, strings.TrimLeft(s.out.String(), "\n"))
}
