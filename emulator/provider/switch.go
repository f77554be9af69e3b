package provider

import "strconv"

// Switch is a choice where the vendor's documents are silent or disagree.
type Switch struct {
	Name    string   `json:"name"`
	Default string   `json:"default"`
	Values  []string `json:"values,omitempty"` // allowed; empty: any number
	Says    string   `json:"says"`
}

// Settings reads the value of a switch in force; nil, or "" for a switch, is its default.
type Settings func(name string) string

// Switches are those of one vendor.
type Switches []Switch

// Value is the value of a switch in force.
func (all Switches) Value(s Settings, name string) string {
	if s != nil {
		if v := s(name); v != "" {
			return v
		}
	}
	return all.preset(name)
}

func (all Switches) preset(name string) string {
	for _, sw := range all {
		if sw.Name == name {
			return sw.Default
		}
	}
	return ""
}

// On reports whether a switch is "on".
func (all Switches) On(s Settings, name string) bool { return all.Value(s, name) == "on" }

// Number is the value of a switch that is a number of at least least; any other
// value counts as the default.
func (all Switches) Number(s Settings, name string, least int) int {
	for _, text := range []string{all.Value(s, name), all.preset(name)} {
		if n, err := strconv.Atoi(text); err == nil && n >= least {
			return n
		}
	}
	return least
}
