package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/learn"
)

// learnCommand proposes changes of a contract.
type learnCommand struct {
	heldFile
}

// Help is the example in the help text.
func (learnCommand) Help() string {
	return fmt.Sprintf(`Prints a change of the provider's contract after which the recording fits it: new fields, values, types, statuses, headers, webhooks and operations, each marked as recorded, with the file's name and the recording's date. Comments and layout stay. A person reads it, and takes it or not; what was learned, and what was not and why, is said on the standard error. Of requests it learns only what the provider accepted.

The document is contracts/NAME/openapi.yaml here, if there is one, else the one that is built in. Exit codes: 0, also if there is nothing to learn; 2 misuse; 4 nothing was there to learn from.

    switchhook contracts learn talk.har --provider %[1]s
    switchhook contracts learn talk.har --provider %[1]s | git apply`, firstProvider())
}

// Run prints the change.
func (c *learnCommand) Run(t *terminal) error {
	all, err := c.ofOne("learn of")
	if err != nil {
		return err
	}
	provider := all[0].Contract.Name()
	path, text, err := c.document(provider)
	if err != nil {
		return err
	}
	h, err := readRecording(c.File)
	if err != nil {
		return err
	}
	got, err := learn.Propose(learn.Options{Provider: provider, Document: text, Source: filepath.Base(c.File), HAR: h})
	if err != nil {
		return misuse(fmt.Sprintf("%s: %v", path, err), "a contract is an OpenAPI 3.1 document; see docs/contracts.md")
	}
	diff, err := got.Diff(filepath.ToSlash(path), text)
	if err != nil {
		return err
	}
	t.printf("%s", diff)
	for _, p := range got.Proposals {
		fmt.Fprintf(t.err, "%s (entries %s)\n", plain(p.What), plain(fmt.Sprint(p.Entries)))
	}
	for _, left := range got.Left {
		fmt.Fprintf(t.err, "not learned: %s\n", plain(left))
	}
	fmt.Fprintf(t.err, "%d changes of %s from %d exchanges\n", len(got.Proposals), plain(path), got.Exchanges)
	return nil
}

// document is the text that the change is about, and where it stands.
func (c *learnCommand) document(provider string) (path string, text []byte, err error) {
	if c.Contract != "" {
		text, err = readDocument(c.Contract)
		return c.Contract, text, err
	}
	path = filepath.Join("contracts", provider, "openapi.yaml")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		text, err := contracts.Text(provider)
		return path, text, err
	}
	text, err = readDocument(path)
	return path, text, err
}
