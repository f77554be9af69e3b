package cli

import (
	"fmt"
	"os"

	"github.com/switchhook/switchhook/contracts/recording"
)

// contractsCommand groups what works on recordings by the contract of a provider.
type contractsCommand struct {
	Check   checkCommand   `cmd:"" help:"Hold a recording against the contracts."`
	Webhook webhookCommand `cmd:"" help:"Hold one webhook and its signature against the contract."`
	Learn   learnCommand   `cmd:"" help:"Propose changes of a contract from a recording."`
	Drift   driftCommand   `cmd:"" help:"Say where the emulator differs from a recording of the provider."`
	Redact  redactCommand  `cmd:"" help:"Take out of a recording what must not be kept."`
}

// redactCommand cleans a recording of any tool.
type redactCommand struct {
	In         string `arg:"" help:"A recording, or a HAR of any other tool."`
	Out        string `required:"" placeholder:"FILE" help:"Where to write the result."`
	Provider   string `placeholder:"NAME" help:"Whose contract says what fields hold; default: what the recording says."`
	RedactText bool   `help:"Take out what messages say, too; keywords and lengths stay."`
}

// Help is the example in the help text.
func (redactCommand) Help() string {
	return fmt.Sprintf(`Credentials go; numbers, names and addresses become invented ones that stay the same over a recording. Without a provider, shapes and the names of fields are all there is to go by.

    switchhook contracts redact browser.har --provider %[1]s --out clean.har`, firstProvider())
}

// Run writes the clean recording.
func (c *redactCommand) Run(t *terminal) error {
	h, err := readRecording(c.In)
	if err != nil {
		return err
	}
	if err := vacant(c.Out); err != nil {
		return err
	}
	provider := whose(c.Provider, h)
	o := recording.Options{Texts: c.RedactText}
	if provider != "" {
		contract, err := contractOf(provider)
		if err != nil {
			return err
		}
		if o.Document = contract.Document(); o.Document == nil {
			return couldNot(fmt.Sprintf("the contract of %s cannot be read", provider), "")
		}
	}
	recording.NewRedactor(o).HAR(h)
	h.Log.Switchhook.Provider = provider
	if found := recording.Secrets(h); len(found) > 0 {
		return leaked(c.Out, found)
	}
	if err := recording.Write(c.Out, h); err != nil {
		return couldNot(err.Error(), "choose another file with --out")
	}
	t.printf("%s\n", summary(c.Out, h))
	return nil
}

// whose is the provider that a flag names, or else the recording itself; "" if
// neither does.
func whose(flag string, h *recording.HAR) string {
	if ours := h.Log.Switchhook; flag == "" && ours != nil {
		return ours.Provider
	}
	return flag
}

// secret is what the variable of --secret-env holds.
func (t *terminal) secret(variable string) (string, error) {
	if secret := t.env(variable); secret != "" {
		return secret, nil
	}
	return "", misuse(fmt.Sprintf("the variable %s is empty", variable), "--secret-env takes the name of a variable that holds the secret")
}

// readRecording reads a file; what is wrong with it is told by its place.
func readRecording(file string) (*recording.HAR, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, misuse(err.Error(), "name a recording")
	}
	defer f.Close()
	h, err := recording.Read(f)
	if err != nil {
		return nil, misuse(fmt.Sprintf("%s: %v", file, err), "a recording is a HAR file; make one with switchhook record")
	}
	return h, nil
}
