package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/exchange"
	"github.com/switchhook/switchhook/contracts/recording"
)

// heldFile is a recording that is held against contracts.
type heldFile struct {
	File     string `arg:"" help:"A recording, or a HAR of any other tool."`
	Provider string `placeholder:"NAME" help:"Whose calls they are, wherever they went; default: what the recording says, or else whose servers were called."`
	Contract string `placeholder:"FILE" help:"The contract; default: the one that is built in. Needs a provider."`
}

// checkCommand holds a recording against the contracts.
type checkCommand struct {
	heldFile
	JSON bool `name:"json" help:"For machines."`
}

// Help is the example in the help text.
func (checkCommand) Help() string {
	return fmt.Sprintf(`Looks at every request, answer and webhook, and says where one departs from the contract, by entry of the file and JSON pointer, with what the contract's rule rests on. Calls to other servers are counted and left out. A file that holds a secret or a real number is refused: redact it first. Exit codes: 0 clean, 2 misuse, 3 something departs, 4 nothing was there to check.

    switchhook contracts check browser.har
    switchhook contracts check talk.har --provider %[1]s --json | jq '.findings[].problem'`, firstProvider())
}

// Run checks the recording.
func (c *checkCommand) Run(t *terminal) error {
	sorted, err := c.open()
	if err != nil {
		return err
	}
	checked := checkedFile{File: c.File, Strangers: sorted.Strangers, Triggers: sorted.Triggers, Findings: []exchange.Finding{}, Notes: []exchange.Finding{}}
	for _, x := range sorted.Exchanges {
		if x.Webhook() {
			checked.Webhooks++
		} else {
			checked.Calls++
		}
		for _, f := range x.Check() {
			if f.Unread() {
				checked.Notes = append(checked.Notes, f)
			} else {
				checked.Findings = append(checked.Findings, f)
			}
		}
	}
	if checked.Calls+checked.Webhooks == 0 {
		return nothingThere(c.File, sorted)
	}
	if c.JSON {
		err = t.json(checked)
	} else {
		checked.print(t)
	}
	if err == nil && len(checked.Findings) > 0 {
		return verdict(exitDrift)
	}
	return err
}

// nothingThere says that a file has no exchange with a provider.
func nothingThere(file string, sorted exchange.Sorted) error {
	return couldNot(fmt.Sprintf("%s has no exchange with a provider; %d calls to other servers were left out", file, sorted.Strangers),
		"say whose calls they are with --provider "+firstProvider())
}

// open reads the file, refuses what must not be shown to anybody, and finds out
// whose the exchanges are.
func (c *heldFile) open() (exchange.Sorted, error) {
	h, err := readRecording(c.File)
	if err != nil {
		return exchange.Sorted{}, err
	}
	if err := clean(c.File, h); err != nil {
		return exchange.Sorted{}, err
	}
	o, err := c.contracts(h)
	if err != nil {
		return exchange.Sorted{}, err
	}
	return exchange.Sort(h, o), nil
}

// ofOne opens a file that has to be about one provider. do is what is done with it.
func (c *heldFile) ofOne(do string) ([]exchange.Exchange, error) {
	sorted, err := c.open()
	if err != nil {
		return nil, err
	}
	if len(sorted.Exchanges) == 0 {
		return nil, nothingThere(c.File, sorted)
	}
	first := sorted.Exchanges[0].Contract
	for _, x := range sorted.Exchanges {
		if x.Contract != first {
			return nil, misuse(fmt.Sprintf("%s is about %s and %s", c.File, first.Name(), x.Contract.Name()), do+" one at a time, with --provider "+first.Name())
		}
	}
	return sorted.Exchanges, nil
}

