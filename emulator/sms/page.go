package sms

// Kind is a kind of thing that has an id.
type Kind string

// Kinds of things.
const (
	KindAccount      Kind = "account"
	KindLine         Kind = "line"
	KindContact      Kind = "contact"
	KindConversation Kind = "conversation"
	KindMessage      Kind = "message"
	KindMedia        Kind = "media"
	KindEvent        Kind = "event"
	KindEndpoint     Kind = "endpoint"
)

// Page asks for a part of a list: Limit items that follow After, or that
// precede Before, an id each. With neither it is the first page.
type Page struct {
	After, Before string
	Offset        int // items to leave out at the start, where neither is given
	Limit         int
	Oldest        bool // oldest first; otherwise newest first
}

// Slice is a part of a list and whether there is more on either side.
type Slice[T any] struct {
	Items   []T
	Total   int  // in the whole list
	Earlier bool // there are items before the first
	Further bool // there are items after the last
}
