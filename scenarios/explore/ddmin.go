package explore

// minimize finds a smallest part of a list that still fails: nothing more can be
// left out of it one at a time. Try gets lists and returns the place of the
// first that fails, or -1. The whole list is taken to fail.
//
// This is the ddmin algorithm of Zeller and Hildebrandt ("Simplifying and
// Isolating Failure-Inducing Input", 2002).
func minimize[T any](all []T, try func([][]T) int) []T {
	if len(all) == 0 || try([][]T{nil}) == 0 {
		return nil
	}
	for parts := 2; len(all) > 1; {
		chunks := split(all, parts)
		i := try(withComplements(chunks))
		switch {
		case i >= 0 && i < len(chunks):
			all, parts = chunks[i], 2
		case i >= 0:
			all, parts = without(chunks, i-len(chunks)), max(parts-1, 2)
		case parts >= len(all):
			return all
		default:
			parts = min(2*parts, len(all))
		}
		parts = min(parts, max(len(all), 1))
	}
	return all
}

// split cuts a list into n parts of nearly the same size.
func split[T any](all []T, n int) [][]T {
	var out [][]T
	for i := range n {
		out = append(out, all[i*len(all)/n:(i+1)*len(all)/n])
	}
	return out
}

// withComplements are the parts, and for each what is left without it.
func withComplements[T any](chunks [][]T) [][]T {
	out := append([][]T(nil), chunks...)
	for i := range chunks {
		out = append(out, without(chunks, i))
	}
	return out
}

// without joins all parts but one.
func without[T any](chunks [][]T, but int) []T {
	var out []T
	for i, c := range chunks {
		if i != but {
			out = append(out, c...)
		}
	}
	return out
}
