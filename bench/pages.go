package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/stafett/stafett/cmd/demo/seed"
	"github.com/stafett/stafett/cmd/demo/visitor"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/views/paths"
)

const (
	pageRounds   = 21
	pagesInRound = 200
	program      = "Benkeprøve"
)

// pages measures the page on which a manager approves, at the demo: it has
// people who log in, and is the shipped handlers otherwise. The page and the
// style sheet, which costs next to nothing, are asked for in turn.
func pages(ctx context.Context, demo, dir string) ([]figure, error) {
	p, err := openApproval(ctx, demo, dir)
	if err != nil {
		return nil, err
	}
	defer p.side.stop()
	weight, requests, err := p.firstView(ctx)
	if err != nil {
		return nil, err
	}
	var page, plain []float64
	for i := range pageRounds + 1 {
		one, err := p.spent(ctx, p.path, program)
		if err != nil {
			return nil, err
		}
		other, err := p.spent(ctx, p.sheet, "ds-button")
		if err != nil {
			return nil, err
		}
		if i > 0 { // the first is a warm-up
			page, plain = append(page, one), append(plain, other)
		}
	}
	middle := func(all []float64) float64 { slices.Sort(all); return all[len(all)/2] }
	return []figure{
		{Name: "page.approval.cpu", Unit: "µs", Value: middle(page), about: fmt.Sprintf("CPU of the demo's process per approval page (%d of each in turn, %d rounds, every page checked); aim ≤ 1000", pagesInRound, pageRounds)},
		{Name: "page.sheet.cpu", Unit: "µs", Value: middle(plain), about: "the same for the style sheet"},
		{Name: "page.approval.weight", Unit: "KiB", Value: float64(weight) / 1024, about: "what a first view of it sends, compressed; aim ≤ 60"},
		{Name: "page.approval.requests", Unit: "count", Value: float64(requests), about: "in how many requests; aim ≤ 6"},
	}, nil
}

// approval is a manager with an approval page before her.
type approval struct {
	side    *side
	cookies []*http.Cookie
	path    string // of the page
	sheet   string // of its style sheet
}

func openApproval(ctx context.Context, demo, dir string) (*approval, error) {
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	p := &approval{}
	cmd := exec.CommandContext(ctx, demo, "--listen", addr, "--data", dir)
	cmd.Stdout = io.Discard
	if p.side, err = begin(ctx, &side{addr: addr, cmd: cmd}, "/health/ready"); err != nil {
		return nil, err
	}
	if p.path, err = p.asked(ctx, demo, dir); err == nil {
		err = p.logsIn(ctx)
	}
	if err != nil {
		p.side.stop()
		return nil, err
	}
	return p, nil
}

// asked registers a system as the supplier's program and asks the customer; it
// returns the address of the request.
func (p *approval) asked(ctx context.Context, demo, dir string) (string, error) {
	raw, err := exec.CommandContext(ctx, demo, "token", "--raw", "--data", dir).Output()
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	text := map[string]string{"nb": program, "nn": program, "en": program}
	rights := []map[string]any{
		{"resource": []map[string]string{{"id": catalog.ResourceAttribute, "value": "kravogbetaling"}}, "action": "read"},
		{"resource": []map[string]string{{"id": catalog.ResourceAttribute, "value": "app_skd_mva-melding-innsending-v1"}}},
	}
	packages := []map[string]string{{"urn": catalog.PackagePrefix + "merverdiavgift"}, {"urn": catalog.PackagePrefix + "regnskap-okonomi-rapport"}}
	system := seed.Supplier + "_bench"
	if _, err := p.call(ctx, string(raw), "/authentication/api/v1/systemregister/vendor", map[string]any{
		"id": system, "vendor": map[string]string{"ID": "0192:" + seed.Supplier}, "name": text, "description": text,
		"rights": rights, "accessPackages": packages, "clientId": []string{},
	}); err != nil {
		return "", err
	}
	answer, err := p.call(ctx, string(raw), "/authentication/api/v1/systemuser/request/vendor", map[string]any{
		"systemId": system, "partyOrgNo": seed.Customer, "externalRef": "bench", "rights": rights, "accessPackages": packages,
	})
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	err = json.Unmarshal(answer, &made)
	return paths.Requests() + "/" + made.ID, err
}

func (p *approval) call(ctx context.Context, token, path string, body any) ([]byte, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.side.addr+path, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(token))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if resp.StatusCode >= http.StatusBadRequest {
		err = errors.Join(err, fmt.Errorf("%s: %d %s", path, resp.StatusCode, answer))
	}
	return answer, err
}

// logsIn is what the managing director does, through the provider's pages.
func (p *approval) logsIn(ctx context.Context) error {
	director, err := seed.PersonNamed(seed.Approver)
	if err != nil {
		return err
	}
	home := "http://" + strings.Replace(p.side.addr, "127.0.0.1", "localhost", 1) // as the demo calls itself
	v, err := visitor.New(home)
	if err != nil {
		return err
	}
	if err := v.Open(ctx, paths.LoginWith(seed.BankID)); err != nil {
		return err
	}
	form, err := v.Page.Form(v.Page.URL.Path)
	if err != nil {
		return err
	}
	if err := v.Press(ctx, form, "person", director.PartyUUID); err != nil {
		return err
	}
	u, err := url.Parse(home)
	if err != nil {
		return err
	}
	p.cookies = v.Cookies(u)
	return nil
}

// get returns what one request receives, as it comes over the wire, and opened.
func (p *approval) get(ctx context.Context, path string) (wire int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.side.addr+path, nil)
	if err != nil {
		return 0, nil, err
	}
	for _, c := range p.cookies {
		req.AddCookie(c)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	sent, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return 0, nil, fmt.Errorf("%s: %d", path, resp.StatusCode)
	}
	body, err = opened(resp.Header.Get("Content-Encoding"), sent)
	return len(sent), body, err
}

// assets are what a page takes along: styles, scripts, icons.
var assets = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`)

// firstView fetches the page and each thing it takes along once.
func (p *approval) firstView(ctx context.Context) (weight, requests int, err error) {
	weight, body, err := p.get(ctx, p.path)
	if err != nil {
		return 0, 0, err
	}
	requests = 1
	for _, found := range assets.FindAllSubmatch(body, -1) {
		path := string(found[1])
		if strings.Contains(path, ".css") {
			p.sheet = path
		}
		more, _, err := p.get(ctx, path)
		if err != nil {
			return 0, 0, err
		}
		weight, requests = weight+more, requests+1
	}
	if p.sheet == "" {
		return 0, 0, errors.New("the approval page has no style sheet")
	}
	return weight, requests, nil
}

// spent is the CPU of the server's process per request, in microseconds.
func (p *approval) spent(ctx context.Context, path, has string) (float64, error) {
	before, err := p.side.processTime()
	if err != nil {
		return 0, err
	}
	for range pagesInRound {
		_, body, err := p.get(ctx, path)
		if err != nil {
			return 0, err
		}
		if !bytes.Contains(body, []byte(has)) {
			return 0, fmt.Errorf("%s: a wrong page", path)
		}
	}
	after, err := p.side.processTime()
	return float64((after - before).Microseconds()) / pagesInRound, err
}

// opened undoes the encoding of a response.
func opened(encoding string, sent []byte) ([]byte, error) {
	if encoding != "gzip" {
		return sent, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(sent))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
