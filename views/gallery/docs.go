package gallery

import (
	"github.com/stafett/stafett/views/docs"
	"github.com/stafett/stafett/views/paths"
)

// The pages for developers, of a description that has one of each thing, and of
// one that has nothing.
func docsPages() []Page {
	things := docs.Group{Slug: "things", Name: "things", About: "What a thing is.", Operations: []docs.Operation{
		{
			ID: "readThing", Method: "GET", Path: "/api/v1/things/{thing}", Summary: "Read a thing",
			About:   "Every caller sees *the same*.\n\nA thing that is gone reads back with `gone`.",
			Callers: []docs.Caller{{Way: "accessToken", Scopes: []string{"things.read"}}, {Way: "accessToken", Scopes: []string{"things.read", "things.more"}}, {Way: "issuerCall"}},
			Values: []docs.Value{
				{Name: "thing", In: "path", Type: "text, at most 100 characters", About: "The thing's id.", Example: "991825827_thing", Required: true},
				{Name: "since", In: "query", Type: "time (RFC 3339)", Example: "2026-11-20T09:30:00Z", Required: true},
				{Name: "kind", In: "query", Type: "`standard` or `agent`, `standard` when left out", About: "Of which kind."},
			},
			Answers: []docs.Answer{
				{
					Status: "200", About: "The thing.", Headers: []docs.Value{{Name: "ETag", In: "header", Type: "text", About: "Names this version.", Required: true}},
					Body: docs.Body{
						Media: "application/json", Members: []docs.Value{{Name: "name", Type: "object", Required: true}, {Name: "name.en", Type: "text", About: "In English."}},
						Examples: []docs.Example{{Text: "{\n  \"name\": {\"en\": \"A thing\"}\n}"}},
					},
				},
				{Status: "404", About: "It is not there, or not yours. `code` says which."},
			},
		},
		{
			ID: "makeThing", Method: "POST", Path: "/api/v1/things", Summary: "Make a thing with a name that is so long that it must break somewhere, and does",
			About: "Anybody may.",
			Body: &docs.Body{
				Media: "application/json", Members: []docs.Value{{Name: "name", Type: "text", Required: true}},
				Examples: []docs.Example{{Text: "{\"name\": \"it's\"}"}, {Name: "With everything", Text: "{\"name\": \"it's\", \"more\": true}"}},
			},
			Answers: []docs.Answer{{Status: "202", About: "It will be made."}},
		},
		{ID: "removeThing", Method: "DELETE", Path: "/api/v1/things/{thing}", Summary: "Remove a thing", Answers: []docs.Answer{{Status: "202", About: "It is gone."}}},
		{ID: "changeThing", Method: "PUT", Path: "/api/v1/things/{thing}", Summary: "Change a thing"},
	}}
	whole := docs.View{
		Reference: docs.Reference{
			Title: "Stafett", Version: "1.2.0", About: "What the API is for.\n\nA *system user* is `systemuser`.",
			Ways:   []docs.Way{{Name: "accessToken", About: "An access token."}, {Name: "issuerCall", About: "A call that the issuer signs."}},
			Groups: []docs.Group{things},
		},
		Problems: []docs.Problem{{Code: "AUTH-00010", Status: 404, Says: "The request was not found."}, {Code: "too_many", Status: 429, Says: "Too many calls in a short time"}},
	}
	return []Page{
		all("docs/index", docs.Index(nobody(paths.Docs()), whole)),
		one("docs/index-signed-in", docs.Index(siv(paths.Docs()), whole)),
		all("docs/group", docs.Operations(nobody(paths.DocsGroup("things")), docs.GroupView{Group: things, Base: "https://stafett.example"})),
	}
}
