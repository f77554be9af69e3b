package cli

import (
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// listCommand shows what there is to use.
type listCommand struct {
	What string `arg:"" name:"topic" enum:"scenarios,numbers,faults,oracles,providers,switches" help:"scenarios, numbers, faults, oracles, providers or switches."`
	JSON bool   `name:"json" help:"For machines."`
}

// Help is the example in the help text.
func (listCommand) Help() string {
	return `numbers are handsets that always fail in one way; faults are what a page can plan; oracles are the rules that judge a run.

    switchhook list scenarios
    switchhook list faults --json`
}

// Run prints one list.
func (c *listCommand) Run(t *terminal) error {
	lists := map[string]func() (rows [][]string, all any){
		"scenarios": scenarios, "numbers": numbers, "faults": faults,
		"oracles": oracles, "providers": providers, "switches": switches,
	}
	rows, all := lists[c.What]()
	if c.JSON {
		return t.json(all)
	}
	return t.table(rows)
}

type scenarioItem struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Provider string   `json:"provider"`
	Labels   []string `json:"labels,omitempty"`
	Kills    []string `json:"kills,omitempty"`
}

func scenarios() (rows [][]string, all any) {
	items := []scenarioItem{}
	rows = append(rows, []string{"scenario", "provider", "title"})
	for _, p := range catalog.Pages() {
		items = append(items, scenarioItem{p.Name, p.Title, p.Provider, p.Labels, p.Kills})
		rows = append(rows, []string{p.Name, p.Provider, p.Title})
	}
	return rows, items
}

type numberItem struct {
	Provider string `json:"provider"`
	sms.Magic
}

func numbers() (rows [][]string, all any) {
	items := []numberItem{}
	rows = append(rows, []string{"number", "provider", "what happens"})
	for _, p := range emulator.Providers() {
		for _, m := range p.Magic {
			items = append(items, numberItem{p.Name, m})
			rows = append(rows, []string{string(m.Number), p.Name, m.Says})
		}
	}
	return rows, items
}

func faults() (rows [][]string, all any) {
	rows = append(rows, []string{"fault", "strikes", "what happens"})
	for _, f := range journal.Faults() {
		rows = append(rows, []string{string(f.Kind), string(f.Group), f.Says})
	}
	return rows, journal.Faults()
}

type oracleItem struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
	Safety bool   `json:"safety"`
	Says   string `json:"says"`
}

func oracles() (rows [][]string, all any) {
	items := []oracleItem{}
	rows = append(rows, []string{"oracle", "name", "rule"})
	for _, o := range oracle.All() {
		items = append(items, oracleItem{o.Number, o.Name, o.Safety, o.Says})
		rows = append(rows, []string{fmt.Sprint(o.Number), o.Name, o.Says})
	}
	return rows, items
}

type providerItem struct {
	Name     string             `json:"name"`
	Hosts    []string           `json:"hosts"`
	Routes   []string           `json:"routes"`
	Declined []provider.Decline `json:"declined"`
}

func providers() (rows [][]string, all any) {
	items := []providerItem{}
	rows = append(rows, []string{"provider", "served", "operation"})
	for _, p := range emulator.Providers() {
		item := providerItem{Name: p.Name, Hosts: p.Hosts, Declined: p.Declined}
		for _, r := range p.Routes {
			item.Routes = append(item.Routes, r.Pattern)
			rows = append(rows, []string{p.Name, "yes", r.Pattern})
		}
		for _, d := range p.Declined {
			rows = append(rows, []string{p.Name, "no", d.Operation + ": " + d.Reason})
		}
		items = append(items, item)
	}
	return rows, items
}

type switchItem struct {
	Provider string `json:"provider"`
	provider.Switch
}

func switches() (rows [][]string, all any) {
	items := []switchItem{}
	rows = append(rows, []string{"switch", "default", "values", "what it decides"})
	for _, p := range emulator.Providers() {
		for _, s := range p.Switches {
			items = append(items, switchItem{p.Name, s})
			values := strings.Join(s.Values, ", ")
			if values == "" {
				values = "a number"
			}
			rows = append(rows, []string{p.Name + "." + s.Name, s.Default, values, s.Says})
		}
	}
	return rows, items
}
