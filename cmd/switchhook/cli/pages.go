package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/switchhook/switchhook/scenarios/bundle"
	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/page"
)

// pageSuffix is that of files with a page.
const pageSuffix = ".txtar"

// named are the pages of the given names, or all that are built in.
func named(names []string) ([]page.Page, error) {
	if len(names) == 0 {
		return catalog.Pages(), nil
	}
	var all []page.Page
	for _, name := range names {
		found, err := find(name)
		if err != nil {
			return nil, misuse(err.Error(), "see switchhook list scenarios, or name a file that ends in "+pageSuffix)
		}
		all = append(all, found...)
	}
	return all, nil
}

// find reads a file or all pages of a folder, or looks into the catalog.
func find(name string) ([]page.Page, error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return folder(name)
	case err == nil || strings.HasSuffix(name, pageSuffix):
		p, err := read(name)
		return []page.Page{p}, err
	}
	return catalog.Find(name)
}

func folder(name string) ([]page.Page, error) {
	var all []page.Page
	err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, pageSuffix) {
			return err
		}
		p, err := read(path)
		all = append(all, p)
		return err
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("there is no page in %s", name)
	}
	return all, err
}

func read(name string) (page.Page, error) {
	data, err := bundle.Read(name)
	if err != nil {
		return page.Page{}, err
	}
	p, err := page.Parse(name, data)
	if err == nil && bundle.Is(p) {
		_, err = bundle.Parse(name, data) // torn ones are found out here
		p.Name = strings.TrimSuffix(p.Name, ".run")
	}
	p.File = name
	return p, err
}
