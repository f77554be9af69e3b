package contracts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// Contract is what one provider promises. It may be used by many goroutines.
type Contract struct {
	name     string
	raw      map[string]any // the document as plain values; rules point into it
	document func() (*openapi3.T, error)
	compiler *compiler

	mux        *http.ServeMux // the paths, matched as the emulator matches them
	prefixes   []string       // path prefixes of the servers, longest first
	operations []*Operation
	webhooks   []*Operation
	answers    map[string]answer // by pointer; filled while the contract is read
	typeAt     string            // where a webhook's type word stands in its body; "" if nowhere
	signatures []signature
	bases      sync.Map // pointer → Basis
}

// Basis is what a rule rests on.
type Basis struct {
	Evidence string // "documented", "recorded" or "inferred"; "" if nothing says
	Source   string // where that can be read
	Date     string // when it was looked up
}

// Parse reads a contract from an OpenAPI 3.1 document. It refuses what is not
// valid, larger than 8 MB, or swollen by aliases, and says in which line.
func Parse(name string, text []byte) (*Contract, error) {
	c, err := read(name, text)
	if err != nil {
		return nil, err
	}
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("contract %s: %w", name, err)
	}
	return c, nil
}

// read is Parse without what takes long and what a test has proved of the
// documents that are built in.
func read(name string, text []byte) (*Contract, error) {
	value, root, err := readYAML(text)
	if err != nil {
		return nil, fmt.Errorf("read contract %s: %w", name, err)
	}
	raw, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("read contract %s: line %d: the document must be a map with openapi, info and paths", name, root.Line)
	}
	c := &Contract{name: name, raw: raw, answers: map[string]answer{}}
	if err := c.load(); err != nil {
		where := &pointed{}
		if errors.As(err, &where) {
			return nil, fmt.Errorf("read contract %s: line %d: %w", name, nodeAt(root, where.pointer).Line, err)
		}
		return nil, fmt.Errorf("read contract %s: %w", name, err)
	}
	return c, nil
}

// pointed is an error about a place in the document.
type pointed struct {
	pointer string
	err     error
}

func (p *pointed) Error() string { return p.pointer + ": " + p.err.Error() }
func (p *pointed) Unwrap() error { return p.err }

func (c *Contract) load() (err error) {
	if c.compiler, err = newCompiler(c.raw); err != nil {
		return err
	}
	c.document = sync.OnceValues(c.typed)
	c.typeAt = jsonpointer.Text(c.raw, "#/x-webhook-type")
	if err := c.index(); err != nil {
		return err
	}
	if c.signatures, err = c.readSignatures(); err != nil {
		return err
	}
	return c.route()
}

// typed makes the typed document. It is made out of JSON, which is read many
// times faster than YAML, and surely is the document that checks go by.
func (c *Contract) typed() (*openapi3.T, error) {
	text, err := json.Marshal(c.raw)
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(text)
}

// validate proves that the document is valid and that all schemas compile.
func (c *Contract) validate() error {
	document, err := c.document()
	if err != nil {
		return err
	}
	if !document.IsOpenAPI31OrLater() {
		return fmt.Errorf("it is OpenAPI %q; write 3.1.0", document.OpenAPI)
	}
	if err := document.Validate(context.Background(), openapi3.IsOpenAPI31OrLater()); err != nil {
		return err
	}
	for _, s := range c.schemas() {
		if _, err := s.get(); err != nil {
			return fmt.Errorf("%s: %w", s.pointer, err)
		}
	}
	return nil
}

// Name is the provider's.
func (c *Contract) Name() string { return c.name }

// Document is the whole document, made by the first call. It must not be
// changed. It is nil only if it is not valid, which Parse refuses.
func (c *Contract) Document() *openapi3.T {
	document, err := c.document()
	if err != nil {
		return nil
	}
	return document
}

// Operations are what an application can ask for, sorted by path and method.
func (c *Contract) Operations() []*Operation { return slices.Clone(c.operations) }

// Webhooks are what the provider sends, sorted by type.
func (c *Contract) Webhooks() []*Operation { return slices.Clone(c.webhooks) }
