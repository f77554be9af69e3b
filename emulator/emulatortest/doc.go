// Package emulatortest gives a Go test an emulator of its own, on a free port
// of this machine, with a clock that only moves when the test moves it:
//
//	em := emulatortest.Start(t)
//	env := em.Sandbox.Placeholders() // URLs and credentials for the application
//	_, err := em.Client.Text(ctx, "+18015550142", client.Text{Body: "Is 3pm free?"})
//
// It leaves out the system under test: starting that, and telling it the URL
// and credentials, is up to the test.
package emulatortest
