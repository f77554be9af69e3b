package stage

import (
	"context"
	"errors"
	"fmt"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
)

func (p *play) behave(ctx context.Context, c *cast, s page.Step) error {
	who := c.first(s)
	c.odd[who] = true
	_, err := p.net.SetHandset(ctx, who, behaviour(s.Word, sms.Reason(s.Value)))
	return err
}

func behaviour(word string, reason sms.Reason) client.Behaviour {
	no, yes, none := false, true, sms.Reason("")
	return map[string]client.Behaviour{
		"off":         {Reachable: &no},
		healthy:       {Reachable: &yes, Receipts: &yes, MMS: &yes, Failure: &none, Flagged: &none},
		"no-receipts": {Receipts: &no},
		"no-mms":      {MMS: &no},
		"fails":       {Failure: &reason},
	}[word]
}

// healthy is the word for a handset that works.
const healthy = "on"

// webhooks changes how webhooks are sent until the page ends.
func (p *play) webhooks(ctx context.Context, c *cast, s page.Step) error {
	now, err := p.net.Webhooks(ctx, p.provider)
	if err != nil {
		return err
	}
	if p.hooks == nil {
		before := now
		p.hooks = &before
	}
	unordered := false
	switch s.Word {
	case "timeout":
		now.Timeout = sms.Duration(s.By)
	case "parallel":
		now.Parallel = s.N
	case "unordered":
		now.Ordered = &unordered
	case "rotate":
		if len(now.Secrets) == 0 {
			return cannot("the webhooks of %s are not signed, so there is no secret to rotate", p.provider)
		}
		now.Secrets = append([]string{likeness(now.Secrets[0], p.o.Seed, c.number)}, now.Secrets...)
	}
	_, err = p.net.SetWebhooks(ctx, p.provider, now)
	return refused(err)
}

// turn sets a vendor switch until the page ends.
func (p *play) turn(ctx context.Context, s page.Step) error {
	now, err := p.net.Switches(ctx, p.provider)
	if err != nil {
		return err
	}
	if p.switches == nil {
		p.switches = map[string]string{}
	}
	if _, changed := p.switches[s.Word]; !changed {
		p.switches[s.Word] = now[s.Word]
	}
	if _, err := p.net.SetSwitches(ctx, p.provider, map[string]string{s.Word: s.Value}); err != nil {
		delete(p.switches, s.Word)
		return refused(err)
	}
	if s.Word == keySwitch {
		p.keyed = s.Value == keysTaken
	}
	return nil
}

// restore puts back what the page changed, whatever became of it.
func (p *play) restore(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	var errs []error
	if p.hooks != nil {
		_, err := p.net.SetWebhooks(ctx, p.provider, *p.hooks)
		errs = append(errs, err)
	}
	if len(p.switches) > 0 {
		_, err := p.net.SetSwitches(ctx, p.provider, p.switches)
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("put back what the page changed: %w", err)
	}
	return p.mark(ctx, "page "+p.script.Name+" end")
}

// cancel takes back the faults that are still planned.
func (p *play) cancel(ctx context.Context) error {
	all, err := p.net.Faults(ctx)
	if err != nil {
		return err
	}
	mine := p.reaper.withheld()
	for _, c := range p.casts {
		for _, id := range c.planned {
			mine[id] = true
		}
	}
	for _, f := range all {
		if !mine[f.ID] || f.State != waiting {
			continue
		}
		if err := p.net.CancelFault(ctx, f.ID); err != nil && !gone(err) {
			return err
		}
	}
	return nil
}

// waiting is the state of a fault that may still fire.
const waiting = "planned"

// gone reports whether err says that there is nothing left to cancel.
func gone(err error) bool {
	var answer *client.Error
	return errors.As(err, &answer) && answer.Status/100 == 4
}

// heal makes the handsets of the casts work again.
func (p *play) heal(ctx context.Context) error {
	for _, who := range p.handsets() {
		if _, err := p.net.SetHandset(ctx, who, behaviour(healthy, "")); err != nil {
			return err
		}
	}
	return nil
}
