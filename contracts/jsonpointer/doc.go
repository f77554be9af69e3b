// Package jsonpointer follows JSON pointers (RFC 6901), with or without a "#" in
// front, into plain values and into the nodes of a YAML text.
//
// What is left out: references, which are for whoever knows the document, and
// changes.
package jsonpointer
