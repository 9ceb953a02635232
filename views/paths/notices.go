package paths

import "github.com/stafett/stafett/models"

// Notices is what the person has been told.
func Notices() string { return "/notices" }

// Notice marks one as read and leads to what it is about.
func Notice(id models.ID) string { return Notices() + "/" + segment(id) }

// NoticesRead marks all as read. POST only.
func NoticesRead() string { return Notices() + "/read" }

// NoticeSettings is how the person is told. GET and POST.
func NoticeSettings() string { return Notices() + "/settings" }
