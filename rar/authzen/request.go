package authzen

import (
	"errors"

	"github.com/go-json-experiment/json"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/rar"
)

// The types of subject and resource that we know something about.
const (
	SubjectType  = "urn:altinn:systemuser"
	ResourceType = "urn:altinn:resource"
)

// maxText bounds the members that are looked up, in characters.
const maxText = 255

// Request is an evaluation request (AuthZEN 1.0 section 6), decoded. The
// properties of the subject are what the API read in its token; those that are
// given must hold.
type Request struct {
	SubjectType  string
	SubjectID    string
	Owner        *party.OrgNo
	SystemID     *string
	ClientID     *string
	Vendor       *party.OrgNo
	Action       string
	ResourceType string
	ResourceID   string
	Party        party.OrgNo
}

type wire struct {
	Subject *struct {
		Type       rar.Text `json:"type"`
		ID         rar.Text `json:"id"`
		Properties *struct {
			Owner    rar.Text `json:"owner"`
			SystemID rar.Text `json:"system_id"`
			ClientID rar.Text `json:"client_id"`
			Vendor   rar.Text `json:"vendor"`
		} `json:"properties"`
	} `json:"subject"`
	Action *struct {
		Name rar.Text `json:"name"`
	} `json:"action"`
	Resource *struct {
		Type       rar.Text `json:"type"`
		ID         rar.Text `json:"id"`
		Properties *struct {
			Party rar.Text `json:"party"`
		} `json:"properties"`
	} `json:"resource"`
}

// Decode reads an evaluation request: JSON as strict as rar.CheckJSON demands,
// with unknown members ignored. The party, which AuthZEN leaves to us, is a
// required property of the resource. Errors are Invalid and name the members
// at fault by JSON pointers.
func Decode(body []byte, numbers party.Numbers) (Request, error) {
	if err := rar.CheckJSON(body); err != nil {
		return Request{}, fault("", "json.form")
	}
	var w wire
	if err := json.Unmarshal(body, &w); err != nil {
		at := ""
		if e, ok := errors.AsType[*json.SemanticError](err); ok {
			at = string(e.JSONPointer)
		}
		return Request{}, fault(at, "json.form")
	}
	d := decoder{numbers: numbers}
	var r Request
	if w.Subject == nil {
		d.faults.Add("/subject", "required")
	} else {
		r.SubjectType = d.required("/subject/type", w.Subject.Type)
		r.SubjectID = d.required("/subject/id", w.Subject.ID)
		if p := w.Subject.Properties; p != nil {
			r.Owner = d.organisation("/subject/properties/owner", p.Owner)
			r.SystemID = d.optional("/subject/properties/system_id", p.SystemID)
			r.ClientID = d.optional("/subject/properties/client_id", p.ClientID)
			r.Vendor = d.organisation("/subject/properties/vendor", p.Vendor)
		}
	}
	if w.Action == nil {
		d.faults.Add("/action", "required")
	} else {
		r.Action = d.required("/action/name", w.Action.Name)
	}
	d.resource(w, &r)
	if err := d.faults.Err(); err != nil {
		return Request{}, err
	}
	return r, nil
}

type decoder struct {
	numbers party.Numbers
	faults  models.Faults
}

func (d *decoder) resource(w wire, r *Request) {
	if w.Resource == nil {
		d.faults.Add("/resource", "required")
		return
	}
	const at = "/resource/properties/party"
	r.ResourceType = d.required("/resource/type", w.Resource.Type)
	r.ResourceID = d.required("/resource/id", w.Resource.ID)
	if w.Resource.Properties == nil || !w.Resource.Properties.Party.Given {
		d.faults.Add(at, "required")
		return
	}
	if org := d.organisation(at, w.Resource.Properties.Party); org != nil {
		r.Party = *org
	}
}

func (d *decoder) required(at string, t rar.Text) string {
	d.faults.Add(at, models.TextFault(t.Value, maxText, true))
	return t.Value
}

// optional returns nil for what was not given. An empty text is given.
func (d *decoder) optional(at string, t rar.Text) *string {
	if !t.Given {
		return nil
	}
	d.faults.Add(at, models.TextFault(t.Value, maxText, false))
	return &t.Value
}

func (d *decoder) organisation(at string, t rar.Text) *party.OrgNo {
	if !t.Given {
		return nil
	}
	org, err := d.numbers.ParseParty(t.Value)
	if err != nil {
		d.faults.Add(at, "orgno.form")
		return nil
	}
	return &org
}

func fault(field, text string) error {
	var f models.Faults
	f.Add(field, text)
	return f.Err()
}
