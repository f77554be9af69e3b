package mta

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// group is a list of subscribers with a name.
type group struct {
	Name        string          `json:"name"`
	DisplayName *string         `json:"displayName"`
	Description *string         `json:"description"`
	Hidden      bool            `json:"hidden"`
	SortOrder   int             `json:"sortOrder"`
	IsTemporary bool            `json:"isTemporary"`
	Welcome     *string         `json:"welcomeMessage"`
	Keyword     *string         `json:"keyword"`
	Type        string          `json:"type"`
	Settings    json.RawMessage `json:"settings"`
	CreatedAt   string          `json:"createdAt"`
}

type groupView struct {
	ID ref `json:"id"`
	group
}

func viewGroup(r record[group]) any { return groupView{r.id(), r.v} }

// maxSortOrder only keeps nonsense out.
const maxSortOrder = 1_000_000

func (g *group) read(f *form) {
	if f.has("name") || g.Name == "" {
		g.Name = f.needed("name")
	}
	for name, place := range map[string]**string{
		"displayName": &g.DisplayName, "description": &g.Description, "welcomeMessage": &g.Welcome, "keyword": &g.Keyword,
	} {
		if f.has(name) {
			*place = optional(f.text(name))
		}
	}
	for name, place := range map[string]*bool{"hidden": &g.Hidden, "isTemporary": &g.IsTemporary} {
		if f.given(name) {
			*place = f.flag(name)
		}
	}
	if f.given("sortOrder") {
		g.SortOrder = f.number("sortOrder", 0, maxSortOrder)
	}
	if f.given("type") {
		g.Type = f.text("type")
		if g.Type != "static" && g.Type != "adaptive" {
			f.complain("type", "must be static or adaptive")
		}
	}
	if f.has("settings") {
		var settings object
		f.read("settings", &settings, "must be an object")
		g.Settings = compact(f.object["settings"])
	}
}

// createGroup is POST /groups.
func createGroup(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	fresh := draft(kindGroup, account.ID, group{
		Type: "static", Settings: null, CreatedAt: instant(net.Book().Now()),
	})
	fresh.v.read(f)
	if err := f.err(); err != nil {
		return err
	}
	fresh.doc.Due = fresh.v.end(net.Book().Now())
	if err := net.Do(fresh.change()); err != nil {
		return err
	}
	say(w, "Created group "+fresh.v.Name+".", viewGroup(fresh))
	return nil
}

// end is when a temporary group is deleted: at midnight of the next day.
func (g group) end(created time.Time) time.Time {
	if !g.IsTemporary {
		return time.Time{}
	}
	return created.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
}

// listGroups is GET /groups.
func listGroups(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return answerList(w, r, documents(net.Book(), kindGroup, "", viewGroup))
}

// groupOf is the group in the path.
func groupOf(net provider.Network, r *http.Request) (record[group], *sms.Error) {
	g, ok := find[group](net.Book(), kindGroup, r.PathValue("id"))
	if !ok {
		return g, missing(net, "group")
	}
	return g, nil
}

// showGroup is GET /groups/{id}.
func showGroup(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	g, err := groupOf(net, r)
	if err == nil {
		say(w, "", viewGroup(g))
	}
	return err
}

// changeGroup is PATCH /groups/{id}.
func changeGroup(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	g, err := groupOf(net, r)
	if err != nil {
		return err
	}
	temporary := g.v.IsTemporary
	g.v.read(f)
	if err := f.err(); err != nil {
		return err
	}
	if g.v.IsTemporary != temporary {
		g.doc.Due = g.v.end(net.Book().Now())
	}
	if err := net.Do(g.change()); err != nil {
		return err
	}
	say(w, "Updated group "+g.v.Name+".", viewGroup(g))
	return nil
}

// deleteGroup is DELETE /groups/{id}. Its members stay subscribers; that they
// were in it is no longer shown, for its id is never given again.
func deleteGroup(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	g, err := groupOf(net, r)
	if err != nil {
		return err
	}
	if err := net.Do(g.gone()); err != nil {
		return err
	}
	say(w, "Group deleted successfully.", nil)
	return nil
}
