package exotel

import (
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

func TestScrub(t *testing.T) {
	t.Parallel()
	const order, other = "Your order 4411 has shipped", "Big sale!"
	for _, tt := range []struct {
		name, entity, header, template, body string
		want                                 sms.Reason
	}{
		{"all right", dltEntity, defaultSender, dltTemplates[0].id, order, ""},
		{"found by its text", dltEntity, defaultSender, "", order, ""},
		{"numeric header", dltEntity, numericHeader, "", order, ""},
		{"no entity", "", defaultSender, dltTemplates[0].id, order, failEntityBlocked},
		{"unknown entity", "1", defaultSender, dltTemplates[0].id, order, failEntityNotFound},
		{"unknown header", dltEntity, "OTHERS", dltTemplates[0].id, order, failInvalidSender},
		{"unknown template", dltEntity, defaultSender, "1", order, failTemplateNotFound},
		{"another text", dltEntity, defaultSender, dltTemplates[0].id, other, failTemplateMismatch},
		{"the text of another template", dltEntity, defaultSender, dltTemplates[1].id, order, failTemplateMismatch},
		{"no template has it", dltEntity, defaultSender, "", other, failTemplateBlocked},
		{"inactive", dltEntity, defaultSender, dltTemplates[2].id, "We have moved to Pune", failTemplateInactive},
		{"blacklisted", dltEntity, defaultSender, dltTemplates[3].id, "You have won a car", failTemplateBlacklist},
		{"an inactive one is not found by its text", dltEntity, defaultSender, "", "We have moved to Pune", failTemplateBlocked},
	} {
		if got := scrub(tt.entity, tt.header, entry{template: tt.template, body: tt.body}); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTemplatesMatchExactly(t *testing.T) {
	t.Parallel()
	order := dltTemplates[0]
	for body, want := range map[string]bool{
		"Your order 4411 has shipped":     true,
		"Your order a\nb has shipped":     true,
		"Your order  has shipped":         false,
		"your order 4411 has shipped":     false,
		"Your order 4411 has shipped.":    false,
		"Hi! Your order 4411 has shipped": false,
		"Your order 4411 has shipped\n":   false,
		"Your order {#var#} has shipped":  true,
		"Your order has shipped":          false,
	} {
		if got := order.matches(body); got != want {
			t.Errorf("%q matches: %t", body, got)
		}
	}
}

func TestEffectiveType(t *testing.T) {
	t.Parallel()
	for e, want := range map[entry]string{
		{smsType: transactionalOptIn, body: "x"}:                      transactionalOptIn,
		{body: "Your order 4411 has shipped"}:                         transactional,
		{body: "Big sale!"}:                                           promotional,
		{smsType: promotional, body: "Your order 4411 has shipped"}:   promotional,
		{body: "We have moved to Pune", template: dltTemplates[2].id}: promotional,
	} {
		if got := effectiveType(e); got != want {
			t.Errorf("%+v is %s, want %s", e, got, want)
		}
	}
}

func TestPromotionalWindow(t *testing.T) {
	t.Parallel()
	day := func(hour, minute int) time.Time { return time.Date(2026, 1, 15, hour, minute, 0, 0, ist) }
	next := time.Date(2026, 1, 16, 9, 0, 0, 0, ist)
	for _, tt := range []struct {
		window string
		now    time.Time
		want   time.Time
	}{
		{"off", day(3, 0), time.Time{}},
		{"9-21", day(9, 0), time.Time{}},
		{"9-21", day(20, 59), time.Time{}},
		{"9-21", day(21, 0), next},
		{"9-21", day(23, 59), next},
		{"9-21", day(0, 0), day(9, 0)},
		{"9-21", day(8, 59), day(9, 0)},
		{"10-21", day(9, 30), day(10, 0)},
	} {
		if got := nextOpening(tt.now.UTC(), tt.window); !got.Equal(tt.want) {
			t.Errorf("%s at %s opens %s, want %s", tt.window, tt.now, got, tt.want)
		}
	}
}

func TestLongText(t *testing.T) {
	t.Parallel()
	if tooLong(strings.Repeat("é", 2000)) || !tooLong(strings.Repeat("x", 2001)) {
		t.Error("2000 characters must be the most, whatever bytes they take")
	}
}
