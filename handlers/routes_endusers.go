package handlers

import "net/http"

// endUserRoutes are those of end users and the portal.
func (s *Server) endUserRoutes() []Route {
	a := s.API
	get, post, put, del := http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return []Route{
		{put, systemUserBase, "enduser.user.rename", Programs, Token, a.Serve(a.RenameUser)},
		{get, systemUserBase + "/:party", "enduser.users", Programs, Token, a.Serve(a.UsersOfParty)},
		{get, systemUserBase + "/agent/:party", "enduser.agents", Programs, Token, a.Serve(a.AgentsOfParty)},
		{get, systemUserBase + "/:party/:systemuserid", "enduser.user", Programs, Token, a.Serve(a.UserOfParty)},
		{get, systemUserBase + "/:party/:systemuserid/delegations", "enduser.user.delegations", Programs, Token, a.Serve(a.DelegationsOfUser)},
		{del, systemUserBase + "/:party/:systemuserid", "enduser.user.delete", Programs, Token, a.Serve(a.DeleteUser)},
		{post, systemUserBase + "/:party/create", "enduser.user.create", Programs, Token, a.Serve(a.CreateUser)},

		{get, requestBase + "/:requestid", "enduser.request", Programs, Token, a.Serve(a.RequestForPerson)},
		{get, requestBase + "/agent/:requestid", "enduser.agent_request", Programs, Token, a.Serve(a.AgentRequestForPerson)},
		{get, requestBase + "/:party/:requestid", "enduser.party_request", Programs, Token, a.Serve(a.RequestForParty)},
		{get, requestBase + "/agent/:party/:requestid", "enduser.party_agent_request", Programs, Token, a.Serve(a.AgentRequestForParty)},
		{post, requestBase + "/:party/:requestid/approve", "enduser.request.approve", Programs, Token, a.Serve(a.ApproveRequest)},
		{post, requestBase + "/agent/:party/:requestid/approve", "enduser.agent_request.approve", Programs, Token, a.Serve(a.ApproveAgentRequest)},
		{post, requestBase + "/:party/:requestid/reject", "enduser.request.reject", Programs, Token, a.Serve(a.RejectRequest)},
		{post, requestBase + "/agent/:party/:requestid/reject", "enduser.agent_request.reject", Programs, Token, a.Serve(a.RejectAgentRequest)},
		{post, requestBase + "/:party/:requestid/escalate", "enduser.request.escalate", Programs, Token, a.Serve(a.EscalateRequest)},
		{post, requestBase + "/agent/:party/:requestid/escalate", "enduser.agent_request.escalate", Programs, Token, a.Serve(a.EscalateAgentRequest)},
		{get, requestBase + "/:party/:orgno/pending", "enduser.requests.pending", Programs, Token, a.Serve(a.PendingRequests)},
		{get, requestBase + "/agent/:party/:orgno/pending", "enduser.agent_requests.pending", Programs, Token, a.Serve(a.PendingAgentRequests)},

		{post, portalBase + "/systemuser/request/:party/:requestid/approve", "portal.request.approve", Programs, Token, a.Serve(a.ApproveRequest)},
		{del, portalBase + "/systemuser/:party/:systemuserid", "portal.user.delete", Programs, Token, a.Serve(a.DeleteUser)},
		{get, portalBase + "/meta/info/accesspackages/search", "portal.packages", Programs, Token, a.Serve(a.SearchPackages)},
		{get, "/accessmanagement/ui/systemuser/agentrequest", "customer.agent_request.confirm", People, Open, s.web.Confirm},
	}
}
