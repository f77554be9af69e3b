package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Problem is how the control API says no, by RFC 9457.
type Problem struct {
	Type     string              `json:"type"` // "urn:switchhook:" and the slug
	Title    string              `json:"title"`
	Status   int                 `json:"status"`
	Detail   string              `json:"detail,omitempty"` // what is wrong and what to do
	Instance string              `json:"instance,omitempty"`
	Fields   map[string][]string `json:"fields,omitempty"` // field to complaints
}

// ProblemType is what the Type of every problem begins with.
const ProblemType = "urn:switchhook:"

// Error is an answer of the emulator that is not a success.
type Error struct {
	Status int    // of the HTTP answer
	Slug   string // stable name of what went wrong; empty if it was not the emulator that answered
	Title  string
	Detail string // what is wrong and what to do
	Fields map[string][]string
}

func (e *Error) Error() string {
	says := e.Detail
	if says == "" {
		says = e.Title
	}
	if e.Slug == "" {
		return fmt.Sprintf("%s (HTTP %d)", says, e.Status)
	}
	return fmt.Sprintf("%s (HTTP %d, %s)", says, e.Status, e.Slug)
}

// excerpt is how much of an answer that is no problem document is shown.
const excerpt = 200

func readError(res *http.Response) error {
	e := &Error{Status: res.StatusCode, Title: http.StatusText(res.StatusCode)}
	data, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("read an answer of status %d: %w", res.StatusCode, err)
	}
	var p Problem
	if json.Unmarshal(data, &p) != nil || !strings.HasPrefix(p.Type, ProblemType) {
		e.Detail = "not an answer of an emulator: " + string(data[:min(len(data), excerpt)])
		return e
	}
	e.Slug, e.Title = strings.TrimPrefix(p.Type, ProblemType), p.Title
	e.Detail, e.Fields = p.Detail, p.Fields
	return e
}
