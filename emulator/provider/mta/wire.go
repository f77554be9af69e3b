package mta

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
)

// answer is the envelope of every answer that is no error.
type answer struct {
	Message string `json:"message,omitempty"`
	Data    any    `json:"data,omitempty"`
}

// rows is data of a list. Pages count from 0.
type rows struct {
	Rows     any `json:"rows"`
	Page     int `json:"page"`
	PageSize int `json:"pageSize"`
	Total    int `json:"total"`
}

// null is data that is there and has no value.
var null = json.RawMessage("null")

// say answers with a message, and data unless it is nil.
func say(w http.ResponseWriter, message string, data any) {
	provider.WriteJSON(w, http.StatusOK, answer{message, data})
}

// compact is a valid JSON text without white space.
func compact(raw json.RawMessage) json.RawMessage {
	var out bytes.Buffer
	if json.Compact(&out, raw) != nil {
		return null
	}
	return out.Bytes()
}

// instant is ISO 8601 in UTC with milliseconds.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// optional is null for the empty text.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
