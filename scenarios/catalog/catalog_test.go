package catalog_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/page"
)

func TestEveryFileIsAPageInItsFinalLayout(t *testing.T) {
	t.Parallel()
	files := os.DirFS(".")
	names, err := fs.Glob(files, "*/*.txtar")
	if err != nil || len(names) < 60 {
		t.Fatalf("%d pages, %v; want at least 60", len(names), err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := page.Parse(name, data)
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(string(page.Format(p)), string(data)); diff != "" {
			t.Errorf("%s is not laid out as Format would (-want +got):\n%s", name, diff)
		}
		if topic, _, _ := strings.Cut(name, "/"); !slices.Contains(p.Labels, topic) {
			t.Errorf("%s has labels %v; want its topic %s among them", name, p.Labels, topic)
		}
		if len(p.Kills) == 0 {
			t.Errorf("%s names no bug that it catches, so nothing shows that it catches any", name)
		}
	}
}

func TestPagesAreSortedAndTheCallersOwn(t *testing.T) {
	t.Parallel()
	pages := catalog.Pages()
	byName := func(a, b page.Page) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(pages, byName) {
		t.Error("the pages are not sorted by name")
	}
	pages[0].Name = "changed"
	if catalog.Pages()[0].Name == "changed" {
		t.Error("a caller's change shows in the catalog")
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		names []string
		want  []string
	}{
		{[]string{"replies/two-lines", "consent/stop-then-start"}, []string{"replies/two-lines", "consent/stop-then-start"}},
		{[]string{"replies/once", "replies/once"}, []string{"replies/once"}},
		{[]string{"tolerance"}, []string{"tolerance/extra-fields", "tolerance/fast-answer", "tolerance/unknown-alone", "tolerance/unknown-event"}},
		{[]string{"tolerance/", "tolerance/fast-answer"}, []string{"tolerance/extra-fields", "tolerance/fast-answer", "tolerance/unknown-alone", "tolerance/unknown-event"}},
		{nil, nil},
	} {
		found, err := catalog.Find(tt.names...)
		if err != nil {
			t.Errorf("Find(%q): %v", tt.names, err)
		}
		var got []string
		for _, p := range found {
			got = append(got, p.Name)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("Find(%q) = %q, want %q", tt.names, got, tt.want)
		}
	}
}

func TestFindNamesThePagesThereAre(t *testing.T) {
	t.Parallel()
	_, err := catalog.Find("replies/once", "replies/twice")
	if err == nil || !strings.Contains(err.Error(), `"replies/twice"`) || !strings.Contains(err.Error(), "replies/two-lines") {
		t.Errorf("Find of an unknown page: %v; want its name and the known ones", err)
	}
}
