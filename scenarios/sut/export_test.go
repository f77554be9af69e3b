package sut

import "context"

// Reserve reserves the port with that number.
var Reserve = reserve

// AwaitReady waits until the URL answers for the process.
func (p *Process) AwaitReady(ctx context.Context, at string) error { return p.ready(ctx, at) }
