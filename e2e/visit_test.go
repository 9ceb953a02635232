package e2e

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stafett/stafett/cmd/demo/visitor"
)

// visitorsKey finds a script's visitors, by name.
type visitorsKey struct{}

// visit WHO ACTION ARG… does something in somebody's browser, which is opened
// at $SITE the first time that he is named:
//
//	open ADDRESS                      an address, also one of another site
//	follow PREFIX                     the first link whose address begins so
//	press FORM BUTTON [FIELD=VALUE]…  the button ('' or name=value) of the form that posts to FORM,
//	                                  which is below the page's address when it begins with ./
//	at REGEXP                         demand that the page's address is so
//
// What stands on the page is then in the file page. A page that tells a failure
// fails the command, unless the script says "!".
func visit(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: [!] visit WHO open|follow|press|at ARG…")
	}
	all, _ := ts.Value(visitorsKey{}).(map[string]*visitor.Visitor)
	v := all[args[0]]
	if v == nil {
		var err error
		v, err = visitor.New(ts.Getenv("SITE"))
		ts.Check(err)
		all[args[0]] = v
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := act(ctx, v, args[1], args[2:])
	ts.Check(os.WriteFile(ts.MkAbs("page"), []byte(fmt.Sprintf("%s\n%d\n%s\n", v.Page.URL, v.Page.Status, v.Page.Text())), 0o600))
	switch {
	case !neg:
		ts.Check(err)
	case err == nil:
		ts.Fatalf("%s is at %s", args[0], v.Page)
	default:
		ts.Logf("%v", err)
	}
}

func act(ctx context.Context, v *visitor.Visitor, action string, args []string) error {
	switch action {
	case "open":
		return v.Open(ctx, args[0])
	case "follow":
		return v.Follow(ctx, args[0])
	case "at":
		wanted, err := regexp.Compile(args[0])
		if err == nil && !wanted.MatchString(v.Page.URL.String()) {
			err = fmt.Errorf("at %s (%s)", v.Page.URL, v.Page)
		}
		return err
	case "press":
		if len(args) < 2 {
			break
		}
		fill := map[string]string{}
		for _, field := range args[2:] {
			name, value, _ := strings.Cut(field, "=")
			fill[name] = value
		}
		form := args[0]
		if below, ok := strings.CutPrefix(form, "./"); ok {
			form = v.Page.URL.Path + "/" + below
		}
		name, value, _ := strings.Cut(args[1], "=")
		return submit(ctx, v, form, name, value, fill)
	}
	return fmt.Errorf("cannot %s %q", action, args)
}
