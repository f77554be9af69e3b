// Package journal is the one ordered record of a sandbox: what happened, in
// which order, at what virtual and wall time, and because of what.
//
// Everything else is derived from it. State elsewhere is a fold of its entries,
// oracles judge nothing but its entries, and a saved journal can be folded or
// judged again. It decides nothing.
package journal
