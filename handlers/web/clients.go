package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/clients"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
)

// Clients handles GET /systemusers/:id/clients.
func (w *Web) Clients(c echo.Context) error {
	v, err := w.clientList(c, clientQuery(c.QueryParam, true))
	if err != nil {
		return err
	}
	return respond.Page(c, http.StatusOK, clients.List(w.Shell(c), v))
}

// Candidates handles GET /systemusers/:id/clients/add.
func (w *Web) Candidates(c echo.Context) error {
	v, err := w.clientList(c, clientQuery(c.QueryParam, false))
	if err != nil {
		return err
	}
	return respond.Page(c, http.StatusOK, clients.Add(w.Shell(c), v))
}

// OrWhoDecides is a page on clients that tells who may not see it, or not do what
// he tries, who may. Where that cannot be read the refusal stands by itself.
func (w *Web) OrWhoDecides(page echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := page(c)
		if err != nil && models.CodeOf(err) == models.CodeForbidden {
			if who, failed := w.Registry.ClientDeciders(c.Request().Context(), actor(c)); failed == nil {
				respond.Who(c, names(who))
			}
		}
		return err
	}
}

// clientSizes are how many clients a page can have.
var clientSizes = []int{25, 50, 100}

// clientQuery reads the filter of a list. What it does not know is as if it were
// not there.
func clientQuery(value func(string) string, attached bool) registry.ClientListQuery {
	q := registry.ClientListQuery{Attached: attached, Order: registry.ByName, Size: clientSizes[0], Page: 1}
	q.Text, q.Relation = legibleText(value("q")), value("kind")
	if s := registry.ClientState(value("state")); slices.Contains(clientStates(attached), s) {
		q.State = s
	}
	if o := registry.ClientOrder(value("sort")); o == registry.ByNumber || o == registry.BySince && attached {
		q.Order = o
	}
	if n, err := strconv.Atoi(value("size")); err == nil && slices.Contains(clientSizes, n) {
		q.Size = n
	}
	if n, err := strconv.Atoi(value("page")); err == nil {
		q.Page = max(1, n)
	}
	return q
}

// maxClientSearch bounds what is searched for, in characters.
const maxClientSearch = 100

func legibleText(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), maxClientSearch)])
}

// clientStates are what a list can be narrowed to.
func clientStates(attached bool) []registry.ClientState {
	if attached {
		return []registry.ClientState{registry.ClientLame}
	}
	return []registry.ClientState{registry.ClientReady, registry.ClientLacks, registry.ClientAttached}
}

// clientValues is the query as an address has it.
func clientValues(q registry.ClientListQuery) url.Values {
	v := url.Values{}
	set := func(name, value, usual string) {
		if value != usual {
			v.Set(name, value)
		}
	}
	set("q", q.Text, "")
	set("state", string(q.State), "")
	set("kind", q.Relation, "")
	set("sort", string(q.Order), string(registry.ByName))
	set("size", strconv.Itoa(q.Size), strconv.Itoa(clientSizes[0]))
	set("page", strconv.Itoa(q.Page), "1")
	return v
}

// clientList reads the list of the query for the agent of the path.
func (w *Web) clientList(c echo.Context, q registry.ClientListQuery) (clients.View, error) {
	id, err := pathID(c)
	if err != nil {
		return clients.View{}, err
	}
	list, err := w.Registry.ClientList(c.Request().Context(), actor(c), id, q)
	if err != nil {
		return clients.View{}, err
	}
	q.Page = list.Page
	return w.clientView(c, list, q), nil
}

func (w *Web) clientView(c echo.Context, l registry.ClientList, q registry.ClientListQuery) clients.View {
	page := paths.SystemUserClients(l.Agent.ID)
	if !q.Attached {
		page = paths.ClientsAdd(l.Agent.ID)
	}
	at := func(change func(*registry.ClientListQuery)) string {
		other := q
		other.Page = 1
		change(&other)
		return paths.Asked(page, clientValues(other))
	}
	v := clients.View{
		Agent: agentView(l), Add: !q.Attached, Text: q.Text, State: clients.State(q.State), Kind: q.Relation,
		Query: clientValues(q), Found: l.Found, Doable: l.Doable, All: l.All,
		Can: l.Refused != models.CodeForbidden, Need: need(l.Refused), Admins: names(l.Admins),
		Own: clients.Own{
			Name: l.Owner.Display(), Since: l.Self.Since, On: l.Self.Delegation != "", Can: l.Manager,
			CanAdd: l.SelfOf && l.Manager,
		},
	}
	for _, item := range l.Needs {
		v.Needs = append(v.Needs, l.Names[item.Ref])
	}
	for _, one := range l.Clients {
		v.Rows = append(v.Rows, clientRow(l, one))
	}
	clientChips(c.Request().Context(), &v, l, q, at)
	if q.Page > 1 {
		v.Pages.Previous = at(func(o *registry.ClientListQuery) { o.Page = q.Page - 1 })
	}
	if q.Page*q.Size < l.Found {
		v.Pages.Next = at(func(o *registry.ClientListQuery) { o.Page = q.Page + 1 })
	}
	v.How = lacks(l, v)
	v.Rules = clientRules(l, q)
	for _, j := range l.Jobs {
		v.Jobs = append(v.Jobs, jobView(j, party.Person{}))
	}
	return v
}

