package registry

import (
	"context"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/invitation"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
)

// ErasureReader reads all that is kept about a person, for him to have.
type ErasureReader interface {
	// AllHoldings lists what the person holds and has held, the oldest first.
	AllHoldings(ctx context.Context, person models.ID) ([]party.Holding, error)
	// InvitationsAbout lists the invitations that the person sent, answered, or
	// was sent at an address of his, the oldest first.
	InvitationsAbout(ctx context.Context, person models.ID) ([]invitation.Invitation, error)
	// AuditAbout lists the entries about what the person did, and about what
	// was done to him, in order.
	AuditAbout(ctx context.Context, person models.ID) ([]audit.Entry, error)
}

// ErasureTx forgets persons.
type ErasureTx interface {
	// ErasePerson forgets the person: his identities, logins, national id,
	// name, numbers at Altinn and addresses, also those on invitations that he
	// sent, and the notes with which he sent requests on. What he holds ends. The
	// row stays, without anything in it, for those that refer to it.
	ErasePerson(ctx context.Context, person models.ID, at time.Time) error
}

// PersonExport is everything that is kept about one person, for him to have
// (GDPR article 15). That his national id is kept is said, and the number is
// not there: he knows it, a file goes astray, and nothing here needs it to
// leave the database.
type PersonExport struct {
	ID               models.ID            `json:"id"`
	Name             string               `json:"name"`
	NationalIDKept   bool                 `json:"nationalIdKept"`
	AltinnUserID     int64                `json:"altinnUserId,omitzero"`
	AltinnPartyUUID  string               `json:"altinnPartyUuid,omitzero"`
	LastOrganisation party.OrgNo          `json:"lastOrganisation,omitzero"`
	Created          time.Time            `json:"created"`
	Erased           time.Time            `json:"erased,omitzero"`
	Identities       []ExportedIdentity   `json:"identities"`
	Holdings         []ExportedHolding    `json:"holdings"`
	Logins           []ExportedLogin      `json:"logins"`
	Invitations      []ExportedInvitation `json:"invitations"`
	Forwardings      []ExportedForwarding `json:"forwardings"`
	Notices          []ExportedNotice     `json:"notices"`
	NoticeChoices    []ExportedChoice     `json:"noticeChoices"`
	Log              []ExportedEntry      `json:"log"`
}

// ExportedIdentity is an identity in an export.
type ExportedIdentity struct {
	Issuer  string    `json:"issuer"`
	Subject string    `json:"subject"`
	Email   string    `json:"email,omitzero"`
	Linked  time.Time `json:"linked"`
	Seen    time.Time `json:"seen"`
}

// ExportedHolding is what a person holds or held, in an export.
type ExportedHolding struct {
	OrgNo  party.OrgNo `json:"organisation"`
	URN    string      `json:"urn"`
	Source string      `json:"source"`
	From   time.Time   `json:"from"`
	Until  time.Time   `json:"until,omitzero"`
	Ended  time.Time   `json:"ended,omitzero"`
}

// ExportedLogin is a login in an export.
type ExportedLogin struct {
	Provider string    `json:"provider"`
	Issuer   string    `json:"issuer"`
	Level    int       `json:"level"`
	AuthTime time.Time `json:"authTime"`
	Started  time.Time `json:"started"`
	Seen     time.Time `json:"seen"`
	Ended    time.Time `json:"ended,omitzero"`
	Agent    string    `json:"browser,omitzero"`
}

// ExportedInvitation is an invitation in an export.
type ExportedInvitation struct {
	OrgNo   party.OrgNo       `json:"organisation"`
	URN     string            `json:"urn"`
	Email   string            `json:"email,omitzero"`
	Status  invitation.Status `json:"status"`
	Created time.Time         `json:"created"`
	Sent    bool              `json:"sentByPerson"`
}

// ExportedForwarding is what the person sent on, or was sent, in an export. The
// other one is not named: his name is his.
type ExportedForwarding struct {
	OrgNo    party.OrgNo `json:"organisation"`
	Subject  string      `json:"subject"`
	Sent     bool        `json:"sentByPerson"`
	Note     string      `json:"note,omitzero"`
	Due      time.Time   `json:"due,omitzero"`
	At       time.Time   `json:"at"`
	Recalled time.Time   `json:"recalled,omitzero"`
}

// ExportedNotice is what the person has been told of, in an export.
type ExportedNotice struct {
	OrgNo   party.OrgNo `json:"organisation"`
	Type    NoticeType  `json:"type"`
	Subject string      `json:"subject"`
	At      time.Time   `json:"at"`
	Read    time.Time   `json:"read,omitzero"`
}

// ExportedChoice is how the person wants to be told, in an export.
type ExportedChoice struct {
	Type NoticeType      `json:"type"`
	Here bool            `json:"here"`
	Mail bool            `json:"mail"`
	Lang models.Language `json:"language"`
}

// ExportedEntry is an entry of the audit log in an export.
type ExportedEntry struct {
	Seq     int64         `json:"number"`
	At      time.Time     `json:"at"`
	Action  string        `json:"action"`
	Subject string        `json:"subject"`
	OrgNo   string        `json:"organisation,omitzero"`
	Outcome audit.Outcome `json:"outcome"`
	Detail  audit.Detail  `json:"detail,omitzero"`
}

// Find returns the person with the identity, for an operator who has to export
// or erase him.
func (r *Registry) Find(ctx context.Context, a models.Actor, issuer, subject string) (models.ID, error) {
	var person models.ID
	err := r.read(ctx, a, policy.PersonRemap, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		var err error
		person, err = tx.PersonByIdentity(ctx, issuer, subject)
		return err
	})
	return person, err
}

