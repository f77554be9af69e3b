package catalog

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/switchhook/switchhook/scenarios/page"
)

//go:embed */*.txtar
var files embed.FS

var parsed = sync.OnceValue(func() []page.Page {
	names, err := fs.Glob(files, "*/*.txtar")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	var pages []page.Page
	for _, name := range names {
		pages = append(pages, read(name))
	}
	slices.SortFunc(pages, func(a, b page.Page) int { return cmp.Compare(a.Name, b.Name) })
	return pages
})

// read parses an embedded page. A test makes sure that all can be.
func read(name string) page.Page {
	data, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	p, err := page.Parse(name, data)
	if err != nil {
		panic(err)
	}
	p.Name = path.Dir(name) + "/" + p.Name
	return p
}

// Pages are all pages, sorted by name. A name is topic and file: "consent/stop-then-start".
func Pages() []page.Page { return slices.Clone(parsed()) }

// Find gives the pages of the given names, each in its turn. The name of a
// topic stands for all of its pages.
func Find(names ...string) ([]page.Page, error) {
	var found []page.Page
	for _, name := range names {
		before := len(found)
		for _, p := range parsed() {
			topic := strings.HasPrefix(p.Name, strings.TrimSuffix(name, "/")+"/")
			if (p.Name == name || topic) && !slices.ContainsFunc(found, func(f page.Page) bool { return f.Name == p.Name }) {
				found = append(found, p)
			}
		}
		if len(found) == before && !has(found, name) {
			return nil, fmt.Errorf("there is no page %q; the pages are %s", name, strings.Join(all(), ", "))
		}
	}
	return found, nil
}

// has reports whether a name was asked for before.
func has(pages []page.Page, name string) bool {
	return slices.ContainsFunc(pages, func(p page.Page) bool {
		return p.Name == name || path.Dir(p.Name) == strings.TrimSuffix(name, "/")
	})
}

func all() []string {
	var names []string
	for _, p := range parsed() {
		names = append(names, p.Name)
	}
	return names
}
