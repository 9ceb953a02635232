package handlers

import "net/http"

// clientRoutes are those of clients of agents.
func (s *Server) clientRoutes() []Route {
	a := s.API
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	const agents, agent = systemUserBase + "/agent/:party", systemUserBase + "/agent/:party/:systemuserid"
	return []Route{
		{post, agent, "client.attach", Programs, Token, a.Serve(a.AttachClient)},
		{del, agent, "agent.delete", Programs, Token, a.Serve(a.DeleteAgent)},
		{del, agent + "/client", "client.detach", Programs, Token, a.Serve(a.DetachClient)},
		{post, agent + "/self", "client.attach_self", Programs, Token, a.Serve(a.AttachSelf)},
		{del, agent + "/self", "client.detach_self", Programs, Token, a.Serve(a.DetachSelf)},
		{get, agent + "/self", "client.serves_self", Programs, Token, a.Serve(a.ServesSelf)},
		{get, agents + "/clients", "client.of_facilitator", Programs, Token, a.Serve(a.FacilitatorClients)},
		{get, agents + "/:facilitator/:systemuserid/delegations", "client.delegations", Programs, Token, a.Serve(a.DelegatedClients)},

		{get, clientBase + "/clients/available", "enduser.clients_available", Programs, Token, a.Serve(a.AvailableClients)},
		{get, clientBase + "/clients", "enduser.clients", Programs, Token, a.Serve(a.AttachedClients)},
		{post, clientBase + "/clients", "enduser.client_add", Programs, Token, a.Serve(a.AddClient)},
		{del, clientBase + "/clients", "enduser.client_remove", Programs, Token, a.Serve(a.RemoveClient)},
		{get, clientBase + "/agents", "enduser.clients_agents", Programs, Token, a.Serve(a.Agents)},
	}
}
