package mta

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// drip is a campaign of messages. It is kept and shown; when its messages would
// go out is not published, so none does.
type drip struct {
	Name     string        `json:"name"`
	EndDate  *string       `json:"endDate"`
	Active   bool          `json:"active"`
	Messages []dripMessage `json:"messages"`
}

// dripMessage is a message of a campaign with all that was said of it.
type dripMessage struct {
	ID     int    `json:"id"`
	Fields object `json:"fields"`
}

var drips = resource[drip]{
	kind: kindDrip, noun: "Drip campaign",
	fresh: func(string) drip { return drip{Messages: []dripMessage{}} },
	read:  (*drip).read,
	view: func(_ provider.Context, r record[drip]) any {
		messages := []object{}
		for _, m := range r.v.Messages {
			messages = append(messages, m.view())
		}
		return struct {
			ID       ref      `json:"id"`
			Name     string   `json:"name"`
			EndDate  *string  `json:"endDate"`
			Active   bool     `json:"active"`
			Messages []object `json:"messages"`
		}{r.id(), r.v.Name, r.v.EndDate, r.v.Active, messages}
	},
}

// view is the fields as they were given, under the id.
func (m dripMessage) view() object {
	o := object{}
	for name, value := range m.Fields {
		o[name] = value
	}
	o["id"] = json.RawMessage(strconv.Itoa(m.ID))
	return o
}

func (d *drip) read(f *form) {
	if f.has("name") || d.Name == "" {
		d.Name = f.needed("name")
	}
	if f.has("endDate") {
		d.EndDate = optional(f.text("endDate"))
		if d.EndDate == nil {
			return
		}
		if _, err := time.Parse(time.DateTime, *d.EndDate); err != nil {
			f.complain("endDate", "must be like 2026-03-04 15:06:07")
		}
	}
}

// startDrip is POST /drip-campaigns/{id}/start.
func startDrip(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return changeDrip(net, w, r, func(d *drip) *sms.Error { d.Active = true; return nil })
}

// stopDrip is POST /drip-campaigns/{id}/stop.
func stopDrip(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return changeDrip(net, w, r, func(d *drip) *sms.Error { d.Active = false; return nil })
}

func changeDrip(net provider.Network, w http.ResponseWriter, r *http.Request, change func(*drip) *sms.Error) *sms.Error {
	kept, err := drips.of(net, r)
	if err != nil {
		return err
	}
	if err := change(&kept.v); err != nil {
		return err
	}
	return drips.put(net, w, kept)
}

// cloneDrip is POST /drip-campaigns/{id}/clone: a copy that is not started.
func cloneDrip(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	kept, err := drips.of(net, r)
	if err != nil {
		return err
	}
	made := draft(kindDrip, kept.doc.Account, kept.v)
	made.v.Active = false
	if err := drips.save(net, &made); err != nil {
		return err
	}
	say(w, "Drip campaign "+made.doc.ID+" created successfully.", drips.view(net.Context(), made))
	return nil
}

// addDripMessage is POST /drip-campaigns/{id}/messages.
func addDripMessage(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	return changeDrip(net, w, r, func(d *drip) *sms.Error {
		next := 1
		for _, m := range d.Messages {
			next = max(next, m.ID+1)
		}
		d.Messages = append(d.Messages, dripMessage{next, f.object})
		return nil
	})
}

// changeDripMessage is PATCH /drip-campaigns/{id}/messages/{messageId}.
func changeDripMessage(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	return changeDrip(net, w, r, func(d *drip) *sms.Error {
		i := d.find(r.PathValue("message"))
		if i < 0 {
			return missing(net, "message")
		}
		for name, value := range f.object {
			d.Messages[i].Fields[name] = value
		}
		return nil
	})
}

// removeDripMessage is DELETE /drip-campaigns/{id}/messages/{messageId}.
func removeDripMessage(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return changeDrip(net, w, r, func(d *drip) *sms.Error {
		i := d.find(r.PathValue("message"))
		if i < 0 {
			return missing(net, "message")
		}
		d.Messages = append(d.Messages[:i], d.Messages[i+1:]...)
		return nil
	})
}

// find is the place of a message; -1 if there is none of that id.
func (d *drip) find(id string) int {
	for i, m := range d.Messages {
		if strconv.Itoa(m.ID) == id {
			return i
		}
	}
	return -1
}
