package api

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// Page sizes (design.md 5): what nobody asks for, and the most that anybody gets.
const (
	pageSize   = 50
	streamSize = 100
	maxPage    = 500
)

// links stands before data: a client reads the second member by its place.
type links struct {
	Next string `json:"next,omitempty"`
}

// list is a page of a list.
type list[T any] struct {
	Links links `json:"links"`
	Data  []T   `json:"data"`
	Total *int  `json:"total,omitempty"` // only when it was asked for
}

// paging is what a caller says about the page that he wants. After is where the
// page begins; its zero value is the beginning.
type paging[C any] struct {
	After C
	Given bool // a token was given, so After holds
	Size  int
	Total bool
}

// page reads token, pageSize and total of the query. C is what a token holds.
func page[C any](q Question, size int) (paging[C], error) {
	p := paging[C]{Size: size}
	if s, err := q.one("pagesize"); err != nil {
		return p, err
	} else if s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxPage {
			return p, binding("pageSize", "must be a whole number from 1 to 500.")
		}
		p.Size = n
	}
	var err error
	if p.Total, err = q.flag("total"); err != nil {
		return p, err
	}
	token, err := q.one("token")
	if err != nil || token == "" {
		return p, err
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || json.Unmarshal(text, &p.After) != nil {
		return p, binding("token", "is not one that a links.next of ours held.")
	}
	p.Given = true
	return p, nil
}

// next is the address of the page that begins after c: ours, with the query of
// this one.
func (a *API) next(q Question, c any) (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	values, err := url.ParseQuery(q.Request().URL.RawQuery)
	if err != nil {
		return "", err
	}
	values.Set("token", base64.RawURLEncoding.EncodeToString(text))
	return a.PublicURL + q.Request().URL.Path + "?" + values.Encode(), nil
}

// one reads a value of the query, "" when it is absent. One that stands twice
// is refused, since two readers could take another one each.
func (q Question) one(name string) (string, error) {
	values := q.QueryParams()[name]
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return values[0], nil
	}
	return "", binding(name, "stands more than once.")
}

// flag reads true or false; absent is false.
func (q Question) flag(name string) (bool, error) {
	s, err := q.one(name)
	if err != nil || s == "" {
		return false, err
	}
	on, err := strconv.ParseBool(s)
	if err != nil {
		return false, binding(name, "must be true or false.")
	}
	return on, nil
}

// nextLink adds an RFC 8288 link to a list that has no envelope.
func (a Answer) nextLink(address string) Answer {
	if address == "" {
		return a
	}
	return a.with("Link", "<"+address+`>; rel="next"`)
}

// created is an answer with status 201 and the address of what was made.
func created(address string, body any) (Answer, error) {
	return Answer{Status: http.StatusCreated, Body: body}.with("Location", address), nil
}
