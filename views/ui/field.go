package ui

import (
	"strings"

	"github.com/stafett/stafett/models"
)

// Color is the meaning of a tag, an alert or a button, as Designsystemet names
// it. The word beside it must say the same.
type Color string

// The colours.
const (
	Accent  Color = "accent"
	Neutral Color = "neutral"
	Info    Color = "info"
	Success Color = "success"
	Warning Color = "warning"
	Danger  Color = "danger"
)

// Variant is how much a button asks for attention.
type Variant string

// The variants. A page has one primary button.
const (
	Primary   Variant = "primary"
	Secondary Variant = "secondary"
	Tertiary  Variant = "tertiary"
)

// Input is a field of one line or, in TextArea, of several.
type Input struct {
	Name      string // of the form value
	ID        string // of the element; made from Name when empty
	Label     string // translated
	Help      string // translated description above the field; may be empty
	Value     string // what was typed last
	Fault     string // key of the fault, as in models.FieldError; empty for none
	Type      string // of the input element; "text" when empty
	Mode      string // inputmode, such as "numeric"; may be empty
	Complete  string // autocomplete, such as "organization"; "off" when empty
	Lang      string // language of what is typed there; may be empty
	MaxLength int    // in characters; 0 for no limit of the browser's
	Rows      int    // of a TextArea; 4 when 0
	Optional  bool   // marked so in words; otherwise the field must be filled in
	Spelling  bool   // let the browser check the spelling
}

// Check is one choice in a list of boxes.
type Check struct {
	Value   string // sent when chosen
	Label   string // translated or given by the catalogue
	Help    string // more about the choice; may be empty
	Checked bool
}

// Option is one choice of a Select.
type Option struct {
	Value    string
	Label    string
	Selected bool
}

// Choice is a Select's field.
type Choice struct {
	Name     string
	Label    string // translated
	Help     string // translated; may be empty
	Fault    string // key of the fault; empty for none
	Options  []Option
	Optional bool
}

// Faulty is one line of an error summary.
type Faulty struct {
	ID    string // of the element to go to
	Label string // translated name of the field
	Fault string // key of the fault
}

// lead is what stands before the fault; a label that asks has its mark already.
func (f Faulty) lead() string {
	if strings.HasSuffix(f.Label, "?") {
		return f.Label
	}
	return f.Label + ":"
}

// Fault returns the key of the first fault of the field, or "".
func Fault(faults []models.FieldError, field string) string {
	for _, f := range faults {
		if f.Field == field {
			return f.Fault
		}
	}
	return ""
}

// ID makes an element id of a form field's name.
func ID(name string) string {
	return "f-" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-':
			return r
		}
		return '-'
	}, name)
}

func (in Input) id() string {
	if in.ID != "" {
		return in.ID
	}
	return ID(in.Name)
}

func (in Input) kind() string {
	if in.Type != "" {
		return in.Type
	}
	return "text"
}

func (in Input) complete() string {
	if in.Complete != "" {
		return in.Complete
	}
	return "off"
}

func (in Input) rows() int {
	if in.Rows > 0 {
		return in.Rows
	}
	return 4
}

// described names the elements that explain the field with this id.
func described(id, help, fault string) string {
	var ids []string
	if help != "" {
		ids = append(ids, id+"-help")
	}
	if fault != "" {
		ids = append(ids, id+"-fault")
	}
	return strings.Join(ids, " ")
}
