package brreg

// RoleURNs returns the whole table of codes.
func RoleURNs() map[string]string {
	all := map[string]string{}
	for code := range roles {
		all[code], _ = RoleURN(code)
	}
	return all
}

// Memory returns all that the client keeps.
func (c *Client) Memory() []any {
	var all []any
	for address, k := range c.memory.All() {
		all = append(all, address, k.etag, k.value)
	}
	return all
}
