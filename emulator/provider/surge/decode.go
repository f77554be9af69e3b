package surge

import (
	"encoding/json"
	"net/http"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// object is a JSON object with its values unread. Names match exactly.
type object map[string]json.RawMessage

// readObject reads the JSON object that a request carries.
func readObject(r *http.Request) (object, *sms.Error) {
	body, err := provider.ReadJSON(r)
	if err != nil {
		return nil, err
	}
	var o object
	if json.Unmarshal(body, &o) != nil || o == nil {
		return nil, sms.Fail(sms.BadRequest, "The request body is not a JSON object.")
	}
	return o, nil
}
