//go:build !unix

package sut

import "os/exec"

// ownGroup does nothing where there are no process groups; what the
// application starts itself may outlive it there.
func ownGroup(*exec.Cmd) {}

func terminate(cmd *exec.Cmd) { kill(cmd) }

func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
