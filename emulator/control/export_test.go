package control

import "github.com/switchhook/switchhook/client"

// Mount is a route at one of the addresses where it is served.
type Mount struct {
	Method, Path string
	Health       bool
}

// Mounts are all routes at all their addresses, patterns filled in.
func Mounts(fill func(pattern string) string) []Mount {
	all := []Mount{{"GET", "/", true}}
	for _, r := range rootRoutes() {
		for _, at := range r.mounts() {
			all = append(all, Mount{r.Method, fill(at), r.Health})
		}
	}
	for _, r := range worldRoutes(heartbeat) {
		all = append(all,
			Mount{r.Method, fill(client.Prefix + r.Path), false},
			Mount{r.Method, fill(client.Prefix + worldPath + r.Path), false})
	}
	return all
}

// Document is the description of the API as it is served.
var Document = document
