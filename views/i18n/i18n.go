package i18n

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/stafett/stafett/models"
)

//go:embed messages
var messages embed.FS

// speakers has one localizer for each language. The files are part of the
// binary and parsed by the tests, so a fault in one is a fault of the build.
var speakers = mustLoad(messages)

type key struct{}

// With returns a context whose pages are in l.
func With(ctx context.Context, l models.Language) context.Context {
	return context.WithValue(ctx, key{}, l)
}

// Lang returns the language of ctx; bokmål when none was set.
func Lang(ctx context.Context) models.Language {
	if l, ok := ctx.Value(key{}).(models.Language); ok {
		return l
	}
	return models.NB
}

// T returns the message of key in the language of ctx. args are pairs of a
// placeholder's name and its value, as in T(ctx, "inbox.from", "Org", name).
// An unknown key comes back in double brackets, which no page test lets pass.
func T(ctx context.Context, key string, args ...any) string {
	return localize(ctx, &goi18n.LocalizeConfig{MessageID: key, TemplateData: data(args)})
}

// N is T for a message that depends on a number, which it names {{.Count}}.
func N(ctx context.Context, key string, count int, args ...any) string {
	d := data(args)
	d["Count"] = count
	return localize(ctx, &goi18n.LocalizeConfig{MessageID: key, TemplateData: d, PluralCount: count})
}

// Has reports whether there is a message of key.
func Has(key string) bool {
	_, err := speakers[models.NB].Localize(&goi18n.LocalizeConfig{MessageID: key, PluralCount: 2, TemplateData: map[string]any{}})
	return err == nil
}

// Run is a stretch of a message, emphasised or not.
type Run struct {
	Text   string
	Strong bool
}

// Runs is T for a message that marks stretches with **two stars**. Stars in
// the values of args are text.
func Runs(ctx context.Context, key string, args ...any) []Run {
	const star = "\ue000" // private use: stands for a star of a value meanwhile
	guarded := make([]any, len(args))
	for i, a := range args {
		if s, ok := a.(string); ok && i%2 == 1 {
			a = strings.ReplaceAll(s, "*", star)
		}
		guarded[i] = a
	}
	var runs []Run
	for i, part := range strings.Split(T(ctx, key, guarded...), "**") {
		if part != "" {
			runs = append(runs, Run{Text: strings.ReplaceAll(part, star, "*"), Strong: i%2 == 1})
		}
	}
	return runs
}

// In returns t in the language of ctx, or in the one that it falls back to.
// Where the text stands by itself, ui.Text marks that language too.
func In(ctx context.Context, t models.Text) string {
	s, _ := t.In(Lang(ctx))
	return s
}

// Known returns the language that s names, if we speak it.
func Known(s string) (models.Language, bool) {
	for _, l := range models.Languages() {
		if s == string(l) {
			return l, true
		}
	}
	return "", false
}

var matcher = language.NewMatcher([]language.Tag{
	language.MustParse("nb"), language.MustParse("nn"), language.MustParse("en"),
})

// Accept chooses from an Accept-Language header (RFC 9110, section 12.5.4).
// Bokmål answers for Norwegian without more, and for languages we do not speak.
func Accept(header string) models.Language {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return models.NB
	}
	_, i, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return models.NB
	}
	return models.Languages()[i]
}

func data(args []any) map[string]any {
	d := make(map[string]any, len(args)/2+1)
	for i := 0; i+1 < len(args); i += 2 {
		d[fmt.Sprint(args[i])] = args[i+1]
	}
	return d
}

func localize(ctx context.Context, c *goi18n.LocalizeConfig) string {
	s, err := speakers[Lang(ctx)].Localize(c)
	if err != nil || s == "" {
		return "⟦" + c.MessageID + "⟧"
	}
	return s
}

// mustLoad reads messages/<language>/<area>.json.
func mustLoad(fsys fs.FS) map[models.Language]*goi18n.Localizer {
	bundle := goi18n.NewBundle(language.MustParse(string(models.NB)))
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	out := map[models.Language]*goi18n.Localizer{}
	for _, l := range models.Languages() {
		files, err := fs.Glob(fsys, path.Join("messages", string(l), "*.json"))
		if err != nil {
			panic(err)
		}
		for _, name := range files {
			content, err := fs.ReadFile(fsys, name)
			if err != nil {
				panic(err)
			}
			area := strings.TrimSuffix(path.Base(name), ".json")
			if _, err := bundle.ParseMessageFileBytes(content, area+"."+string(l)+".json"); err != nil {
				panic(fmt.Errorf("%s: %w", name, err))
			}
		}
		out[l] = goi18n.NewLocalizer(bundle, string(l))
	}
	return out
}
