package api

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
)

// succeeded is what a change of a system answers.
var succeeded = struct {
	Succeeded bool `json:"succeeded"`
}{true}

// otherID is the fault of a body that names another system than the address.
const otherID = "system_id.other"

// RegisterSystem answers POST systemregister/vendor with the internal id of the
// new system.
func (a *API) RegisterSystem(q Question) (Answer, error) {
	body, actor, err := a.registration(q)
	if err != nil {
		return Answer{}, err
	}
	s := system.System{ID: system.ID(body.ID)}
	body.into(&s, q.defaultIssuer())
	if s, err = q.Registry.RegisterSystem(q.Ctx(), actor, s); err != nil {
		return Answer{}, body.judged().failure(err)
	}
	return Answer{Status: http.StatusOK, Body: string(s.UUID)}.tagged(s), nil
}

// registration reads the body of a registration and whoever sends it: the
// vendor's own program, or one that keeps the register for all.
func (a *API) registration(q Question) (registration, models.Actor, error) {
	// Before the body is read, so that it tells nothing to whoever may not.
	if _, err := q.registrar("", scopeRegisterWrite); err != nil {
		return registration{}, models.Actor{}, err
	}
	body, err := decode[registration](q)
	if err != nil {
		return body, models.Actor{}, err
	}
	body.trim()
	number, err := a.Numbers.ParseISO6523(body.Vendor.ID)
	if err != nil {
		return body, models.Actor{}, registerFault(0)
	}
	actor, err := q.registrar(system.ID(number)+"_", scopeRegisterWrite)
	if err == nil && number != party.OrgNo(actor.OrgNo) {
		err = models.NewError(models.Forbidden, models.CodeCallerNotAllowed)
	}
	return body, actor, err
}

// UpdateSystem answers PUT systemregister/vendor/{systemId}: the body takes the
// place of everything.
func (a *API) UpdateSystem(q Question) (Answer, error) {
	body, actor, err := a.registration(q)
	if err != nil {
		return Answer{}, err
	}
	id, err := system.ParseID(q.Param("systemid"))
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	issuer := q.defaultIssuer()
	s, err := a.edit(q, actor, id, system.Updated, func(s *system.System) (faults models.Faults) {
		if body.ID != string(id) {
			faults.Add("id", otherID)
		}
		body.into(s, issuer)
		return faults
	})
	if err != nil { // a vendor that is not the stored one finds nothing, as in Altinn
		return Answer{}, body.judged().failure(as(err, unchangeable))
	}
	return Answer{Status: http.StatusOK, Body: succeeded}.tagged(s), nil
}

// UpdateRights answers PUT systemregister/vendor/{systemId}/rights.
func (a *API) UpdateRights(q Question) (Answer, error) {
	return updatePart(a, q, system.RightsUpdated, catalog.RightItem, rightsOf, func(rights []right) judged { return judged{rights: rights} })
}

// UpdatePackages answers PUT systemregister/vendor/{systemId}/accesspackages.
func (a *API) UpdatePackages(q Question) (Answer, error) {
	return updatePart(a, q, system.PackagesUpdated, catalog.PackageItem, packagesOf, func(packages []accessPackage) judged { return judged{packages: len(packages)} })
}

// updatePart puts a list in the place of all that the system asks for of the
// kind. What else it asks for stays.
func updatePart[T any](
	a *API, q Question, t system.ChangeType, kind catalog.ItemKind,
	asks func([]T, system.System) []system.Ask, told func([]T) judged,
) (Answer, error) {
	id, actor, err := q.ownID(scopeRegisterWrite)
	if err != nil {
		return Answer{}, err
	}
	body, err := decode[[]T](q)
	if err != nil {
		return Answer{}, err
	}
	s, err := a.edit(q, actor, id, t, func(s *system.System) models.Faults {
		rest := slices.DeleteFunc(slices.Clone(s.Asks), func(a system.Ask) bool { return a.Item.Kind == kind })
		s.Asks = append(asks(body, *s), rest...)
		return nil
	})
	if err != nil {
		return Answer{}, told(body).failure(as(err, unchangeable))
	}
	return Answer{Status: http.StatusOK, Body: succeeded}.tagged(s), nil
}

// unchangeable is a system that is not there, or deleted.
var unchangeable = map[models.Code]int{models.CodeNotFound: 11, models.CodeSystemDeleted: 5}

func (a *API) edit(q Question, actor models.Actor, id system.ID, t system.ChangeType, edit func(*system.System) models.Faults) (system.System, error) {
	versions, err := q.ifMatch()
	if err != nil {
		return system.System{}, err
	}
	return q.Registry.UpdateSystem(q.Ctx(), actor, id, registry.SystemEdit{Type: t, Versions: versions, Edit: edit})
}

// DeleteSystem answers DELETE systemregister/vendor/{systemId}.
func (a *API) DeleteSystem(q Question) (Answer, error) {
	id, actor, err := q.ownID(scopeRegisterWrite)
	if err != nil {
		return Answer{}, err
	}
	versions, err := q.ifMatch()
	if err != nil {
		return Answer{}, err
	}
	s, err := q.Registry.DeleteSystem(q.Ctx(), actor, id, versions)
	if err != nil {
		return Answer{}, as(err, notThatSystem)
	}
	return Answer{Status: http.StatusOK, Body: succeeded}.tagged(s), nil
}

// tagged adds the entity tag of a system (RFC 9110 section 8.8.3): its version.
func (a Answer) tagged(s system.System) Answer {
	return a.with("ETag", strconv.Quote(strconv.FormatInt(s.Version, 10)))
}

// tags is the form of If-Match (RFC 9110 section 13.1.1).
var (
	entityTag = `(?:W/)?"[!#-~]*"`
	tags      = regexp.MustCompile(`^[ \t]*` + entityTag + `(?:[ \t]*,[ \t]*` + entityTag + `)*[ \t]*$`)
	ourTag    = regexp.MustCompile(`(W/)?"([!#-~]*)"`)
)

// ifMatch reads which versions the caller believes that the system has; nil is
// any. A tag that is none of ours, or weak, matches no version.
func (q Question) ifMatch() (registry.Versions, error) {
	header := strings.Join(q.Request().Header.Values("If-Match"), ",")
	switch {
	case len(q.Request().Header.Values("If-Match")) == 0 || strings.TrimSpace(header) == "*":
		return nil, nil
	case !tags.MatchString(header):
		return nil, binding("If-Match", `must be * or entity tags, such as "3".`)
	}
	versions := registry.Versions{}
	for _, m := range ourTag.FindAllStringSubmatch(header, -1) {
		if n, err := strconv.ParseInt(m[2], 10, 64); err == nil && m[1] == "" && strconv.FormatInt(n, 10) == m[2] {
			versions = append(versions, n)
		}
	}
	return versions, nil
}
