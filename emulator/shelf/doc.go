// Package shelf is an ordered collection with indices: the newest snapshot of
// each thing, in the order things were made, found by id or page by page under
// a key. It knows nothing of what it holds and is not safe for concurrent use.
package shelf
