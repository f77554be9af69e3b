// Package carrier is the engine: it takes MTs and MOs, keeps conversations,
// consent and handsets, and walks each message through its states.
//
// It alone decides. A decision reads the state and drafts journal entries; the
// state changes only when Apply is given entries that the journal has ordered.
// What is still to come (a status, a scheduled send) is the Next step of a
// message, so it is in the record as well. It knows no vendor, makes no
// request and holds no lock: its sandbox calls it one decision at a time.
package carrier
