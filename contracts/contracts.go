package contracts

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"
)

//go:embed */openapi.yaml
var documents embed.FS

// loaders holds one loader per embedded document, by name: each is read once.
var loaders = func() map[string]func() (*Contract, error) {
	all := map[string]func() (*Contract, error){}
	for _, name := range Names() {
		all[name] = sync.OnceValues(func() (*Contract, error) {
			text, err := documents.ReadFile(path.Join(name, file))
			if err != nil {
				return nil, fmt.Errorf("read contract %s: %w", name, err)
			}
			return read(name, text)
		})
	}
	return all
}()

const file = "openapi.yaml"

// Names are the providers whose contracts are built in, sorted.
func Names() []string {
	found, err := documents.ReadDir(".")
	if err != nil {
		return nil // an embedded root can always be read
	}
	var names []string
	for _, dir := range found {
		if _, err := documents.Open(path.Join(dir.Name(), file)); err == nil {
			names = append(names, dir.Name())
		}
	}
	return names
}

// Load is the contract of a provider. It is read once for the whole process and
// may be used by many goroutines.
func Load(name string) (*Contract, error) {
	load, ok := loaders[name]
	if !ok {
		return nil, unknown(name)
	}
	return load()
}

// Text is the document of a provider as it is built in.
func Text(name string) ([]byte, error) {
	if _, ok := loaders[name]; !ok {
		return nil, unknown(name)
	}
	return documents.ReadFile(path.Join(name, file))
}

func unknown(name string) error {
	return fmt.Errorf("no contract is called %q; there are %s", name, strings.Join(Names(), ", "))
}
