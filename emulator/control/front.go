package control

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/client"
)

// front says what this address is and what to do next. It needs no token, so
// it tells nothing secret.
func (a *api) front(w http.ResponseWriter, r *http.Request) {
	s, err := a.world(client.Default)
	if err != nil {
		refuse(w, r, err)
		return
	}
	at := "http://" + r.Host
	write(w, http.StatusOK, "text/plain; charset=utf-8", []byte(frontPage(at, a.version, s.Providers(), s.Placeholders())))
}

// frontPage is the text for an emulator at an address with these providers, the
// default one first, and what applications need of each.
func frontPage(at, version string, names []string, providers map[string]map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: a fake carrier network for software that texts customers.\n\n", strings.TrimSpace("Switchhook "+version))
	b.WriteString("Applications call it at\n")
	for _, name := range names {
		fmt.Fprintf(&b, "  %s/%s\n", at, name)
	}
	fmt.Fprintf(&b, "\nThe control API is at\n  %[1]s%[2]s\n  %[1]s%[2]s/openapi.json describes it\n", at, client.Prefix)
	b.WriteString("\nNext, in a terminal:\n")
	flags := ""
	if at != client.DefaultURL {
		flags = " --emulator " + at
	}
	for _, name := range names {
		fmt.Fprintf(&b, "  eval \"$(switchhook env %s%s)\"   then start your application\n", name, flags)
	}
	if len(names) > 0 {
		fmt.Fprintf(&b, "  switchhook text%s +18015550142 %s \"Is 3pm free?\"\n", flags, providers[names[0]]["number"])
	}
	fmt.Fprintf(&b, "  switchhook tail%s\n", flags)
	return b.String()
}
