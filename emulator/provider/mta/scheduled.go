package mta

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// scheduledView is a scheduled message as answers show it.
type scheduledView struct {
	ID              ref      `json:"id"`
	AccountID       ref      `json:"accountId"`
	NumberIDs       []ref    `json:"numberIds"`
	SubscriberIDs   []ref    `json:"subscriberIds"`
	GroupIDs        []ref    `json:"groupIds"`
	AllSubscribers  int      `json:"allSubscribers"`
	Message         string   `json:"message"`
	URL             *string  `json:"url"`
	ScheduledDate   string   `json:"scheduledDate"`
	Timestamp       string   `json:"timestamp"`
	RepeatMessage   int      `json:"repeatMessage"`
	RepeatDays      []string `json:"repeatDays"`
	RepeatMonthType *string  `json:"repeatMonthType"`
	ExcludedGroups  []ref    `json:"excludedGroupIds"`
	Header          *string  `json:"header"`
	Footer          *string  `json:"footer"`
	ThreadID        ref      `json:"threadId"`
	FilterClicks    bool     `json:"filterClicks"`
	Properties      struct{} `json:"properties"`
	Recipients      int      `json:"recipients"`
	IsMMS           bool     `json:"isMMS"`
	LongcodeID      ref      `json:"longcodeId"`
	Longcode        *string  `json:"longcode"`
	UserID          ref      `json:"userId"`
	UserDescription *string  `json:"userDescription"`
}

func viewScheduled(book provider.Book) func(record[order]) any {
	return func(r record[order]) any {
		o := r.v
		all, _ := o.targets(book)
		v := scheduledView{
			ID: r.id(), AccountID: ref(r.doc.Account), NumberIDs: []ref{},
			SubscriberIDs: append([]ref{}, o.Subscribers...), GroupIDs: append([]ref{}, o.Groups...),
			Message: o.Message, URL: optional(o.Image), ScheduledDate: instant(o.Date), Timestamp: instant(o.Made),
			RepeatDays: []string{}, ExcludedGroups: []ref{}, Header: optional(o.Header), Footer: optional(o.Footer),
			ThreadID: o.Thread, Recipients: len(all), IsMMS: o.isMMS(), LongcodeID: o.Line,
		}
		if o.All {
			v.AllSubscribers = 1
		}
		if o.Repeat != nil {
			v.RepeatMessage, v.RepeatDays = o.Repeat.Frequency, o.Repeat.names()
			v.RepeatMonthType = optional(o.Repeat.Type)
		}
		if line, ok := book.Line(r.doc.Account, string(o.Line)); ok {
			v.Longcode = optional(string(line.Number))
		}
		return v
	}
}

func scheduled(book provider.Book) source[sms.Document] {
	return documents(book, kindRequest, scheduledKey, viewScheduled(book))
}

// listScheduled is GET /scheduled.
func listScheduled(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return answerList(w, r, scheduled(net.Book()))
}

// scheduledOf is the scheduled message in the path.
func scheduledOf(net provider.Network, r *http.Request) (record[order], *sms.Error) {
	d, ok := net.Book().Document(kindRequest, r.PathValue("id"))
	if !ok || !slices.Contains(d.Keys, scheduledKey) {
		return record[order]{}, missing(net, "scheduled message")
	}
	return load[order](d), nil
}

// showScheduled is GET /scheduled/{id}.
func showScheduled(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	kept, err := scheduledOf(net, r)
	if err == nil {
		say(w, "", viewScheduled(net.Book())(kept))
	}
	return err
}

// changeScheduled is PATCH /scheduled/{id}: what is left out stays. A date in
// the past sends it at once.
func changeScheduled(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	kept, err := scheduledOf(net, r)
	if err != nil {
		return err
	}
	if err := kept.v.read(f, net); err != nil {
		return err
	}
	if kept.v.Date.IsZero() {
		kept.v.Date, kept.v.First = net.Book().Now(), net.Book().Now()
	}
	if err := kept.v.resolve(net, kept.doc.Account); err != nil {
		return err
	}
	kept.doc.Due = kept.v.Date
	if err := net.Do(kept.change(scheduledKey)); err != nil {
		return err
	}
	say(w, "Scheduled message "+kept.doc.ID+" updated successfully.", viewScheduled(net.Book())(kept))
	return nil
}

