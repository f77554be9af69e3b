package control

import (
	"net/http"
	"path"
	"slices"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sandbox"
)

// worldPath is where any sandbox has the routes that the default one has at
// the top.
const worldPath = "/sandboxes/{sandbox}"

// route is one operation on an On: the emulator or a sandbox.
type route[On any] struct {
	Method  string
	Path    string // under client.Prefix
	Query   []string
	Summary string
	Health  bool // served at the top level too, and without a token
	serve   func(On, http.ResponseWriter, *http.Request) error
}

// rootRoutes are those that belong to no sandbox.
func rootRoutes() []route[*api] {
	return []route[*api]{
		{Method: "GET", Path: "/sandboxes", Summary: "List the sandboxes", serve: (*api).sandboxes},
		{Method: "POST", Path: "/sandboxes", Summary: "Make a sandbox", serve: (*api).makeSandbox},
		{Method: "GET", Path: worldPath, Summary: "Describe a sandbox", serve: (*api).sandbox},
		{Method: "DELETE", Path: worldPath, Summary: "Drop a sandbox", serve: (*api).dropSandbox},
		{Method: "GET", Path: "/openapi.json", Summary: "This document", serve: (*api).openapi},
		{Method: "GET", Path: "/livez", Summary: "Whether the emulator lives", Health: true, serve: (*api).live},
		{Method: "GET", Path: "/readyz", Summary: "Whether the emulator takes calls", Health: true, serve: (*api).ready},
	}
}

// worldRoutes are those that each sandbox has.
func worldRoutes(heartbeat time.Duration) []route[*sandbox.Sandbox] {
	return []route[*sandbox.Sandbox]{
		{Method: "GET", Path: "/clock", Summary: "Read the clock", serve: clockState},
		{Method: "PUT", Path: "/clock", Summary: "Set what moves the clock", serve: setClock},
		{Method: "POST", Path: "/clock/advance", Summary: "Move the clock", serve: advance},
		{Method: "POST", Path: "/clock/settle", Summary: "Wait until the world is at rest", serve: settle},

		{Method: "GET", Path: "/handsets/{number}", Summary: "Read a handset and its thread", serve: handset},
		{Method: "PUT", Path: "/handsets/{number}", Summary: "Change how a handset behaves", serve: setHandset},
		{Method: "POST", Path: "/handsets/{number}/messages", Summary: "Text from a handset", serve: text},

		{Method: "GET", Path: "/messages", Query: []string{"provider", "handset", "conversation", "after", "limit"}, Summary: "List messages", serve: messages},
		{Method: "GET", Path: "/conversations", Query: []string{"provider", "handset", "after", "limit"}, Summary: "List conversations", serve: conversations},
		{Method: "GET", Path: "/optouts", Query: []string{"provider", "handset", "after", "limit"}, Summary: "List opt-outs", serve: optOuts},
		{Method: "GET", Path: "/attempts", Query: []string{"provider", "handset", "event", "after", "limit"}, Summary: "List webhook attempts", serve: attempts},

		{Method: "GET", Path: "/occasions/{provider}", Summary: "List what can be made to happen by hand", serve: occasions},
		{Method: "POST", Path: "/occasions/{provider}", Summary: "Make something happen by hand", serve: happen},
		{Method: "GET", Path: "/webhooks", Summary: "List all endpoints", serve: endpoints},
		{Method: "GET", Path: "/webhooks/{provider}", Summary: "Read where webhooks go", serve: webhooks},
		{Method: "PUT", Path: "/webhooks/{provider}", Summary: "Set where webhooks go", serve: setWebhooks},
		{Method: "GET", Path: "/switches/{provider}", Summary: "Read the switches of a provider", serve: switches},
		{Method: "PUT", Path: "/switches/{provider}", Summary: "Set switches of a provider", serve: setSwitches},
		{Method: "POST", Path: "/events/{event}/resend", Summary: "Plan one more attempt of an event", serve: resend},

		{Method: "GET", Path: "/faults", Summary: "List the planned faults", serve: faults},
		{Method: "POST", Path: "/faults", Summary: "Plan a fault", serve: planFault},
		{Method: "DELETE", Path: "/faults/{fault}", Summary: "Cancel a fault", serve: cancelFault},

		{Method: "GET", Path: "/journal", Query: []string{"after", "limit", "kind"}, Summary: "Read the record", serve: readJournal},
		{Method: "POST", Path: "/journal", Summary: "Add a marker, process or probe entry", serve: note},
		{Method: "GET", Path: "/journal/stream", Query: []string{"after"}, Summary: "Follow the record", serve: stream(heartbeat)},
		{Method: "POST", Path: "/journal/wait", Summary: "Wait for entries", serve: wait},
		{Method: "GET", Path: "/contracts/findings", Query: []string{"provider", "by", "call", "kind", "unread", "after", "limit"}, Summary: "List what breaks the contracts", serve: findings},
		{Method: "POST", Path: "/reset", Summary: "Begin anew", serve: reset},
	}
}

// mounts are the paths at which a root route is served.
func (r route[On]) mounts() []string {
	at := []string{client.Prefix + r.Path}
	if r.Health {
		at = append(at, r.Path)
	}
	return at
}

// on serves the route on what find returns, and writes what goes wrong.
func (r route[On]) on(find func(*http.Request) (On, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		on, err := find(req)
		if err == nil {
			err = r.checkQuery(req)
		}
		if err == nil {
			err = r.serve(on, w, req)
		}
		if err != nil {
			refuse(w, req, err)
		}
	})
}

// unknown answers for what no route takes, in place of the mux's plain text.
func unknown(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" && r.URL.Path == path.Clean(r.URL.Path) { // of another path the mux would make a redirect
			mux.ServeHTTP(w, r)
			return
		}
		heard := hearing{header: http.Header{}}
		h.ServeHTTP(&heard, r)
		allow := heard.header.Get("Allow")
		if allow == "" {
			refuse(w, r, missing("there is nothing at %s; GET %s/openapi.json lists what there is", r.URL.Path, client.Prefix))
			return
		}
		w.Header().Set("Allow", allow)
		refuse(w, r, &refusal{http.StatusMethodNotAllowed, "method-not-allowed", r.Method + " is not served here; use " + allow})
	})
}

// hearing learns the headers of an answer and drops the rest.
type hearing struct{ header http.Header }

func (h *hearing) Header() http.Header         { return h.header }
func (h *hearing) Write(p []byte) (int, error) { return len(p), nil }
func (h *hearing) WriteHeader(int)             {}

// takes reports whether the route knows a query parameter.
func (r route[On]) takes(name string) bool { return slices.Contains(r.Query, name) }