// clean refuses a recording with a secret or a real number in it.
func clean(file string, h *recording.HAR) error {
	var found []recording.Found
	for _, f := range recording.Secrets(h) {
		if f.What != "unreadable" { // it is not looked at here either
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		return nil
	}
	p := leaked(file, found).(*problem)
	return misuse(p.says, fmt.Sprintf("take it out: switchhook contracts redact %s --out clean.har", file))
}

// contracts are those that may be meant.
func (c *heldFile) contracts(h *recording.HAR) (exchange.Options, error) {
	name := whose(c.Provider, h)
	if c.Contract != "" && name == "" {
		return exchange.Options{}, misuse("--contract needs a provider", "add --provider "+firstProvider())
	}
	if name != "" {
		contract, err := c.contract(name)
		if err != nil {
			return exchange.Options{}, err
		}
		return exchange.Options{Contracts: []*contracts.Contract{contract}, Force: true}, nil
	}
	var o exchange.Options
	for _, name := range contracts.Names() {
		contract, err := contractOf(name)
		if err != nil {
			return o, err
		}
		o.Contracts = append(o.Contracts, contract)
	}
	return o, nil
}

func (c *heldFile) contract(name string) (*contracts.Contract, error) {
	if c.Contract == "" {
		return contractOf(name)
	}
	text, err := readDocument(c.Contract)
	if err != nil {
		return nil, err
	}
	contract, err := contracts.Parse(name, text)
	if err != nil {
		return nil, misuse(fmt.Sprintf("%s: %v", c.Contract, err), "a contract is an OpenAPI 3.1 document; see docs/contracts.md")
	}
	return contract, nil
}

// maxContract is how much of a document is read.
const maxContract = 8<<20 + 1

func readDocument(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, misuse(err.Error(), "name a contract: an openapi.yaml")
	case !info.Mode().IsRegular():
		return nil, misuse(file+" is not a file", "name a contract: an openapi.yaml")
	case info.Size() >= maxContract:
		return nil, misuse(fmt.Sprintf("%s has %d bytes; at most %d are read", file, info.Size(), maxContract-1), "name a contract: an openapi.yaml")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, misuse(err.Error(), "name a contract: an openapi.yaml")
	}
	return text, nil
}

// checkedFile is what a check found.
type checkedFile struct {
	File      string             `json:"file"`
	Calls     int                `json:"calls"`
	Webhooks  int                `json:"webhooks"`
	Strangers int                `json:"left_out"` // calls to servers that are nobody's
	Triggers  int                `json:"triggers"` // requests to the application that are no webhooks
	Findings  []exchange.Finding `json:"findings"`
	Notes     []exchange.Finding `json:"notes"` // what is in a request and nobody reads
}

func (c *checkedFile) print(t *terminal) {
	t.findings(c.Findings)
	if len(c.Notes) > 0 {
		t.printf("notes, of what nobody reads\n")
		t.findings(c.Notes)
	}
	t.printf("%s: %d calls and %d webhooks checked, %d findings, %d notes", plain(c.File), c.Calls, c.Webhooks, len(c.Findings), len(c.Notes))
	if left := c.Strangers + c.Triggers; left > 0 {
		t.printf("; %d other exchanges left out", left)
	}
	t.printf("\n")
}

// findings prints them grouped by operation.
func (t *terminal) findings(all []exchange.Finding) {
	var groups []string
	of := map[string][]exchange.Finding{}
	for _, f := range all {
		name := f.Provider + ": " + f.Operation + ", " + string(f.Of)
		if of[name] == nil {
			groups = append(groups, name)
		}
		of[name] = append(of[name], f)
	}
	for _, name := range groups {
		t.printf("%s\n", t.paint(boldColor, plain(name)))
		for _, f := range of[name] {
			at := f.Place
			if f.Pointer != "" {
				at += " " + f.Pointer
			}
			t.printf("  entry %d, %s: %s\n", f.Entry, t.paint(wrongColor, plain(at)), plain(f.Problem))
			if f.Evidence != "" {
				t.printf("      %s\n", plain(strings.TrimSuffix(f.Evidence+": "+f.Source, ": ")))
			}
		}
		t.printf("\n")
	}
}

// boldColor is the name of a group on a terminal.
const boldColor = "\x1b[1m"

// paint colours text where that is wanted.
func (t *terminal) paint(color, text string) string {
	if !t.color() {
		return text
	}
	return color + text + noColor
}
