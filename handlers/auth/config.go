package auth

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// faults gathers everything that is wrong with a configuration, so that an
// operator sees it at once.
type faults struct{ list []error }

func (f *faults) add(place, format string, args ...any) {
	f.list = append(f.list, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

func (f *faults) err() error { return errors.Join(f.list...) }

// object reads the members of a JSON object by exact name and notes each fault
// with its place. Names that nobody asked for are faults too; see finish.
type object struct {
	at      string
	members map[string]jsontext.Value
	asked   map[string]bool
	broken  bool
	faults  *faults
}

// newObject reads raw as an object with unique names. One that cannot be read
// is one fault, and not one more for each member that it therefore lacks.
func newObject(at string, raw jsontext.Value, f *faults) *object {
	o := &object{at: at, asked: map[string]bool{}, faults: f}
	if err := json.Unmarshal(raw, &o.members); err != nil || o.members == nil {
		f.add(o.place(""), "is not a JSON object with unique names")
		o.members, o.broken = nil, true
	}
	return o
}

func (o *object) place(name string) string {
	switch {
	case name == "" && o.at == "":
		return "file"
	case name == "":
		return o.at
	case o.at == "":
		return name
	}
	return o.at + "." + name
}

// value returns the member of the kind; ok is false when it is absent or of
// another kind, the latter being a fault.
func (o *object) value(name string, kind jsontext.Kind, what string) (v jsontext.Value, ok bool) {
	o.asked[name] = true
	v, ok = o.members[name]
	if !ok {
		return nil, false
	}
	if v.Kind() != kind {
		o.faults.add(o.place(name), "is not %s", what)
		return nil, false
	}
	return v, true
}

// text returns a member that is text and not empty; want says whether it must
// be there.
func (o *object) text(name string, want bool) string {
	v, ok := o.value(name, '"', "text")
	var s string
	if ok && json.Unmarshal(v, &s) == nil && s != "" {
		return s
	}
	switch _, there := o.members[name]; {
	case ok:
		o.faults.add(o.place(name), "is empty")
	case want && !there && !o.broken:
		o.faults.add(o.place(name), "is missing")
	}
	return ""
}

// texts returns a list of texts without empty and repeated entries.
func (o *object) texts(name string, want bool) []string {
	v, ok := o.value(name, '[', "a list")
	if !ok {
		if _, there := o.members[name]; want && !there && !o.broken {
			o.faults.add(o.place(name), "is missing")
		}
		return nil
	}
	var list []string
	if json.Unmarshal(v, &list) != nil || len(list) == 0 || slices.Contains(list, "") {
		o.faults.add(o.place(name), "is empty or holds something else than text")
		return nil
	}
	for i, s := range list {
		if slices.Contains(list[:i], s) {
			o.faults.add(o.place(name), "holds %q twice", s)
		}
	}
	return list
}

// flag returns a member that is true or false; absent is false.
func (o *object) flag(name string) bool {
	o.asked[name] = true
	v, ok := o.members[name]
	if !ok {
		return false
	}
	if k := v.Kind(); k != 't' && k != 'f' {
		o.faults.add(o.place(name), "is neither true nor false")
		return false
	}
	return v.Kind() == 't'
}

// objects returns the entries of a list of objects, at least one.
func (o *object) objects(name string) []*object {
	v, ok := o.value(name, '[', "a list")
	var raw []jsontext.Value
	if !ok || json.Unmarshal(v, &raw) != nil || len(raw) == 0 {
		if !o.broken {
			o.faults.add(o.place(name), "needs at least one entry")
		}
		return nil
	}
	list := make([]*object, len(raw))
	for i, r := range raw {
		list[i] = newObject(fmt.Sprintf("%s[%d]", o.place(name), i), r, o.faults)
	}
	return list
}

// finish notes every member that nobody asked for, in the order of names.
func (o *object) finish() {
	var unknown []string
	for name := range o.members {
		if !o.asked[name] {
			unknown = append(unknown, name)
		}
	}
	sort.Strings(unknown)
	for _, name := range unknown {
		o.faults.add(o.place(name), "is not a known setting")
	}
}

// checkURL accepts an absolute https URL, or http on a loopback host, without
// user info and fragment. The error says what is wrong with it.
func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Host == "", u.Opaque != "":
		return errors.New("is not an absolute URL")
	case u.User != nil, strings.Contains(s, "#"):
		return errors.New("has user info or a fragment")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return errors.New("is not https (http is for loopback hosts only)")
}

// checkIdentifier accepts the URL of an issuer, which has no query either (RFC
// 8414 section 2).
func checkIdentifier(s string) error {
	if err := checkURL(s); err != nil {
		return err
	}
	if strings.Contains(s, "?") {
		return errors.New("has a query")
	}
	return nil
}

// loopback reports whether the host is this machine, by literal address or by
// the name localhost (RFC 6761 section 6.3).
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
