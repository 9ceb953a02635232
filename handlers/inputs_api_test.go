package handlers_test

import (
	"encoding/binary"
	"net/url"
	"slices"
	"strings"
)

// How many of each kind every operation is asked, where there are more.
const (
	someDocuments = 90
	someMembers   = 260
	someEscapes   = 40
	someTokens    = 40
	someExtremes  = 60
	someStrings   = 130
)

// derived are the hostile questions, made of the good one.
func (g good) derived(strs, docs []string) []attempt {
	seed := g.op.OperationID
	all := slices.Concat(
		g.asDescribed(), g.ofMethods(), g.withHeaders(), g.ofMedia(), drawn(g.ofEscapes(), someEscapes, seed), g.ofQueries(seed),
		g.ofDocuments(drawn(docs, someDocuments, seed)), drawn(g.ofMembers(), someMembers, seed),
	)
	places := g.places()
	n := max(someStrings, atLeast+20-len(all))
	for i, v := range drawn(strs, n, seed) {
		all = append(all, places[i%len(places)](g.odd(), v))
	}
	if oneInAPI > 1 {
		return drawn(all, atLeast+5, seed)
	}
	return all
}

// odd is the good question, about to be made another.
func (g good) odd() attempt { q := g.attempt; q.fine = false; return q }

// asDescribed are odd in ways that change nothing (design.md 5).
func (g good) asDescribed() []attempt {
	var all []attempt
	add := func(change func(q *attempt)) {
		q := g.attempt
		q.fine = true
		change(&q)
		all = append(all, q)
	}
	add(func(q *attempt) { q.path += "/" })
	add(func(q *attempt) {
		path := strings.Split(q.path, "/")
		for i, segment := range strings.Split(g.pattern, "/") {
			if !strings.HasPrefix(segment, "{") {
				path[i] = strings.ToUpper(path[i])
			}
		}
		q.path = strings.Join(path, "/")
	})
	add(func(q *attempt) {
		values, _ := url.ParseQuery(q.query)
		other := url.Values{}
		for name, v := range values {
			other[strings.ToUpper(name)] = v
		}
		q.query = other.Encode()
	})
	add(func(q *attempt) { q.query = strings.TrimPrefix(q.query+"&unknown=1&unknown=2&=&&x", "&") })
	if g.body == "" || !strings.HasPrefix(g.body, "{") {
		return all
	}
	for _, name := range []string{"unknown", "", "__proto__", "constructor", "id\u0000", "$ref", "@type", strings.Repeat("k", 300)} {
		add(func(q *attempt) { q.body = `{` + quoted(name) + `:{"a":[1,null]},` + strings.TrimPrefix(g.body, "{") })
	}
	for _, at := range g.members() {
		if name, ok := last(at); ok && g.has(at) && len(at) == 1 {
			add(func(q *attempt) {
				q.body = edited(g.body, at, func(in map[string]any, _ string) {
					in[strings.ToUpper(name)] = in[name]
					delete(in, name)
				}, "")
			})
		}
	}
	return all
}

// last is the name of the member that a way leads to.
func last(at []any) (string, bool) {
	if len(at) == 0 {
		return "", false
	}
	name, ok := at[len(at)-1].(string)
	return name, ok
}

// ofMethods are those that the address may not have.
func (g good) ofMethods() []attempt {
	var all []attempt
	for _, m := range methods {
		if q := g.odd(); m != g.method {
			q.method, q.value = m, m
			all = append(all, q)
		}
	}
	return all
}