// deleteScheduled is POST /scheduled/{id}, which deletes. With skippedAt only
// the next turn of a repeated message is left out.
func deleteScheduled(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readOptional(r)
	if err != nil {
		return err
	}
	kept, err := scheduledOf(net, r)
	if err != nil {
		return err
	}
	skipped := !f.instant("skippedAt").IsZero()
	if err := f.err(); err != nil {
		return err
	}
	if skipped {
		err = skipTurn(net, &kept)
	} else {
		err = net.Do(kept.gone())
	}
	if err != nil {
		return err
	}
	say(w, "Scheduled message "+kept.doc.ID+" deleted successfully.", nil)
	return nil
}

// scheduledRecipients is GET /scheduled/{id}/recipients.
func scheduledRecipients(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	kept, err := scheduledOf(net, r)
	if err != nil {
		return err
	}
	book := net.Book()
	all, _ := kept.v.targets(book)
	return answerList(w, r, source[target]{
		find: func(p sms.Page) (sms.Slice[target], bool) { return sliceOf(all, p), true },
		view: func(t target) any {
			if s, ok := find[subscriber](book, kindSubscriber, numberKey(t.number)); ok {
				return viewSubscriber(book)(s)
			}
			return unsubscribed{t.number}
		},
	})
}

// sliceOf is a part of a list that is all in memory, in its order.
func sliceOf[T any](all []T, p sms.Page) sms.Slice[T] {
	from := min(p.Offset, len(all))
	to := min(from+p.Limit, len(all))
	return sms.Slice[T]{Items: all[from:to], Total: len(all), Earlier: from > 0, Further: to < len(all)}
}

// scheduledCalendar is GET /scheduled/calendar/{year}/{month}.
func scheduledCalendar(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	year, err1 := strconv.Atoi(r.PathValue("year"))
	month, err2 := strconv.Atoi(r.PathValue("month"))
	if err1 != nil || err2 != nil || year < 1 || year > 9999 || month < 1 || month > 12 {
		return sms.Fail(sms.Invalid, "The calendar needs a year and a month of 1 to 12")
	}
	book := net.Book()
	return answerList(w, r, source[sms.Document]{
		find: scheduled(book).find,
		sift: true,
		view: func(d sms.Document) any {
			o := load[order](d)
			if at := o.v.Date.UTC(); at.Year() != year || int(at.Month()) != month {
				return nil
			}
			return viewScheduled(book)(o)
		},
	})
}

// unscheduleNumber is DELETE /scheduled/number/{number}: nothing that is
// scheduled goes to the number by itself any more. What then goes to nobody is
// deleted.
func unscheduleNumber(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	n, kind := readPhone(r.PathValue("number"))
	if kind == noPhone {
		return sms.InvalidField("number", "is not a valid phone number")
	}
	book := net.Book()
	who, ok := find[subscriber](book, kindSubscriber, numberKey(n))
	if !ok {
		return missing(net, "subscriber")
	}
	var changes []sms.Change
	each(scheduled(book).find, true, func(d sms.Document) bool {
		kept := load[order](d)
		rest := slices.DeleteFunc(slices.Clone(kept.v.Subscribers), func(id ref) bool { return id == who.id() })
		if len(rest) == len(kept.v.Subscribers) {
			return true
		}
		kept.v.Subscribers = rest
		if kept.v.empty(book) {
			changes = append(changes, kept.gone())
		} else {
			changes = append(changes, kept.change(scheduledKey))
		}
		return true
	})
	if len(changes) > 0 {
		if err := net.Do(changes...); err != nil {
			return err
		}
	}
	say(w, "Scheduled messages to "+string(n)+" deleted successfully.", nil)
	return nil
}
