// Package oracle judges a history. An oracle is one rule about how a program
// that texts customers must behave, and a pure function that says whether the
// recorded history kept it.
//
// An oracle that needs what did not happen says so ("not exercised") and never
// passes. None knows a vendor, a scenario or the fault plan that led to the
// history: whatever they judge is in the record, so an old record can be judged
// again by better oracles.
package oracle
