package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// sketch is how an application of a provider usually looks. Names of variables
// and paths are those of the vendor's documents and client libraries where
// they have any, else ours.
type sketch struct {
	Webhook string       // path
	Reply   string       // a text that customers of the vendor's guide send
	Env     []variableOf // name to placeholder
	OptOut  string       // what is said about STOP
}

// guesses holds all that init knows of single vendors.
var guesses = map[string]sketch{
	"surge": {
		Webhook: "/webhooks/surge",
		Reply:   "Is the 3pm slot still available?",
		Env: []variableOf{
			{"SURGE_BASE_URL", "{{surge.url}}"},
			{"SURGE_API_KEY", "{{surge.key}}"},
			{"SURGE_ACCOUNT_ID", "{{surge.account}}"},
			{"SURGE_WEBHOOK_SIGNING_SECRET", "{{surge.secret}}"},
		},
		OptOut: "Surge confirms a STOP itself",
	},
	"mta": {
		Webhook: "/webhooks/mta",
		Reply:   "Is Friday fine?",
		Env: []variableOf{
			{"MTA_BASE_URL", "{{mta.url}}"}, // without the version, as the paths have it
			{"MTA_API_KEY", "{{mta.key}}"},
			{"MTA_WEBHOOK_SECRET", "{{mta.secret}}"},
			{"MTA_LONGCODE_ID", "{{mta.longcode}}"},
		},
		OptOut: "MTA confirms a STOP itself",
	},
	"exotel": {
		Webhook: "/sms/inbound",
		Reply:   "ORDER",
		Env: []variableOf{
			{"EXOTEL_BASE_URL", "{{exotel.url}}"},
			{"EXOTEL_SID", "{{exotel.sid}}"},
			{"EXOTEL_API_KEY", "{{exotel.key}}"},
			{"EXOTEL_API_TOKEN", "{{exotel.token}}"},
			{"EXOTEL_NUMBER", "{{exotel.number}}"},
		},
		OptOut: "Exotel answers no keyword, so the application does; its guide also takes NO for STOP",
	},
}

// guessFor is the guess for a provider; one that nobody described gets usual names.
func guessFor(provider string) sketch {
	if g, ok := guesses[provider]; ok {
		return g
	}
	g := sketch{Webhook: "/webhooks/" + provider, Reply: "Is 3pm free?"}
	for _, key := range []string{"url", "key", "account", "secret"} {
		name := strings.ToUpper(provider + "_" + suffixes[key])
		g.Env = append(g.Env, variableOf{name, "{{" + provider + "." + key + "}}"})
	}
	return g
}

// starts says by which file in a folder an application is known, and how such
// a one is usually started.
var starts = []struct{ file, command string }{
	{"server.js", "node server.js"},
	{"index.js", "node index.js"},
	{"app.py", "python3 app.py"},
	{"main.py", "python3 main.py"},
	{"app.rb", "ruby app.rb"},
	{"go.mod", "go run ."},
}

// guessStart looks in a folder; "" if nothing there is known.
func guessStart(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	var p struct{ Scripts struct{ Start string } }
	if err == nil && json.Unmarshal(data, &p) == nil && p.Scripts.Start != "" {
		return p.Scripts.Start
	}
	for _, s := range starts {
		if _, err := os.Stat(filepath.Join(dir, s.file)); err == nil {
			return s.command
		}
	}
	return ""
}
