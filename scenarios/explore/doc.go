// Package explore looks for the plan of faults under which an application goes
// wrong. It plays short scripts: first as they are, then with every single
// fault at every position that the first showed, then with pairs, then with
// random handfuls. What fails is confirmed, shrunk to the smallest plan and
// script that still break the same rule, and told once however often it came up.
//
// Plans of one script are played in lock-step by a Stage; several stages stand
// side by side. The order follows from a seed, so that the same budget looks at
// the same plans first.
//
// It judges nothing itself: verdicts come with the results that a stage gives.
// It adds one thing to them, the proof that a duplicate or a loss could not be
// avoided. It keeps no files; package bundle does.
package explore
