package cli

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
)

// openBrowser shows a page to the user where that is possible; where not, it
// says so, and all goes on.
func openBrowser(ctx context.Context, t *terminal, url string) {
	name, args := opener(runtime.GOOS)
	path, err := exec.LookPath(name)
	if err == nil {
		command := exec.CommandContext(ctx, path, append(args, url)...)
		if err = command.Start(); err == nil {
			go func() { _ = command.Wait() }() // how the browser fares is not our business
			return
		}
	}
	fmt.Fprintf(t.err, "switchhook: there is no browser to open here; go to %s\n", url)
}

// opener is the command that opens a URL.
func opener(system string) (name string, args []string) {
	switch system {
	case "darwin":
		return "open", nil
	case "windows":
		return "rundll32", []string{"url.dll,FileProtocolHandler"}
	}
	return "xdg-open", nil
}
