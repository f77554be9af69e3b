package cli

import (
	"context"
	"io"

	"github.com/alecthomas/kong"

	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/scenarios/refapp"
)

// Exit codes.
const (
	exitOK       = 0
	exitFailed   = 1 // a verdict failed, or a replay differs from what was recorded
	exitMisuse   = 2 // the command line, the configuration or a file is wrong
	exitDrift    = 3 // something departs from a contract or a recording
	exitCouldNot = 4 // it could not run, or nothing was shown
)

// grammar is all that can be typed.
type grammar struct {
	Config string `placeholder:"FILE" help:"Settings; default: switchhook.yaml here, if there is one."`

	Serve      serveCommand      `cmd:"" help:"Run the fake network."`
	Demo       demoCommand       `cmd:"" help:"Watch the harness judge a sample application, then text with it."`
	Init       initCommand       `cmd:"" help:"Write a sut.yaml that describes your application."`
	Doctor     doctorCommand     `cmd:"" help:"See whether your application and its sut.yaml fit together, and what to mend."`
	Verify     verifyCommand     `cmd:"" help:"Judge your application by scenario pages."`
	Explore    exploreCommand    `cmd:"" help:"Look for plans of faults under which your application fails."`
	Replay     replayCommand     `cmd:"" help:"Play a recording or a saved run to your application once more."`
	Judge      judgeCommand      `cmd:"" help:"Judge the record of a saved run again, without the application."`
	Record     recordCommand     `cmd:"" help:"Record what your application and its provider say to each other."`
	Contracts  contractsCommand  `cmd:"" help:"Work on recordings by a provider's contract."`
	Text       textCommand       `cmd:"" help:"Text your application from a handset."`
	Phone      phoneCommand      `cmd:"" help:"Hold a handset in the terminal: type to text, see what arrives."`
	Tail       tailCommand       `cmd:"" help:"Follow the record of a running network."`
	Env        envCommand        `cmd:"" help:"Print the variables that point an application at a running network."`
	List       listCommand       `cmd:"" help:"List scenarios, numbers, faults, oracles, providers or switches."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
	Completion completionCommand `cmd:"" help:"Print a script that completes commands in a shell."`
}

const about = `A fake carrier network for software that texts customers, and a harness that judges that software.

    switchhook demo                       see it work
    switchhook serve                      run the network on this machine
    switchhook init                       describe your application in sut.yaml
    switchhook doctor                     see whether that fits it
    switchhook verify --sut sut.yaml      judge your application
    switchhook explore --sut sut.yaml     look for plans of faults under which it fails

A flag can also be set in the environment (--addr as SWITCHHOOK_ADDR) or in switchhook.yaml ("serve: {addr: ...}"); the command line wins, then the environment.

Exit codes: 0 passed, 1 a verdict failed or a replay differs, 2 misuse, 3 drift from a contract or a recording, 4 could not run or nothing was shown.`

// Main runs the command with its arguments, without the name of the program,
// until it is done or ctx ends, and returns the exit code.
func Main(ctx context.Context, args []string, env func(string) string, stdin io.Reader, stdout, stderr io.Writer) (exit int) {
	t := &terminal{in: stdin, out: stdout, err: stderr, env: env}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	switch args[0] {
	case refappCommand: // takes flags of its own
		return refapp.Run(ctx, args[1:], env, stdout, stderr)
	case completeCommand:
		return t.finish(complete(t, args[1:]))
	}
	return t.finish(run(ctx, t, args))
}

// refappCommand is what demo starts as the application under test.
const refappCommand = "refapp"

// helped is thrown when help was printed and nothing is left to do.
type helped struct{}

func run(ctx context.Context, t *terminal, args []string) (err error) {
	defer func() {
		if caught := recover(); caught != nil {
			if _, ok := caught.(helped); !ok {
				panic(caught)
			}
		}
	}()
	s := &settings{env: t.env}
	parser, err := newParser(t, s)
	if err != nil {
		return err
	}
	s.load(parser.Model, args)
	k, err := parser.Parse(args)
	if err != nil {
		return mistyped(parser.Model, err)
	}
	k.BindTo(ctx, (*context.Context)(nil))
	return k.Run(t)
}

func newParser(t *terminal, s *settings) (*kong.Kong, error) {
	return kong.New(&grammar{},
		kong.Name("switchhook"), kong.Description(about),
		kong.Writers(t.out, t.err), kong.Exit(func(int) { panic(helped{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.Resolvers(s), kong.Vars{"provider": firstProvider()},
	)
}

// firstProvider is the one that examples use.
func firstProvider() string { return emulator.Providers()[0].Name }
