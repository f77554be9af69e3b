package emulator

import (
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/exotel"
	"github.com/switchhook/switchhook/emulator/provider/mta"
	"github.com/switchhook/switchhook/emulator/provider/surge"
)

// Providers is the registry: one line per vendor.
func Providers() []provider.Provider {
	return []provider.Provider{
		surge.New(),
		mta.New(),
		exotel.New(),
	}
}
