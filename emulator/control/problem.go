package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/sms"
)

// refusal is an answer that the control API itself decides on.
type refusal struct {
	status int
	slug   string
	detail string // what is wrong and what to do
}

func (r *refusal) Error() string { return r.detail }

func bad(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, "bad-request", fmt.Sprintf(format, args...)}
}

func missing(format string, args ...any) error {
	return &refusal{http.StatusNotFound, string(sms.NotFound), fmt.Sprintf(format, args...)}
}

// refuse writes err as a problem document.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := problem(err)
	p.Title, p.Instance = http.StatusText(p.Status), r.URL.Path
	data, err := json.Marshal(p)
	if err != nil {
		panic(err) // a Problem holds nothing that JSON cannot
	}
	write(w, p.Status, "application/problem+json", data)
}

func problem(err error) client.Problem {
	var (
		own    *refusal
		engine *sms.Error
	)
	switch {
	case errors.As(err, &own):
		return client.Problem{Status: own.status, Type: client.ProblemType + own.slug, Detail: own.detail}
	case errors.As(err, &engine):
		return client.Problem{
			Status: statusOf(engine.Code), Type: client.ProblemType + string(engine.Code),
			Detail: engine.Detail, Fields: engine.Fields,
		}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return client.Problem{
			Status: http.StatusGatewayTimeout, Type: client.ProblemType + "timeout",
			Detail: "the call ended before its work did; the sandbox is as far as it got",
		}
	}
	return client.Problem{
		Status: http.StatusInternalServerError, Type: client.ProblemType + string(sms.Internal), Detail: err.Error(),
	}
}

// statusOf is how the control API answers for an error of the engine. What is
// not listed is about the caller's input.
func statusOf(code sms.Code) int {
	switch code {
	case sms.NotFound:
		return http.StatusNotFound
	case sms.Taken:
		return http.StatusConflict
	case sms.TooLarge:
		return http.StatusRequestEntityTooLarge
	case sms.Internal, sms.Unavailable:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// answer writes v as JSON.
func answer(w http.ResponseWriter, status int, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	write(w, status, "application/json", data)
	return nil
}

func write(w http.ResponseWriter, status int, kind string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_ = http.NewResponseController(w).SetWriteDeadline(clock.Wall().Add(stalled)) // not every writer has one
	w.WriteHeader(status)
	_, _ = w.Write(data) // the caller left; there is nobody to tell
}
