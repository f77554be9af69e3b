package mta

import (
	"fmt"
	"net/http"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// addMember is POST /groups/{id}/subscribers.
func addMember(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	g, err := groupOf(net, r)
	if err != nil {
		return err
	}
	id := f.id("subscriberId")
	if id == "" {
		f.complain("subscriberId", "is required")
	}
	if err := f.err(); err != nil {
		return err
	}
	s, ok := find[subscriber](net.Book(), kindSubscriber, string(id))
	if !ok {
		return sms.InvalidField("subscriberId", "names a subscriber that does not exist")
	}
	if s.v.join(g.id(), instant(net.Book().Now())) {
		if err := saveSubscriber(net, &s); err != nil {
			return err
		}
	}
	say(w, fmt.Sprintf("Added subscriber %s to group %s.", id, g.v.Name), nil)
	return nil
}

// removeMember is DELETE /groups/{id}/subscribers/{subscriberId}.
func removeMember(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	g, err := groupOf(net, r)
	if err != nil {
		return err
	}
	s, ok := find[subscriber](net.Book(), kindSubscriber, r.PathValue("subscriber"))
	if !ok || !s.v.leave(g.id()) {
		return missing(net, "subscriber in the group")
	}
	if err := saveSubscriber(net, &s); err != nil {
		return err
	}
	say(w, fmt.Sprintf("Deleted subscriber %s from group %s.", s.doc.ID, g.v.Name), nil)
	return nil
}

// addMembers is POST /groups/{id}/subscribers/bulk-create.
func addMembers(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return eachMember(net, w, r, "Added %d subscribers to group %s.", func(s *subscriber, g ref) bool {
		return s.join(g, instant(net.Book().Now()))
	})
}

// removeMembers is POST /groups/{id}/subscribers/bulk-delete.
func removeMembers(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return eachMember(net, w, r, "Deleted %d subscribers from group %s.", (*subscriber).leave)
}

// eachMember changes the membership of the subscribers that a bulk call names,
// all or none, and says how many it did change.
func eachMember(
	net provider.Network, w http.ResponseWriter, r *http.Request, message string, change func(*subscriber, ref) bool,
) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	g, err := groupOf(net, r)
	if err != nil {
		return err
	}
	all := f.members(net.Book())
	if err := f.err(); err != nil {
		return err
	}
	var changes []sms.Change
	for i := range all {
		if change(&all[i].v, g.id()) {
			changes = append(changes, all[i].change(all[i].v.keys()...))
		}
	}
	if len(changes) > 0 {
		if err := net.Do(changes...); err != nil {
			return err
		}
	}
	say(w, fmt.Sprintf(message, len(changes), g.v.Name), nil)
	return nil
}

// members reads the subscribers in the field subscriberIds, at least one.
func (f *form) members(book provider.Book) (all []record[subscriber]) {
	const name = "subscriberIds"
	ids := f.ids(name)
	if len(ids) == 0 || len(ids) > maxRecords {
		f.complain(name, fmt.Sprintf("must have 1 to %d ids", maxRecords))
		return nil
	}
	for _, id := range ids {
		s, ok := find[subscriber](book, kindSubscriber, string(id))
		if !ok {
			f.complain(name, "names a subscriber that does not exist")
			return nil
		}
		all = append(all, s)
	}
	return all
}

// memberCount is how many subscribers a group has.
type memberCount struct {
	ID    ref    `json:"id"`
	Name  string `json:"name"`
	Count int    `json:"memberCount"`
}

func countOf(book provider.Book, g record[group]) memberCount {
	members, _ := book.Documents(kindSubscriber, groupKey(g.id()), sms.Page{Limit: 1})
	return memberCount{g.id(), g.v.Name, members.Total}
}

// countMembers is GET /groups/{id}/member-count.
func countMembers(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	g, err := groupOf(net, r)
	if err == nil {
		say(w, "", countOf(net.Book(), g))
	}
	return err
}

// countAllMembers is GET /groups/member-count/all.
func countAllMembers(net provider.Network, w http.ResponseWriter, _ *http.Request) *sms.Error {
	book, counts := net.Book(), []memberCount{}
	s := documents(book, kindGroup, "", viewGroup)
	each(s.find, true, func(d sms.Document) bool {
		counts = append(counts, countOf(book, load[group](d)))
		return true
	})
	say(w, "", counts)
	return nil
}
