package api

import (
	"errors"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
)

// notHim is what the person lacks, whatever he does.
var notHim = map[models.Code]int{
	models.CodeForbidden: 66, models.CodeLevelTooLow: 20, models.CodeLoginTooOld: 20,
}

// answering says what is in the way of an answer to a request of the kind.
func answering(kind systemuser.Kind) map[models.Code]int {
	return map[models.Code]int{
		models.CodeForbidden: 66, models.CodeLevelTooLow: 20, models.CodeLoginTooOld: 20,
		models.CodeNotFound: absent(kind), models.CodeRequestDecided: 13, models.CodeRequestExpired: 13,
		models.CodeSystemDeleted: 11, models.CodeUserExists: 4,
	}
}

// absent and foreign are the numbers of a request that is not there, and of one
// to another organisation of the person's.
func absent(kind systemuser.Kind) int {
	if kind == systemuser.Agent {
		return 30
	}
	return 10
}

func foreign(kind systemuser.Kind) int {
	if kind == systemuser.Agent {
		return 42
	}
	return 41
}

// reason is why one thing may not be granted. The cause is the policy's word.
type reason struct {
	Item  string       `json:"item"`
	Cause policy.Cause `json:"cause"`
	Code  string       `json:"code"`
}

// ungranted tells what the person may not grant: the number is that of the first
// thing, as Altinn stops there; reasons has all of them.
func ungranted(err error) error {
	refused, ok := errors.AsType[*registry.NotGrantedError](err)
	if !ok {
		return err
	}
	var first *Failure
	reasons := make([]reason, len(refused.Verdicts))
	var unasked, undelegable []string
	for i, v := range refused.Verdicts {
		f := problem(numberOf(v))
		if first == nil {
			first = f
		}
		reasons[i] = reason{Item: v.Item.String(), Cause: v.Cause, Code: f.code}
		switch {
		case v.Item.Kind != catalog.PackageItem:
		case v.Cause == policy.NotAsked || v.Cause == policy.UnknownCause:
			unasked = append(unasked, v.Item.Ref)
		case v.Cause == policy.NotDelegable:
			undelegable = append(undelegable, v.Item.Ref)
		}
	}
	first.domain = models.CodeRequestNotGranted
	first = first.with("reasons", reasons)
	if unasked != nil {
		first = first.with("NotFoundPackages", unasked)
	}
	if undelegable != nil {
		first = first.with("NotDelegablePackages", undelegable)
	}
	return first
}

// numberOf is the number of a cause (altinn-api.md section 2.3).
func numberOf(v policy.Verdict) int {
	pack := v.Item.Kind == catalog.PackageItem
	switch v.Cause {
	case policy.Level:
		return 20
	case policy.NotManager:
		return 66
	case policy.MissingPack:
		return 53
	case policy.MissingRole:
		if onlyPackages(v.Through) {
			return 68
		}
		return 16
	case policy.NotPassedOn:
		return 14
	case policy.NotDelegable:
		if pack {
			return 64
		}
		return 70
	case policy.NotAsked, policy.UnknownCause:
		if pack {
			return 63
		}
		return 1
	}
	return 14
}

// onlyPackages reports whether a resource goes with access packages alone.
func onlyPackages(carriers []string) bool {
	for _, urn := range carriers {
		if !strings.HasPrefix(urn, catalog.PackagePrefix) {
			return false
		}
	}
	return len(carriers) > 0
}
