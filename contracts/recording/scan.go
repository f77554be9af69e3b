package recording

import "strings"

// value is what a field of a kind and name becomes.
func (r *Redactor) value(k kind, name, text string) string {
	switch {
	case text == "":
		return text
	case namesSignature(name):
		r.signature(text)
		return "REDACTED"
	case k == secretKind, NamesSecret(name):
		return r.fingerprint(text)
	}
	switch k {
	case nameKind:
		return r.person(text)
	case linkKind:
		return r.url(r.elsewhere(text), nil)
	case textKind:
		return r.said(text)
	}
	return r.scan(text, k == numberKind)
}

func (r *Redactor) signature(text string) {
	if !marked.MatchString(text) {
		r.found("signature", text)
	}
}

// said is the text of a message.
func (r *Redactor) said(text string) string {
	text = r.scan(text, false)
	if !r.texts {
		return text
	}
	return r.placeholder(text, r.standIns(text))
}

// wiped is text of which nobody can say what its parts are: no word of it stays.
func (r *Redactor) wiped(text string) string {
	text = r.scan(text, false)
	return r.placeholder(text, r.standIns(text))
}

// standIns are the parts of a text that stand for what was taken out.
func (r *Redactor) standIns(text string) []span {
	var all []span
	for _, at := range standIn.FindAllStringIndex(text, -1) {
		all = append(all, span{at[0], at[1]})
	}
	for _, s := range spellings(text, r.guide.country, false) {
		all = append(all, span{s.digits[0], s.digits[len(s.digits)-1] + 1})
	}
	return all
}

// scan takes out of any text what looks like a secret, an address, or a
// telephone number; loose is for fields that hold nothing but numbers.
func (r *Redactor) scan(text string, loose bool) string {
	if len(text) < 5 {
		return text
	}
	return packed.ReplaceAllStringFunc(r.scanPlain(text, loose), r.repacked)
}

// scanPlain is scan, but for what base64 hides.
func (r *Redactor) scanPlain(text string, loose bool) string {
	text = r.withoutCredentials(r.forget(text))
	text = addresses.ReplaceAllStringFunc(text, func(found string) string {
		part := addresses.FindStringSubmatch(found)
		return r.address(part[1], part[2], part[3])
	})
	return r.renumbered(text, loose)
}

// withoutCredentials takes out what looks like a credential.
func (r *Redactor) withoutCredentials(text string) string {
	text = userinfo.ReplaceAllStringFunc(text, func(found string) string {
		part := userinfo.FindStringSubmatch(found)
		if part[2] == "REDACTED" {
			return found
		}
		r.fingerprint(part[2])
		return part[1] + "REDACTED" + part[3]
	})
	text = keyShapes.ReplaceAllStringFunc(text, r.fingerprint)
	text = credentials.ReplaceAllStringFunc(text, r.credential)
	return assigned.ReplaceAllStringFunc(text, r.assignment)
}

// credential is what follows the word Basic or Bearer, unless that is prose.
func (r *Redactor) credential(found string) string {
	part := credentials.FindStringSubmatch(found)
	said, _, isPacked := unpacked(part[2])
	if strings.EqualFold(part[1], "Basic") && !(isPacked && strings.Contains(said, ":")) {
		return found
	}
	if !strings.ContainsAny(part[2], "0123456789") && len(part[2]) < 20 || marked.MatchString(part[2]) {
		return found
	}
	return strings.TrimSuffix(found, part[2]) + r.fingerprint(part[2])
}

// assignment is a name that says secret with its value.
func (r *Redactor) assignment(found string) string {
	part := assigned.FindStringSubmatch(found)
	if !NamesSecret(part[1]) || strings.HasPrefix(part[3], "REDACTED") || schemeWord(part[3]) {
		return found
	}
	if namesSignature(part[1]) {
		r.signature(part[3])
		return part[1] + part[2] + "REDACTED"
	}
	return part[1] + part[2] + r.fingerprint(part[3])
}

// schemeWord reports whether a value only says what follows it.
func schemeWord(text string) bool {
	return strings.EqualFold(text, "Basic") || strings.EqualFold(text, "Bearer") || text == "null" || text == "true" || text == "false"
}

// renumbered is text with fictional numbers in place of real ones.
func (r *Redactor) renumbered(text string, loose bool) string {
	all := spellings(text, r.guide.country, loose)
	if len(all) == 0 {
		return text
	}
	out := []byte(text)
	for _, s := range all {
		stand, ok := r.numbers.fictional(s.number)
		switch {
		case !ok: // none is left: the digits go
			for _, at := range s.digits {
				out[at] = '0'
			}
		case stand != s.number:
			s.respelled(out, stand)
		}
		if !ok || stand != s.number {
			r.found("number", s.number)
		}
	}
	return string(out)
}

// repacked looks through what a word in base64 hides; what is packed twice stays.
func (r *Redactor) repacked(word string) string {
	text, packing, ok := unpacked(word)
	if !ok {
		return word
	}
	if after := r.scanPlain(text, false); after != text {
		return packing.EncodeToString([]byte(after))
	}
	return word
}
