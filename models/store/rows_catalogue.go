package store

import "github.com/stafett/stafett/models/catalog"

type areaRow struct {
	ID   string  `gorm:"column:id"`
	Name textRow `gorm:"embedded;embeddedPrefix:name_"`
}

func (areaRow) TableName() string { return "area" }

func toArea(a catalog.Area) areaRow { return areaRow{ID: a.ID, Name: toText(a.Name)} }

func (r areaRow) domain() catalog.Area { return catalog.Area{ID: r.ID, Name: r.Name.domain()} }

type packageRow struct {
	URN         string  `gorm:"column:urn"`
	Name        textRow `gorm:"embedded;embeddedPrefix:name_"`
	Description textRow `gorm:"embedded;embeddedPrefix:description_"`
	AreaID      *string `gorm:"column:area_id"`
	Delegable   bool    `gorm:"column:delegable"`
	Assignable  bool    `gorm:"column:assignable"`
	ForPersons  bool    `gorm:"column:for_persons"`
}

func (packageRow) TableName() string { return "access_package" }

func toPackage(p catalog.Package) packageRow {
	return packageRow{
		URN: p.URN, Name: toText(p.Name), Description: toText(p.Description), AreaID: orNull(p.Area),
		Delegable: p.Delegable, Assignable: p.Assignable, ForPersons: p.ForPersons,
	}
}

func (r packageRow) domain() catalog.Package {
	return catalog.Package{
		URN: r.URN, Name: r.Name.domain(), Description: r.Description.domain(), Area: orEmpty(r.AreaID),
		Delegable: r.Delegable, Assignable: r.Assignable, ForPersons: r.ForPersons,
	}
}

type roleRow struct {
	URN  string  `gorm:"column:urn"`
	Name textRow `gorm:"embedded;embeddedPrefix:name_"`
}

func (roleRow) TableName() string { return "role" }

func toRole(r catalog.Role) roleRow { return roleRow{URN: r.URN, Name: toText(r.Name)} }

func (r roleRow) domain() catalog.Role { return catalog.Role{URN: r.URN, Name: r.Name.domain()} }

type rolePackageRow struct {
	RoleURN     string `gorm:"column:role_urn"`
	PackageURN  string `gorm:"column:package_urn"`
	Variant     string `gorm:"column:variant"`
	CanDelegate bool   `gorm:"column:can_delegate"`
	CanAssign   bool   `gorm:"column:can_assign"`
	HasAccess   bool   `gorm:"column:has_access"`
}

func (rolePackageRow) TableName() string { return "role_package" }

func toRolePackage(m catalog.RolePackage) rolePackageRow { return rolePackageRow(m) }

func (r rolePackageRow) domain() catalog.RolePackage { return catalog.RolePackage(r) }

type resourceRow struct {
	ID          string  `gorm:"column:id"`
	Title       textRow `gorm:"embedded;embeddedPrefix:title_"`
	Description textRow `gorm:"embedded;embeddedPrefix:description_"`
	Owner       string  `gorm:"column:owner"`
	Type        string  `gorm:"column:type"`
	Refused     bool    `gorm:"column:refused"`
}

func (resourceRow) TableName() string { return "resource" }

func toResource(r catalog.Resource) resourceRow {
	return resourceRow{
		ID: r.ID, Title: toText(r.Title), Description: toText(r.Description), Owner: r.Owner, Type: r.Type, Refused: r.Refused,
	}
}

// domain lacks the actions, packages and roles, which have tables of their own.
func (r resourceRow) domain() catalog.Resource {
	return catalog.Resource{
		ID: r.ID, Title: r.Title.domain(), Description: r.Description.domain(), Owner: r.Owner, Type: r.Type, Refused: r.Refused,
	}
}

type resourceActionRow struct {
	ResourceID string `gorm:"column:resource_id"`
	Value      string `gorm:"column:action"`
	Position   int    `gorm:"column:position"`
}

func (resourceActionRow) TableName() string { return "resource_action" }

type resourcePackageRow struct {
	ResourceID string `gorm:"column:resource_id"`
	Value      string `gorm:"column:package_urn"`
	Position   int    `gorm:"column:position"`
}

func (resourcePackageRow) TableName() string { return "resource_package" }

type resourceRoleRow struct {
	ResourceID string `gorm:"column:resource_id"`
	Value      string `gorm:"column:role_urn"`
	Position   int    `gorm:"column:position"`
}

func (resourceRoleRow) TableName() string { return "resource_role" }