// Export returns everything that is kept about a person: to himself, or to an
// operator who hands it on. That it was done is noted (security H7). NotFound
// for everybody else.
func (r *Registry) Export(ctx context.Context, a models.Actor, person models.ID) (PersonExport, error) {
	a.OrgNo = ""
	var out PersonExport
	err := r.guard(ctx, a, policy.PersonExport, personSubject(person), func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		record, err := concerned(ctx, tx, a, person)
		if err != nil {
			return change{}, err
		}
		out, err = exported(ctx, tx, record)
		return change{subject: personSubject(person)}, err
	})
	if err != nil {
		return PersonExport{}, err
	}
	return out, nil
}

// concerned reads the person whom an action is about: NotFound when he is
// neither the actor nor an operator's concern.
func concerned(ctx context.Context, tx Reader, a models.Actor, person models.ID) (PersonRecord, error) {
	if a.Kind == models.Person && models.ID(a.ID) != person {
		return PersonRecord{}, models.NewError(models.NotFound, models.CodeNotFound)
	}
	return tx.PersonRecord(ctx, person)
}

func exported(ctx context.Context, tx Reader, p PersonRecord) (PersonExport, error) {
	out := PersonExport{
		ID: p.ID, Name: p.Name, NationalIDKept: p.HasPID, AltinnUserID: p.UserID, AltinnPartyUUID: p.PartyUUID,
		LastOrganisation: p.LastOrganisation, Created: p.Created, Erased: p.Erased,
		// An empty list is a list, in whatever JSON.
		Identities: []ExportedIdentity{}, Holdings: []ExportedHolding{}, Logins: []ExportedLogin{}, Invitations: []ExportedInvitation{},
		Forwardings: []ExportedForwarding{}, Notices: []ExportedNotice{}, NoticeChoices: []ExportedChoice{}, Log: []ExportedEntry{},
	}
	ids, err := tx.Identities(ctx, p.ID)
	if err != nil {
		return out, err
	}
	for _, id := range ids {
		out.Identities = append(out.Identities, ExportedIdentity{id.Issuer, id.Subject, id.Email, id.Linked, id.Seen})
	}
	holdings, err := tx.AllHoldings(ctx, p.ID)
	if err != nil {
		return out, err
	}
	for _, h := range holdings {
		out.Holdings = append(out.Holdings, ExportedHolding{h.OrgNo, h.URN, h.Source, h.From, h.Until, h.Ended})
	}
	logins, err := tx.Logins(ctx, p.ID)
	if err != nil {
		return out, err
	}
	for _, l := range logins {
		out.Logins = append(out.Logins, ExportedLogin{l.Provider, l.Issuer, l.Level, l.AuthTime, l.Started, l.Seen, l.Ended, l.Agent})
	}
	invitations, err := tx.InvitationsAbout(ctx, p.ID)
	if err != nil {
		return out, err
	}
	for _, i := range invitations {
		out.Invitations = append(out.Invitations, ExportedInvitation{i.OrgNo, i.URN, i.Email, i.Status, i.CreatedAt, i.InvitedBy == p.ID})
	}
	forwardings, err := tx.ForwardingsAbout(ctx, p.ID)
	if err != nil {
		return out, err
	}
	for _, f := range forwardings {
		out.Forwardings = append(out.Forwardings, ExportedForwarding{f.Customer, f.Subject, f.From == p.ID, f.Note, f.Due, f.At, f.Recalled})
	}
	if err := out.addNotices(ctx, tx); err != nil {
		return out, err
	}
	entries, err := tx.AuditAbout(ctx, p.ID)
	for _, e := range entries {
		out.Log = append(out.Log, ExportedEntry{e.Seq, e.At, e.Action, e.Subject, e.OrgNo, e.Outcome, e.Detail})
	}
	return out, err
}

// Erase forgets a person, at his own wish or by an operator: how he logs in,
// his national id, name and addresses. What he holds and where he is logged in
// ends. His id stays in the audit log, where it means nobody any more. One who
// was erased already stays so. Should he log in again, or come in a file, he
// is somebody new. Errors: Conflict holding.last when he asks for it himself
// and alone administers access somewhere, as Account says; those of MayBind;
// NotFound.
func (r *Registry) Erase(ctx context.Context, a models.Actor, person models.ID) error {
	a.OrgNo = ""
	return r.guard(ctx, a, policy.PersonErase, personSubject(person), func(tx Tx, s policy.Standing, c *catalog.Catalog) (change, error) {
		if err := fresh(s); err != nil {
			return change{}, err
		}
		if err := tx.Alone(ctx); err != nil {
			return change{}, err
		}
		record, err := concerned(ctx, tx, a, person)
		if err != nil || !record.Erased.IsZero() {
			return change{}, err
		}
		if a.Kind == models.Person {
			if err := unsure(ctx, tx, s, record); err != nil {
				return change{}, err
			}
			held, err := r.belongings(ctx, tx, c, record.Person)
			if err == nil && slices.ContainsFunc(held, func(b Belonging) bool { return b.Alone }) {
				err = models.NewError(models.Conflict, models.CodeHoldingLast)
			}
			if err != nil {
				return change{}, err
			}
		}
		return change{subject: personSubject(person)}, tx.ErasePerson(ctx, person, r.Now())
	})
}

func (e *PersonExport) addNotices(ctx context.Context, tx Reader) error {
	notices, err := tx.NoticesOf(ctx, e.ID)
	if err != nil {
		return err
	}
	for _, n := range notices {
		e.Notices = append(e.Notices, ExportedNotice{n.Org, n.Type, n.Subject, n.At, n.Read})
	}
	choices, err := tx.NoticeChoices(ctx, []models.ID{e.ID})
	for _, c := range choices[e.ID] {
		e.NoticeChoices = append(e.NoticeChoices, ExportedChoice(c))
	}
	return err
}
