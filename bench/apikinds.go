package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
)

const (
	industryPath = "/beta/external/industryData/"
	setsPath     = industryPath + "outboundProvisioningFlowSets"

	manyFlows     = 100
	manyMembers   = 999 // of the large group: a page of users
	membersAtOnce = 20  // that one change of a group adds (Graph: members@odata.bind)
)

// patchBody moves the flow's time and changes nothing, so that no request
// leaves something behind for the next measurement.
const patchBody = `{"@odata.type":"#microsoft.graph.industryData.classGroupProvisioningFlow",` +
	`"configuration":{"additionalOptions":{"createTeam":false}}}`

// permissions are those that the measured requests and their preparation need.
func permissions() []string {
	return []string{
		"IndustryData-OutboundFlow.ReadWrite.All", "IndustryData-InboundFlow.ReadWrite.All", "IndustryData-DataConnector.Read.All",
		"IndustryData-TimePeriod.Read.All", "User.Read.All", "Group.ReadWrite.All",
	}
}

// prepareKinds makes what the measured requests are about, and returns them.
func prepareKinds(ctx context.Context, call load) ([]kind, error) {
	flow, err := classGroupFlow(ctx, call)
	if err != nil {
		return nil, err
	}
	if err := makeFlows(ctx, call); err != nil {
		return nil, err
	}
	group, err := makeLargeGroup(ctx, call)
	if err != nil {
		return nil, err
	}
	return []kind{
		{name: "GET a flow", method: http.MethodGet, path: flow, budget: getBudget},
		{name: fmt.Sprintf("GET %d flows", manyFlows), method: http.MethodGet, path: fmt.Sprintf("%sinboundFlows?$top=%d", industryPath, manyFlows)},
		{name: "PATCH a flow", method: http.MethodPatch, path: flow, body: patchBody},
		{name: "GET 100 groups", method: http.MethodGet, path: "/v1.0/groups?$top=100"},
		{name: "GET 100 of many members", method: http.MethodGet, path: "/v1.0/groups/" + group + "/members?$top=100"},
	}, nil
}

// entity is what is looked at of an answer.
type entity struct {
	Type          string  `json:"@odata.type"`
	ID            string  `json:"id"`
	DataConnector *entity `json:"dataConnector"`
	Year          *entity `json:"year"`
}

// list returns the entities of a collection, of its first page.
func (l load) list(ctx context.Context, path string) ([]entity, error) {
	l.method, l.url = http.MethodGet, l.url+path
	body, err := l.once(ctx)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Value []entity `json:"value"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	return answer.Value, nil
}

// send sends a body, and returns the ID of what is answered, if anything is.
func (l load) send(ctx context.Context, method, path string, body any) (string, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	l.method, l.url, l.body = method, l.url+path, string(text)
	answer, err := l.once(ctx)
	if err != nil || len(answer) == 0 {
		return "", err
	}
	var made entity
	err = json.Unmarshal(answer, &made)
	return made.ID, err
}

// classGroupFlow returns the path of the first class group flow.
func classGroupFlow(ctx context.Context, call load) (string, error) {
	sets, err := call.list(ctx, setsPath)
	if err != nil {
		return "", err
	}
	for _, set := range sets {
		path := setsPath + "/" + set.ID + "/provisioningFlows"
		flows, err := call.list(ctx, path)
		if err != nil {
			return "", err
		}
		for _, flow := range flows {
			if strings.HasSuffix(flow.Type, ".classGroupProvisioningFlow") {
				return path + "/" + flow.ID, nil
			}
		}
	}
	return "", errors.New("no class group flow: sync makes one on first use")
}

// makeFlows makes inbound flows like the first one until there are many.
func makeFlows(ctx context.Context, call load) error {
	flows, err := call.list(ctx, industryPath+"inboundFlows?$expand=dataConnector,year")
	if err != nil {
		return err
	}
	if len(flows) == 0 || flows[0].DataConnector == nil || flows[0].Year == nil {
		return errors.New("no inbound flow: sync makes one on first use")
	}
	for i := len(flows); i < manyFlows; i++ {
		_, err := call.send(ctx, http.MethodPost, industryPath+"inboundFlows", map[string]string{
			"@odata.type": "#microsoft.graph.industryData.inboundFileFlow", "displayName": fmt.Sprintf("Flow %d", i),
			"dataDomain": "educationRostering", "effectiveDateTime": "2020-01-01T00:00:00Z",
			"dataConnector@odata.bind": industryPath + "dataConnectors/" + flows[0].DataConnector.ID,
			"year@odata.bind":          industryPath + "years/" + flows[0].Year.ID,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// makeLargeGroup makes a group of many members, and returns its ID.
func makeLargeGroup(ctx context.Context, call load) (string, error) {
	users, err := call.list(ctx, fmt.Sprintf("/v1.0/users?$select=id&$top=%d", manyMembers))
	if err != nil {
		return "", err
	}
	id, err := call.send(ctx, http.MethodPost, "/v1.0/groups", map[string]any{
		"displayName": "Everybody", "mailNickname": "bench-everybody", "mailEnabled": false, "securityEnabled": true,
	})
	if err != nil {
		return "", err
	}
	for len(users) > 0 {
		n := min(membersAtOnce, len(users))
		bound := make([]string, n)
		for i, user := range users[:n] {
			bound[i] = "/v1.0/directoryObjects/" + user.ID
		}
		if _, err := call.send(ctx, http.MethodPatch, "/v1.0/groups/"+id, map[string]any{"members@odata.bind": bound}); err != nil {
			return "", err
		}
		users = users[n:]
	}
	return id, nil
}
