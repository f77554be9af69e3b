package surge

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// user is the body of a kindUser document.
type user struct {
	FirstName string          `json:"first_name"`
	LastName  *string         `json:"last_name"`
	Metadata  json.RawMessage `json:"metadata"`
	PhotoURL  *string         `json:"photo_url"`
}

type userInfo struct {
	ID string `json:"id"`
	user
}

func userView(d sms.Document, u user, _ provider.Book) userInfo {
	u.Metadata = metadataView(u.Metadata)
	return userInfo{d.ID, u}
}

// createUser is POST /accounts/{account_id}/users.
func createUser(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := openAccount(net, r)
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	f.need("first_name")
	u := f.user(user{}, net.Context())
	if err := f.err(); err != nil {
		return err
	}
	d := document(kindUser, account.ID, u)
	if err := net.Do(&d); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusCreated, userView(d, u, nil))
	return nil
}

// changeUser is PATCH /users/{id}: what is left out stays.
func changeUser(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	changing.Lock()
	defer changing.Unlock()
	d, u, err := documentOf[user](net, kindUser, r.PathValue("id"))
	if err == nil {
		err = notArchived(net.Book(), d.Account)
	}
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	u = f.user(u, net.Context())
	if err := f.err(); err != nil {
		return err
	}
	d = with(d, u)
	if err := net.Do(&d); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusOK, userView(d, u, nil))
	return nil
}

// user puts what the form says over u. null clears all but the first name.
func (f form) user(u user, c provider.Context) user {
	if f.has("first_name") {
		u.FirstName = f.need("first_name")
	}
	f.keep("last_name", &u.LastName)
	if f.has("metadata") {
		u.Metadata = f.metadata(setting(c, "metadata") == "strings")
	}
	f.keep("photo_url", &u.PhotoURL)
	u.Metadata = metadataView(u.Metadata)
	return u
}

// How long a token is good for, in seconds.
const (
	leastToken, mostToken, usualToken = 15, 3600, 900
)

// makeToken is POST /users/{user_id}/tokens.
func makeToken(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	d, _, err := documentOf[user](net, kindUser, r.PathValue("user_id"))
	if err == nil {
		err = notArchived(net.Book(), d.Account)
	}
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f, seconds := newForm(in), usualToken
	if v := f.real("duration_seconds"); v != nil {
		seconds = int(min(max(*v, 0), mostToken+1))
		if seconds < leastToken || seconds > mostToken || *v != float64(seconds) {
			f.complainOnce("duration_seconds", "must be between 15 and 3600")
		}
	}
	if err := f.err(); err != nil {
		return err
	}
	until := net.Book().Now().Add(time.Duration(seconds) * time.Second)
	provider.WriteJSON(w, http.StatusCreated, map[string]string{"token": token(net, d.ID, until)})
	return nil
}

// token is a JSON Web Token for a user, signed with the sandbox's own key.
func token(net provider.Network, subject string, until time.Time) string {
	draw := net.Context().Draw
	first, second := draw("token key 1"), draw("token key 2")
	key := ed25519.NewKeyFromSeed(bytes.Join([][]byte{first[:], second[:]}, nil))
	part := func(v any) string { return base64.RawURLEncoding.EncodeToString(provider.EncodeJSON(v)) }
	head := struct {
		Algorithm string `json:"alg"`
		Key       string `json:"kid"`
		Type      string `json:"typ"`
	}{"EdDSA", newID(kindSigner, 0, time.UnixMilli(0), draw("token key id")), "JWT"}
	claims := struct {
		Until   int64  `json:"exp"`
		Subject string `json:"sub"`
	}{until.Unix(), subject}
	text := part(head) + "." + part(claims)
	return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(text)))
}