// withHeaders are headers that say what they should not, or that other servers
// obey.
func (g good) withHeaders() []attempt {
	var all []attempt
	add := func(name string, values ...string) {
		q := g.odd()
		q.name, q.header, q.value = name, values, strings.Join(values, " ")
		all = append(all, q)
	}
	for _, name := range []string{"Idempotency-Key", "If-Match"} {
		for _, v := range []string{
			" ", "a b", "\t", "é", "\xff", "\u202e", strings.Repeat("k", 255), strings.Repeat("k", 256), strings.Repeat("k", 8000), "'; DROP TABLE system; --", "<script>", "*", "**", `"`, `""`, `"1"`, `"2"`, `W/"1"`, `"1", "2"`,
			`"1"; "2"`, "1", `"-1"`, `"01"`, `"9223372036854775808"`, `"` + strings.Repeat("9", 500) + `"`, `"a" , *`, strings.Repeat(`"1",`, 500) + `"1"`, strings.Repeat(" ", 3000) + "x",
		} {
			add(name, v)
		}
		add(name, "a", "a")
		add(name, `"1"`, `"2"`)
		add(name, "a", "")
		add(name, strings.Split(strings.Repeat("a ", 50)+"a", " ")...)
	}
	for _, h := range [][]string{
		{"Content-Encoding", "gzip"},
		{"Content-Encoding", "identity"},
		{"Content-Encoding", "br", "gzip"},
		{"Transfer-Encoding", "chunked"},
		{"Expect", "100-continue"},
		{"Upgrade", "h2c"},
		{"Connection", "Authorization"},
		{"X-HTTP-Method-Override", "DELETE"},
		{"X-Method-Override", "PUT"},
		{"X-HTTP-Method", "PATCH"},
		{"X-Original-URL", "/v1/enrich"},
		{"X-Rewrite-URL", "/"},
		{"X-Forwarded-Host", "evil.example"},
		{"X-Forwarded-Proto", "http"},
		{"X-Forwarded-For", "127.0.0.1"},
		{"Forwarded", "for=127.0.0.1;host=evil.example"},
		{"Host", "evil.example"},
		{"Accept", "text/html"},
		{"Accept", "application/xml;q=x"},
		{"Accept-Encoding", "*;q=0"},
		{"Accept-Charset", "utf-7"},
		{"Accept-Language", strings.Repeat("nb,", 2000)},
		{"Range", "bytes=0-0"},
		{"If-None-Match", "*"},
		{"If-Modified-Since", "x"},
		{"Prefer", "return=minimal"},
		{"Cookie", strings.Repeat("a=b; ", 1000)},
		{"Cookie", "__Host-stafett=x"},
		{"X-Request-Id", "a\tb"},
		{"X-Request-Id", strings.Repeat("x", 65)},
		{"X-Request-Id", "é"},
		{"Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "cross-site"},
		{"Content-Length", "-1"},
		{"Trailer", "Authorization"},
		{"traceparent", "00-0-0-0"},
		{"User-Agent", "${jndi:ldap://x}"},
		{"Referer", "javascript:alert(1)"},
		{"X-Unknown", strings.Repeat("x", 60_000)},
		{"If-Unmodified-Since", "Mon, 01 Jan 1900 00:00:00 GMT"},
		{"TE", "trailers, deflate"},
	} {
		add(h[0], h[1:]...)
	}
	return all
}

// ofMedia are bodies that are called, or written, something else.
func (g good) ofMedia() []attempt {
	var all []attempt
	add := func(media, body string) {
		q := g.odd()
		q.media, q.body, q.value = media, body, media
		all = append(all, q)
	}
	good := g.body
	if good == "" {
		good = `{"a":"b"}`
	}
	for _, media := range []string{
		"", "text/plain", "text/json", "TEXT/JSON", "application/jsonp", "application/json; charset=utf-16", "application/json; charset=\"utf-8", "application/json; charset=utf-8; charset=utf-8", "application/json;", "application/json, text/plain", "application/xml",
		"application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "application/problem+json", "application/merge-patch+json", "application/octet-stream", "*/*", "application/*", "a", "/", ";", "application/json\u00a0", "APPLICATION/JSON",
		"application/json; charset=UTF-8", "application/json; a=" + strings.Repeat("b", 5000),
	} {
		add(media, good)
	}
	const json = "application/json"
	add("application/x-www-form-urlencoded", "a=b&c=d")
	add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--")
	add(json, "")
	add(json, " \n\t")
	add(json, "\ufeff"+good)
	add(json, good+"\x00")
	add(json, good+good)
	add(json, good+"\n//")
	add(json, "["+good+"]")
	add(json, quoted(good))
	add(json, encoded(good, binary.LittleEndian))
	add(json, "\xff\xfe"+encoded(good, binary.LittleEndian))
	add(json, "\xfe\xff"+encoded(good, binary.BigEndian))
	add(json, "\x1f\x8b\x08\x00"+good)
	add(json, strings.Repeat(" ", 65_536)+good)
	add(json, "["+strings.Repeat(good+",", min(10_000, 60_000/len(good)))+good+"]")
	add(json, `{"`+strings.Repeat("k", 60_000)+`":1}`)
	return all
}

// ofEscapes have in their addresses what is read in several ways.
func (g good) ofEscapes() []attempt {
	var all []attempt
	path := strings.Split(g.path, "/")
	for i, segment := range strings.Split(g.pattern, "/") {
		if !strings.HasPrefix(segment, "{") && i != len(path)-1 {
			continue
		}
		for _, e := range escapes {
			for _, value := range []string{e, path[i] + e, e + path[i]} {
				q, with := g.odd(), slices.Clone(path)
				with[i] = value
				q.path, q.value = strings.Join(with, "/"), value
				all = append(all, q)
			}
		}
	}
	for _, p := range []string{"//" + strings.TrimPrefix(g.path, "/"), g.path + "//", g.path + "/.", g.path + "/..", "/." + g.path, "/x/.." + g.path, g.path + "/x", g.path + "%2f", strings.ReplaceAll(g.path, "/", "%2f"), strings.ReplaceAll(g.path, "e", "%65"), g.path + ".json"} {
		q := g.odd()
		q.path, q.value = p, p
		all = append(all, q)
	}
	return all
}

// ofQueries are queries that are not whole, twice, too much, or of another list.
func (g good) ofQueries(seed string) []attempt {
	var all []attempt
	add := func(query, value string) {
		q := g.odd()
		q.query, q.value = query, value
		all = append(all, q)
	}
	whole := func(name, value string) {
		values, _ := url.ParseQuery(g.query)
		values.Set(name, value)
		add(values.Encode(), value)
	}
	for _, query := range []string{"", "%", "%zz=1", "a;b", "=", "&&&", "?", "a=%ff", "a=%00", "a[]=1&a[b]=2", strings.Repeat("a=b&", 900), strings.Repeat("a", 4090)} {
		add(query, query)
		add(strings.TrimPrefix(g.query+"&"+query, "&"), query)
	}
	for _, name := range g.names() {
		values, _ := url.ParseQuery(g.query)
		was := values.Get(name)
		values.Del(name)
		add(values.Encode(), "")
		add(values.Encode()+"&"+name, "")
		add(values.Encode()+"&"+name+"=", "")
		for _, twice := range []string{name + "=" + was + "&" + name + "=" + was, name + "=" + was + "&" + strings.ToUpper(name) + "=x", name + "=&" + name + "=" + was, name + "[]=" + was, name + "=%ff", name + "=%00", name + "=%e2%80%ae", name + "=%"} {
			add(values.Encode()+"&"+twice, twice)
		}
		for _, v := range drawn(extremes, someExtremes/len(g.names()), seed+name) {
			whole(name, v)
		}
	}
	if slices.Contains(g.names(), "token") {
		for _, v := range drawn(tokens(), someTokens, seed) {
			whole("token", v)
		}
	}
	return all
}

// ofDocuments have another body; at a GET any body is too much.
func (g good) ofDocuments(docs []string) []attempt {
	if g.body == "" {
		docs = docs[:15]
	}
	var all []attempt
	for _, d := range docs {
		q := g.odd()
		q.media, q.body, q.value = "application/json", d, d
		all = append(all, q)
	}
	return all
}

// ofMembers have a member of another type, none, or two.
func (g good) ofMembers() []attempt {
	var all []attempt
	if g.body == "" {
		return nil
	}
	add := func(at []any, change func(in map[string]any, name string), value string) {
		q := g.odd()
		q.body, q.value = edited(g.body, at, change, value), value
		all = append(all, q)
	}
	hollow := func(in map[string]any, name string) { in[name] = hole }
	for _, at := range g.members() {
		for _, v := range raw() {
			add(at, hollow, v)
		}
		name, ok := last(at)
		if !ok || !g.has(at) {
			continue
		}
		was := part(g.body, at)
		add(at, func(in map[string]any, name string) { delete(in, name) }, "")
		add(at, hollow, was+`,"`+name+`":`+was)
		add(at, hollow, was+`,"`+strings.ToUpper(name)+`":null`)
		add(at, hollow, `null,"`+name+`\u0000":`+was)
		add(at, hollow, "["+strings.TrimSuffix(strings.Repeat(was+",", min(10_000, 60_000/len(was))), ",")+"]")
		add(at, hollow, "["+was+","+was+"]")
	}
	return all
}
