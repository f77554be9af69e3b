package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"regexp"
	"strings"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/exchange"
	"github.com/switchhook/switchhook/emulator/clock"
)

// webhookCommand holds one webhook against its contract.
type webhookCommand struct {
	Provider  string   `required:"" placeholder:"NAME" help:"Who sent it, like ${provider}."`
	Secret    []string `placeholder:"SECRET" sep:"none" help:"What it is signed with. May be repeated. Others on this machine can see it: rather use --secret-env."`
	SecretEnv string   `placeholder:"VARIABLE" help:"The variable that holds the secret."`
	Type      string   `placeholder:"WORD" help:"The vendor's word for its type; default: what the body says, or what it fits best."`
	Header    []string `placeholder:"LINE" sep:"none" short:"H" help:"A header as 'Name: value'. May be repeated."`
	At        string   `placeholder:"INSTANT" help:"When it came, like 2026-01-01T00:00:00Z, or now. Without it the age of the signature does not count."`
	JSON      bool     `name:"json" help:"For machines."`
}

// Help is the example in the help text.
func (webhookCommand) Help() string {
	return fmt.Sprintf(`Reads a webhook from the standard input, its body alone or a whole HTTP message with its headers first, and says what is wrong with it. Exit codes: 0 nothing, 2 misuse, 3 something.

    switchhook contracts webhook --provider %[1]s --secret-env WEBHOOK_SECRET < message.http
    switchhook contracts webhook --provider %[1]s --secret-env WEBHOOK_SECRET \
        -H 'Content-Type: application/json' -H 'webhook-id: evt_1' < body.json`, firstProvider())
}

// maxWebhook is how much of a webhook is read.
const maxWebhook = 4 << 20

// Run checks the webhook.
func (c *webhookCommand) Run(t *terminal) error {
	contract, err := contractOf(c.Provider)
	if err != nil {
		return err
	}
	w, err := c.read(t)
	if err != nil {
		return err
	}
	found := []exchange.Finding{}
	for _, f := range contract.CheckWebhook(w) {
		found = append(found, exchange.Finding{Finding: f, Of: exchange.OfWebhook, Provider: c.Provider})
	}
	if c.JSON {
		if err := t.json(found); err != nil {
			return err
		}
	} else {
		c.print(t, contract, w, found)
	}
	if len(found) > 0 {
		return verdict(exitDrift)
	}
	return nil
}

func (c *webhookCommand) print(t *terminal, contract *contracts.Contract, w contracts.Webhook, found []exchange.Finding) {
	for _, f := range found {
		t.printf("%s\n", plain(f.String()))
	}
	switch o := contract.FindWebhook(w); {
	case len(found) > 0 || o == nil:
		t.printf("%d findings\n", len(found))
	case len(w.Secrets) == 0:
		t.printf("a sound %s; nobody gave its secret, so the signature was not looked at\n", plain(o.String()))
	case contract.Signs():
		t.printf("a sound %s, rightly signed\n", plain(o.String()))
	default:
		t.printf("a sound %s; this vendor signs nothing\n", plain(o.String()))
	}
}

func (c *webhookCommand) read(t *terminal) (contracts.Webhook, error) {
	w := contracts.Webhook{Type: c.Type, Secrets: c.Secret}
	w.Method, w.Header = http.MethodPost, http.Header{}
	if c.SecretEnv != "" {
		secret, err := t.secret(c.SecretEnv)
		if err != nil {
			return w, err
		}
		w.Secrets = append(w.Secrets, secret)
	}
	switch c.At {
	case "":
	case "now":
		w.At = clock.Wall()
	default:
		var err error
		if w.At, err = time.Parse(time.RFC3339, c.At); err != nil {
			return w, misuse(fmt.Sprintf("%q is not an instant", c.At), "write --at now, or like --at 2026-01-01T00:00:00Z")
		}
	}
	data, err := io.ReadAll(io.LimitReader(t.in, maxWebhook+1))
	switch {
	case err != nil:
		return w, couldNot("read the standard input: "+err.Error(), "")
	case len(data) > maxWebhook:
		return w, misuse(fmt.Sprintf("the webhook has more than %d bytes", maxWebhook), "no vendor sends that much")
	}
	if err := message(&w, data); err != nil {
		return w, err
	}
	for _, line := range c.Header {
		name, value, ok := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return w, misuse(fmt.Sprintf("%q is not a header", line), "write it like -H 'Content-Type: application/json'")
		}
		w.Header.Add(name, strings.TrimSpace(value))
	}
	if len(c.Header) == 0 && len(w.Header) == 0 && len(w.Body) > 0 {
		w.Header.Set("Content-Type", mediaOf(w.Body)) // nobody says that there was none
	}
	if len(w.Body) == 0 && !strings.Contains(w.URL, "?") {
		return w, misuse("there is no webhook on the standard input", "switchhook contracts webhook --help shows how to give one")
	}
	return w, nil
}

// mediaOf is what a body without headers is.
func mediaOf(body []byte) string {
	if first := bytes.TrimSpace(body); len(first) > 0 && (first[0] == '{' || first[0] == '[') {
		return "application/json"
	}
	return "application/x-www-form-urlencoded"
}

var (
	requestLine = regexp.MustCompile(`^([A-Z]+) (\S+)(?: HTTP/[0-9.]+)?\r?\n`)
	headerLine  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*:[ \t]`)
)

// message takes an HTTP message apart, if data begins like one.
func message(w *contracts.Webhook, data []byte) error {
	if line := requestLine.FindSubmatch(data); line != nil {
		w.Method, w.URL = string(line[1]), string(line[2])
		data = data[len(line[0]):]
	} else if !headerLine.Match(data) {
		w.Body = data
		return nil
	}
	in := bufio.NewReader(bytes.NewReader(data))
	header, err := textproto.NewReader(in).ReadMIMEHeader()
	if err != nil && len(data) > 0 && err != io.EOF {
		return misuse("the HTTP message cannot be read: "+err.Error(), "a blank line stands between its headers and its body")
	}
	for name, values := range header {
		w.Header[name] = values
	}
	w.Body, err = io.ReadAll(in)
	return err
}
