package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/scenarios/sut"
)

// known makes sure that names are those of providers.
func known(names []string) error {
	for _, name := range names {
		if !slices.Contains(providerNames(), name) {
			return misuse(fmt.Sprintf("there is no provider %q", name), "the providers are "+strings.Join(providerNames(), ", "))
		}
	}
	return nil
}

// served are the providers to play for: those that are named, else all whose
// webhooks the application takes. One that never hears of a text passes by doing
// nothing, so the description in file must say where it hears of it.
func served(app *sut.SUT, file string, names []string) ([]string, error) {
	if err := known(names); err != nil {
		return nil, err
	}
	for _, name := range names {
		if app.Webhooks[name] == "" {
			return nil, deaf(file, "the webhooks of "+name, name)
		}
	}
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(app.Webhooks))
	}
	if len(names) == 0 {
		return nil, deaf(file, "webhooks", firstProvider())
	}
	return names, known(names)
}

func deaf(file, what, provider string) error {
	return misuse(fmt.Sprintf("%s does not say where the application takes %s", file, what),
		fmt.Sprintf("add webhooks: {%s: \"http://127.0.0.1:{{port}}/webhooks/%[1]s\"}", provider))
}
