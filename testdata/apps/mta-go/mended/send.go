package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"
)

const (
	mostTries = 10
	firstWait = 100 * time.Millisecond
	mostWait  = time.Second
)

var client = &http.Client{Timeout: 5 * time.Second}

// resume takes up what a former process left undone.
func (b *book) resume() {
	for who := range b.waiting {
		go b.deliver(who)
	}
}

// deliver sends all that waits for a customer, in order.
func (b *book) deliver(who string) {
	turn := b.lock(b.turns, who)
	turn.Lock()
	defer turn.Unlock()
	for t := b.next(who); t != nil; t = b.next(who) {
		for try := 1; try <= mostTries; try++ {
			wait, done := b.try(t, min(firstWait<<try, mostWait))
			if done {
				break
			}
			time.Sleep(wait)
		}
		b.write(line{Done: t.Key})
	}
}

// try makes one call, unless the customer has left. If it is not done, it may
// be made again after wait: MTA knows by its X-Request-Id what it took before.
func (b *book) try(t *text, usual time.Duration) (wait time.Duration, done bool) {
	call := b.lock(b.calls, t.To)
	call.Lock()
	defer call.Unlock()
	if b.out(t.To) {
		return 0, true
	}
	body := map[string]any{"subscribers": []string{t.To}, "message": t.Body, "externalId": t.Key}
	if t.From != "" {
		id, err := longcode(t.From)
		if err != nil {
			log.Print(err)
			return usual, false
		}
		body["longcodeId"] = id
	}
	res, err := request("POST", "/v3/send", t.Key, body, nil)
	switch {
	case err != nil:
		log.Printf("to %s: %v", t.To, err)
		return usual, false
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode >= 500:
		seconds, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		return max(usual, time.Duration(seconds)*time.Second), false
	}
	return 0, true // taken, taken before (409), or refused for good
}

// longcode is the id of one of the account's numbers: a reply must leave from
// the one that was written to.
func longcode(number string) (json.Number, error) {
	var list struct {
		Data struct {
			Rows []struct {
				ID     json.Number
				Number string
			}
		}
	}
	if res, err := request("GET", "/v3/dedicated-numbers?pageSize=1000", "", nil, &list); err != nil || res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("look up the number %s: %v", number, err)
	}
	for _, row := range list.Data.Rows {
		if row.Number == number {
			return row.ID, nil
		}
	}
	return "", fmt.Errorf("the account has no number %s", number)
}

func request(method, path, key string, body, answer any) (*http.Response, error) {
	var data bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&data).Encode(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequest(method, os.Getenv("MTA_BASE_URL")+path, &data)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("MTA_API_KEY"))
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("X-Request-Id", key)
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if answer == nil {
		answer = new(json.RawMessage)
	}
	return res, json.NewDecoder(res.Body).Decode(answer) // half an answer is an error
}
