package api

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/system"
)

// MaxBulk bounds the body of a bulk job, in bytes. A row is bounded as the
// question would be that is put alone.
const (
	MaxBulk = 8 << 20
	maxRow  = 64 << 10
)

// bulkBody is the body of a job. What is in a row is read when it is put.
type bulkBody struct {
	Kind     string         `json:"kind"`
	SystemID string         `json:"systemId"`
	Defaults jsontext.Value `json:"defaults"`
	Rows     bulkRows       `json:"rows"`
}

// bulkRows are a job's rows, and at most one more than it can have: a body of
// millions of tiny ones takes no more memory than itself.
type bulkRows []jsontext.Value

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (r *bulkRows) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if kind := d.PeekKind(); kind != '[' {
		if err := d.SkipValue(); err != nil || kind == 'n' {
			return err
		}
		return errors.New("no array")
	}
	_, err := d.ReadToken()
	for err == nil && d.PeekKind() != ']' {
		var row jsontext.Value
		if row, err = d.ReadValue(); len(*r) <= bulk.MaxRows {
			*r = append(*r, row.Clone())
		}
	}
	if err == nil {
		_, err = d.ReadToken()
	}
	return err
}

// StartBulk answers POST /api/v1/bulk: a job whose rows are put by WorkBulk. It
// fails for what is wrong with the job, never for what is wrong with a row.
func (a *API) StartBulk(q Question) (Answer, error) {
	actor, err := q.supplier(scopeRequestWrite)
	if err != nil {
		return Answer{}, err
	}
	body, err := decode[bulkBody](q)
	if err != nil {
		return Answer{}, err
	}
	defaults, err := body.check()
	if err != nil {
		return Answer{}, err
	}
	text, err := defaults.text()
	if err != nil {
		return Answer{}, err
	}
	rows := make([]bulk.Row, len(body.Rows))
	for i, row := range body.Rows {
		own, _ := rowBodyOf(row)
		word := func(name string) string { return legible(cmp.Or(own.word(name), defaults.word(name)), maxWord) }
		rows[i] = bulk.Row{Body: row, Customer: word("partyOrgNo"), ExternalRef: word("externalRef"), Correlation: word("correlationId")}
	}
	j, err := q.Registry.StartBulk(q.Ctx(), actor, bulk.Job{
		Issuer: q.Caller.Issuer, ClientID: q.Caller.ClientID, Kind: bulk.Kind(body.Kind), Defaults: text,
	}, rows)
	if err != nil {
		return Answer{}, err
	}
	return accepted(a.PublicURL+bulkPath+string(j.ID), a.bulkJob(j))
}

// check says what is wrong with the job as a whole, or returns what every row
// says that does not say otherwise.
func (b bulkBody) check() (rowBody, error) {
	f := invalid()
	if !slices.Contains(bulk.Kinds(), bulk.Kind(b.Kind)) {
		_ = f.also("kind", "must be requests, agentrequests or changerequests.")
	}
	if len(b.Rows) == 0 || len(b.Rows) > bulk.MaxRows {
		_ = f.also("rows", "must hold 1 to 10000 questions.")
	}
	defaults := rowBody{}
	if len(b.Defaults) > 0 && b.Defaults.Kind() != 'n' {
		var ok bool
		if defaults, ok = rowBodyOf(b.Defaults); !ok || len(b.Defaults) > maxRow {
			_ = f.also("defaults", "must be an object of at most 64 KiB.")
		}
	}
	if b.SystemID != "" {
		if _, err := system.ParseID(strings.TrimSpace(b.SystemID)); err != nil {
			_ = f.also("systemId", "is not the id of a system.")
		}
	}
	if len(f.fields) > 0 {
		return nil, f
	}
	if _, given := defaults.find("systemId"); !given && b.SystemID != "" {
		value, err := jsontext.AppendQuote(nil, b.SystemID)
		defaults["systemId"] = value
		return defaults, err
	}
	return defaults, nil
}

// rowBody is a JSON object by the names of its members as they came.
type rowBody map[string]jsontext.Value

// rowBodyOf reads an object. ok is false for another value, and for one that has
// a name twice.
func rowBodyOf(v jsontext.Value) (o rowBody, ok bool) {
	if v.Kind() != '{' || json.Unmarshal(v, &o) != nil {
		return nil, false
	}
	return o, true
}

// folded is a name as decode compares it.
func folded(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// find finds a member without regard to case.
func (o rowBody) find(name string) (jsontext.Value, bool) {
	for has, v := range o {
		if folded(has) == folded(name) {
			return v, true
		}
	}
	return nil, false
}

// word is a member that is a string, or "".
func (o rowBody) word(name string) string {
	v, _ := o.find(name)
	var s string
	if v.Kind() != '"' || json.Unmarshal(v, &s) != nil {
		return ""
	}
	return s
}

// over is the object on top of defaults: a member of it hides theirs.
func (o rowBody) over(defaults rowBody) rowBody {
	all := maps.Clone(o)
	own := map[string]bool{}
	for name := range o {
		own[folded(name)] = true
	}
	for name, v := range defaults {
		if !own[folded(name)] {
			all[name] = v
		}
	}
	return all
}

func (o rowBody) text() ([]byte, error) { return json.Marshal(o, json.Deterministic(true)) }

// maxWord bounds the words by which a row is recognised, in bytes.
const maxWord = 255

// legible is a caller's text that can be kept and shown: without control
// characters, at most limit bytes.
func legible(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.ToValidUTF8(s[:min(len(s), limit)], "")
}
