package providertest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/switchhook/switchhook/emulator/clock"
)

// App is an application that takes webhooks on any path.
type App struct {
	URL string

	now    func() time.Time
	mu     sync.Mutex
	hooks  []Hook
	answer func(Hook) int
}

// Hook is a webhook as it came.
type Hook struct {
	Method, Path string // Path has the query
	Header       http.Header
	Body         []byte
	Virtual      time.Time // when, on the sandbox's clock
	Wall         time.Time // when, on everybody's
}

func newApp(l *Lab) *App {
	a := &App{now: l.Box.Now, answer: func(Hook) int { return http.StatusOK }}
	server := httptest.NewServer(a)
	l.T.Cleanup(server.Close)
	a.URL = server.URL
	return a
}

// ServeHTTP takes a webhook. A redirect leads to a path of its own, so that
// following it shows.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h := Hook{
		Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header, Body: body,
		Virtual: a.now(), Wall: clock.Wall(),
	}
	a.mu.Lock()
	a.hooks = append(a.hooks, h)
	status := a.answer(h)
	a.mu.Unlock()
	if status >= 300 && status < 400 {
		w.Header().Set("Location", a.URL+followed)
	}
	w.WriteHeader(status)
}

// followed is where redirects lead.
const followed = "/followed"

// answers says with what status webhooks are answered from now on.
func (a *App) answers(f func(Hook) int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = f
}

func (a *App) always(status int) { a.answers(func(Hook) int { return status }) }

// taken are the webhooks since the last look.
func (a *App) taken() []Hook {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := a.hooks
	a.hooks = nil
	return all
}
