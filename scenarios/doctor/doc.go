// Package doctor looks at how an application and its description fit together,
// before anybody judges it: whether it starts, hears webhooks, speaks to the
// emulator and does what sut.yaml says of it. Each check says what to mend.
//
// It plays no faults but forged signatures and judges no behaviour over time;
// that is what pages are for.
package doctor
