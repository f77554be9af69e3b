// Package control is the control API: the front door to everything that the
// emulator's Go calls can do, as JSON over HTTP and one stream of server-sent
// events, with its own OpenAPI document.
//
// It decides nothing: each route reads its input strictly, makes one call into
// a sandbox and writes the answer. The wire types are those of package client.
// It leaves out the providers' own APIs and the web page.
package control
