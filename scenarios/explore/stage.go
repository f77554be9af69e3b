package explore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// Stage is a world in which pages are played: several at once in lock-step if
// they differ only in their plans. Results come in the order of the pages.
type Stage interface {
	Play(ctx context.Context, pages ...page.Page) ([]report.Result, error)
	Close()
}

// Scene says what a stage is opened for.
type Scene struct {
	Provider string
	Switches map[string]string // of the provider, from the start
}

func (s Scene) key() string {
	var b strings.Builder
	b.WriteString(s.Provider)
	for _, name := range slices.Sorted(maps.Keys(s.Switches)) {
		fmt.Fprintf(&b, " %s=%s", name, s.Switches[name])
	}
	return b.String()
}

// set takes the switches that a script begins with out of it: a stage that is
// opened with them can play many such pages at once.
func set(provider string, p page.Page) (Scene, page.Page) {
	scene := Scene{Provider: provider}
	steps := p.Steps()
	n := 0
	for ; n < len(steps) && steps[n].Verb == page.Switch; n++ {
		if scene.Switches == nil {
			scene.Switches = map[string]string{}
		}
		scene.Switches[steps[n].Word] = steps[n].Value
	}
	if n == 0 || n == len(steps) {
		return Scene{Provider: provider}, p
	}
	p.Phases = []page.Phase{{Steps: steps[n:]}}
	return scene, p
}

// company keeps the stages that are open.
type company struct {
	open   func(context.Context, Scene) (Stage, error)
	single bool // only one may be open

	mu     sync.Mutex
	idle   map[string][]*troupe
	opened bool  // at least once
	failed error // why no world could be opened last; nil if none failed
}

// troupe is a stage and how much it was used.
type troupe struct {
	Stage
	scene string
	casts int
}

// worn is after how many casts a stage is closed and another opened: its record
// and the application's memory grow, and numbers are used up.
const worn = 1500

// hire takes an idle stage for a scene, or opens one.
func (c *company) hire(ctx context.Context, s Scene) (*troupe, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := s.key()
	if all := c.idle[key]; len(all) > 0 {
		c.idle[key] = all[:len(all)-1]
		return all[len(all)-1], nil
	}
	if c.single {
		c.dismissAll()
	}
	c.mu.Unlock()
	st, err := c.open(ctx, s)
	c.mu.Lock()
	if err != nil {
		c.failed = fmt.Errorf("open a world for %s: %w", key, err)
		return nil, c.failed
	}
	c.opened = true
	return &troupe{Stage: st, scene: key}, nil
}

// closed says why no world could be opened at all; nil if one was, or none was tried.
func (c *company) closed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opened {
		return nil
	}
	return c.failed
}

// release makes a stage idle, or closes it if it is worn.
func (c *company) release(t *troupe) {
	if t.casts >= worn && !c.single {
		t.Close()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle[t.scene] = append(c.idle[t.scene], t)
}

func (c *company) dismissAll() {
	for key, all := range c.idle {
		for _, t := range all {
			t.Close()
		}
		delete(c.idle, key)
	}
}

func (c *company) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dismissAll()
}

// play plays pages for a provider. A stage that cannot go on is closed, and the
// pages are tried once more on another.
func (c *company) play(ctx context.Context, provider string, pages ...page.Page) ([]report.Result, error) {
	var scene Scene
	bare := make([]page.Page, len(pages))
	for i, p := range pages {
		scene, bare[i] = set(provider, p)
	}
	results, err := c.once(ctx, scene, bare)
	if err != nil && ctx.Err() == nil {
		var again error
		if results, again = c.once(ctx, scene, bare); again != nil {
			return nil, errors.Join(err, again)
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return results, nil
}

// alone plays one page on a stage of its own that nobody used before, as a
// replay does: what an application remembers of others does not count.
func (c *company) alone(ctx context.Context, provider string, p page.Page) (report.Result, error) {
	scene, bare := set(provider, p)
	if c.single {
		c.close()
	}
	st, err := c.open(ctx, scene)
	if err != nil {
		return report.Result{}, fmt.Errorf("open a world for %s: %w", scene.key(), err)
	}
	defer st.Close()
	results, err := st.Play(ctx, bare)
	if err == nil && len(results) != 1 {
		err = fmt.Errorf("%d results for a page", len(results))
	}
	if err != nil {
		return report.Result{}, err
	}
	return results[0], nil
}

func (c *company) once(ctx context.Context, scene Scene, pages []page.Page) ([]report.Result, error) {
	t, err := c.hire(ctx, scene)
	if err != nil {
		return nil, err
	}
	results, err := t.Play(ctx, pages...)
	if err != nil {
		t.Close()
		return nil, err
	}
	if len(results) != len(pages) {
		t.Close()
		return nil, fmt.Errorf("%d results for %d pages", len(results), len(pages))
	}
	t.casts += len(pages)
	if slices.ContainsFunc(results, func(r report.Result) bool { return r.Verdict == report.Inconclusive }) && !c.single {
		t.Close() // it may still be busy with that
		return results, nil
	}
	c.release(t)
	return results, nil
}
