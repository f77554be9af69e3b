package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/scenarios/sut"
)

// question is one thing that init asks, or takes as a flag.
type question struct {
	flag  string
	asks  string
	given func(*initCommand) []string // what flags or guesses say
	set   func(*initCommand, string)
	check func(string) error
	blank bool // it may stay without an answer
}

// questions are all of them, in order.
var questions = []question{
	{
		"name", "What is the application called?",
		func(c *initCommand) []string { return some(c.Name) },
		func(c *initCommand, a string) { c.Name = a }, oneLine, false,
	},
	{
		"provider", "Whose webhooks does it take? Several with spaces between them.",
		func(c *initCommand) []string { return c.Provider },
		func(c *initCommand, a string) { c.Provider = strings.Fields(a) }, knownProviders, false,
	},
	{
		"start", "How is it started? " + unstarted + ": it runs already.",
		func(c *initCommand) []string { return some(c.Start) },
		func(c *initCommand, a string) { c.Start = a }, oneLine, false,
	},
	{
		"port", "On which port does it listen? Leave it empty if it takes one from PORT.",
		func(c *initCommand) []string { return portText(c.Port) },
		func(c *initCommand, a string) { c.Port, _ = strconv.Atoi(a) }, isPort, true,
	},
	{
		"ready", "Which path answers 2xx once it takes webhooks?",
		func(c *initCommand) []string { return some(c.Ready) },
		func(c *initCommand, a string) { c.Ready = a }, isPath, false,
	},
	{
		"webhook", "At which path does it take webhooks? Like /webhooks, or NAME=/path for each provider.",
		func(c *initCommand) []string { return c.Webhook },
		func(c *initCommand, a string) { c.Webhook = strings.Fields(a) }, webhookPaths, true,
	},
	{
		"reply", "Which text does it answer once?",
		func(c *initCommand) []string { return c.Reply },
		func(c *initCommand, a string) { c.Reply = []string{a} }, oneLine, true,
	},
	{
		"policy", "When a send may have worked or not, what does it promise: " + sut.AtLeastOnce + " or " + sut.AtMostOnce + "? Empty if nobody knows.",
		func(c *initCommand) []string { return some(c.Policy) },
		func(c *initCommand, a string) { c.Policy = a }, isPolicy, true,
	},
}

func some(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func portText(port int) []string {
	if port == 0 {
		return nil
	}
	return []string{strconv.Itoa(port)}
}

func oneLine(text string) error {
	if strings.TrimSpace(text) == "" || strings.ContainsAny(text, "\r\n") {
		return errors.New("write one line that is not empty")
	}
	return nil
}

func knownProviders(text string) error {
	for _, name := range strings.Fields(text) {
		if !slices.Contains(providerNames(), name) {
			return fmt.Errorf("there is no provider %q; the providers are %s", name, strings.Join(providerNames(), ", "))
		}
	}
	return oneLine(text)
}

func isPort(text string) error {
	if n, err := strconv.Atoi(text); err != nil || n < 1 || n > 65535 {
		return errors.New("write a number from 1 to 65535")
	}
	return nil
}

func isPath(text string) error {
	if !strings.HasPrefix(text, "/") || strings.ContainsAny(text, " \t\r\n") {
		return errors.New("write a path that begins with /, like /webhooks")
	}
	return nil
}

func webhookPaths(text string) error {
	for _, one := range strings.Fields(text) {
		name, path, named := strings.Cut(one, "=")
		if !named {
			name, path = firstProvider(), one
		}
		if err := errors.Join(knownProviders(name), isPath(path)); err != nil {
			return err
		}
	}
	return nil
}

func isPolicy(text string) error {
	if text != sut.AtLeastOnce && text != sut.AtMostOnce {
		return fmt.Errorf("write %s or %s", sut.AtLeastOnce, sut.AtMostOnce)
	}
	return nil
}

// interview asks one question after the other.
type interview struct {
	in  *bufio.Scanner
	out io.Writer
}

func newInterview(in io.Reader, out io.Writer) *interview {
	return &interview{in: bufio.NewScanner(in), out: out}
}

// interview asks everything; what is left empty stays as it is.
func (c *initCommand) interview(i *interview) error {
	for _, q := range questions {
		usual := strings.Join(q.given(c), " ")
		switch {
		case q.flag == "webhook" && usual == "":
			usual = c.usualPaths()
		case q.flag == "reply" && usual == "":
			usual = guessFor(c.Provider[0]).Reply
		}
		answer, err := i.ask(q, usual)
		if err != nil {
			return err
		}
		if answer != usual {
			q.set(c, answer)
		}
	}
	return nil
}

func (c *initCommand) usualPaths() string {
	if len(c.Provider) == 1 {
		return c.path(c.Provider[0])
	}
	var all []string
	for _, name := range c.Provider {
		all = append(all, name+"="+c.path(name))
	}
	return strings.Join(all, " ")
}

// ask asks until the answer is right.
func (i *interview) ask(q question, usual string) (string, error) {
	for {
		fmt.Fprintf(i.out, "%s [%s] ", q.asks, plain(usual))
		if !i.in.Scan() {
			fmt.Fprintln(i.out)
			return "", misuse("the answers ended before the questions did", "nothing was written; --yes takes flags and guesses")
		}
		answer := strings.TrimSpace(i.in.Text())
		if answer == "" {
			return usual, nil
		}
		err := q.check(answer)
		if err == nil {
			return answer, nil
		}
		fmt.Fprintf(i.out, "  %s\n", plain(err.Error()))
	}
}