// clientChips gives the page what its list can be narrowed to and sorted by, each
// with the address that at makes of a changed query.
func clientChips(ctx context.Context, v *clients.View, l registry.ClientList, q registry.ClientListQuery, at func(func(*registry.ClientListQuery)) string) {
	v.States = append(v.States, clients.Chip{
		Text: i18n.T(ctx, "clients.state.all"), Count: total(l.States), At: q.State == "", Href: at(func(o *registry.ClientListQuery) { o.State = "" }),
	})
	for _, s := range clientStates(q.Attached) {
		n := l.States[s]
		if s == registry.ClientAttached {
			n += l.States[registry.ClientLame]
		}
		v.States = append(v.States, clients.Chip{
			Text: clients.StateText(ctx, clients.State(s)), Count: n, At: q.State == s, Href: at(func(o *registry.ClientListQuery) { o.State = s }),
		})
	}
	for _, k := range l.Kinds {
		v.Kinds = append(v.Kinds, clients.Chip{
			Text: i18n.In(ctx, l.Names[k.URN]), Count: k.Count, At: q.Relation == k.URN, Href: at(func(o *registry.ClientListQuery) {
				if o.Relation = k.URN; q.Relation == k.URN {
					o.Relation = ""
				}
			}),
		})
	}
	orders := []registry.ClientOrder{registry.ByName, registry.ByNumber}
	if q.Attached {
		orders = append(orders, registry.BySince)
	}
	for _, o := range orders {
		v.Orders = append(v.Orders, clients.Chip{
			Text: i18n.T(ctx, "clients.sort."+string(o)), At: q.Order == o, Href: at(func(other *registry.ClientListQuery) { other.Order = o }),
		})
	}
	if l.Found > clientSizes[0] {
		for _, n := range clientSizes {
			v.Sizes = append(v.Sizes, clients.Chip{Text: strconv.Itoa(n), At: q.Size == n, Href: at(func(o *registry.ClientListQuery) { o.Size = n })})
		}
	}
}

func total(counts map[registry.ClientState]int) (n int) {
	for _, one := range counts {
		n += one
	}
	return n
}

func agentView(l registry.ClientList) clients.Agent {
	return clients.Agent{ID: l.Agent.ID, Title: l.Agent.Title, Supplier: l.Supplier.Display()}
}

func clientRow(l registry.ClientList, one registry.Client) clients.Row {
	row := clients.Row{
		No: string(one.Organisation.OrgNo), Name: one.Organisation.Display(), Since: one.Since, By: l.Persons[one.By].Name, State: clients.State(one.State()),
	}
	for _, urn := range one.Relations {
		row.Kinds = append(row.Kinds, l.Names[urn])
	}
	for _, item := range one.Lacks {
		row.Lacks = append(row.Lacks, l.Names[item.Ref])
	}
	return row
}

// lacks tells of the packages that clients of the page lack how they are had; of
// all, where there is no client yet.
func lacks(l registry.ClientList, v clients.View) []clients.Lack {
	var out []clients.Lack
	for _, item := range l.Needs {
		name := l.Names[item.Ref]
		lacked := l.All == 0 || slices.ContainsFunc(v.Rows, func(r clients.Row) bool { return slices.Contains(r.Lacks, name) })
		if lacked {
			out = append(out, lack(l, item.Ref))
		}
	}
	return out
}

func lack(l registry.ClientList, urn string) clients.Lack {
	return clients.Lack{Package: l.Names[urn], Given: l.Ways[urn].Given, Roles: l.Ways[urn].Roles}
}

// clientRules are the rules that last, and those that there could be.
func clientRules(l registry.ClientList, q registry.ClientListQuery) []clients.Rule {
	if !q.Attached {
		return nil
	}
	var out []clients.Rule
	on := map[string]bool{}
	for _, r := range l.Rules {
		on[r.Relation] = true
		out = append(out, clients.Rule{URN: r.Relation, Kind: l.Names[r.Relation], On: true, By: r.Person.Name, Since: r.From, Rests: r.Rests})
	}
	for _, urn := range l.Offered {
		if !on[urn] {
			out = append(out, clients.Rule{URN: urn, Kind: l.Names[urn]})
		}
	}
	return out
}
