package mta

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// object is a JSON object with its values unread. Names match exactly.
type object map[string]json.RawMessage

// readForm reads the JSON object that a request carries.
func readForm(r *http.Request) (*form, *sms.Error) {
	body, err := provider.ReadJSON(r)
	if err != nil {
		return nil, err
	}
	var o object
	if json.Unmarshal(body, &o) != nil || o == nil {
		return nil, sms.Fail(sms.BadRequest, "The request body must be a JSON object.")
	}
	return &form{object: o}, nil
}

// readOptional is readForm for a call that may come without a body.
func readOptional(r *http.Request) (*form, *sms.Error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, sms.Fail(sms.BadRequest, "The request body could not be read.")
	}
	if len(body) == 0 {
		return &form{}, nil
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return readForm(r)
}

// readForms reads the JSON array of at most most objects that a request carries.
func readForms(r *http.Request, most int) ([]*form, *sms.Error) {
	body, err := provider.ReadJSON(r)
	if err != nil {
		return nil, err
	}
	var list []object
	if json.Unmarshal(body, &list) != nil {
		return nil, sms.Fail(sms.BadRequest, "The request body must be a JSON array of objects.")
	}
	if len(list) == 0 || len(list) > most {
		return nil, sms.Fail(sms.BadRequest, "The request must have 1 to "+strconv.Itoa(most)+" records.")
	}
	var forms []*form
	for _, o := range list {
		forms = append(forms, &form{object: o})
	}
	return forms, nil
}
