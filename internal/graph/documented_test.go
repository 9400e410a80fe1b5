package graph_test

import (
	"strings"
	"testing"
)

// The members of the documented bodies, each with a value of its kind.
func TestDocumentedBodies(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	for _, test := range []struct {
		path, body string
		status     int
		told       map[string]any // by $select, or by the answer where it is there anyway
	}{
		{"education/users", `{"displayName":"Mira Lund","givenName":"Mira","middleName":null,"surname":"Lund","mail":"mira.lund@harbor.example",
			"mobilePhone":"+46 8 123","createdBy":{"user":{"displayName":"Office","id":"7"}},"externalSource":"sis","primaryRole":"student",
			"mailingAddress":{"city":"Harbor","countryOrRegion":"Sweden","postalCode":"10005","state":"H","street":"1 Quay"},
			"residenceAddress":{"city":"Hill","countryOrRegion":"Sweden","postalCode":"10006","state":"H","street":"2 Lane"}}`, 201, map[string]any{
			"userPrincipalName": "mira.lund@harbor.example", "mailNickname": "mira.lund", "accountEnabled": true, "externalSource": "sis",
			"mailingAddress/city": "Harbor", "residenceAddress/street": "2 Lane", "createdBy": nil,
		}},
		{"education/users", `{"displayName":"Nobody"}`, 400, nil},
		{"education/classes", `{"description":"Health","classCode":"H5","displayName":"Health 5","externalId":"11019","externalName":"Health 5","externalSource":"sis",
			"mailNickname":"health5","createdBy":{"user":{"id":"7"}},"grade":"05","course":{"subject":"Health","externalId":"c-1"},"term":{"displayName":"Autumn"}}`, 201, map[string]any{
			"externalId": "11019", "course/subject": "Health", "createdBy": nil,
		}},
		{"education/schools", `{"displayName":"Fabrikam","description":"A school","externalSource":"sis","principalEmail":"amy@harbor.example","principalName":"Amy",
			"externalPrincipalId":"14007","highestGrade":"12","lowestGrade":"9","schoolNumber":"10002","address":{"city":"Los Angeles","street":"1 Main"},
			"createdBy":{"user":{"id":"7"}},"externalId":"10002","phone":"1","fax":"2"}`, 201, map[string]any{"address/city": "Los Angeles", "phone": "1"}},
		{"directory/administrativeUnits", `{"displayName":"West","description":"The west","membershipType":"Assigned","visibility":"HiddenMembership"}`, 201, map[string]any{"visibility": "HiddenMembership"}},
		{"directory/administrativeUnits", `{"displayName":"East","membershipType":"Dynamic","membershipRule":"(user.country -eq \"US\")","membershipRuleProcessingState":"On"}`, 400, nil},
		{"groups", `{"description":"Self help","displayName":"Library","groupTypes":["Unified"],"mailEnabled":true,"mailNickname":"library","securityEnabled":false,
			"resourceBehaviorOptions":["WelcomeEmailDisabled"],"creationOptions":[],"isAssignableToRole":false}`, 201, map[string]any{"resourceBehaviorOptions/0": "WelcomeEmailDisabled"}},
		{"groups", `{"displayName":"Roles","mailEnabled":false,"mailNickname":"roles","securityEnabled":true,"isAssignableToRole":true}`, 400, nil},
		{"users", `{"accountEnabled":true,"city":"Seattle","country":"United States","department":"Sales","displayName":"Melissa","givenName":"Melissa","jobTitle":"Director",
			"mailNickname":"MelissaD","passwordPolicies":"DisablePasswordExpiration","passwordProfile":{"password":"Secret-1","forceChangePasswordNextSignIn":false},
			"officeLocation":"131/1105","postalCode":"98052","preferredLanguage":"en-US","state":"WA","streetAddress":"9256 Towne Center","surname":"Darrow",
			"mobilePhone":"+1 206 555 0110","usageLocation":"US","userPrincipalName":"MelissaD@harbor.example","businessPhones":["+1 425"]}`, 201, map[string]any{
			"city": "Seattle", "businessPhones/0": "+1 425", "passwordPolicies": "DisablePasswordExpiration",
		}},
	} {
		a := w.call("POST", v1+test.path, test.body)
		if a.status != test.status {
			t.Errorf("%s: %d %s", test.path, a.status, a.text)
			continue
		}
		if a.status != 201 {
			continue
		}
		for name, want := range test.told {
			outer := firstOf(name)
			if got := w.must(200, "GET", v1+test.path+"/"+a.id()+"?$select="+outer, "").member(name); got != want {
				t.Errorf("%s: %s is %v, want %v", test.path, name, got, want)
			}
		}
	}
}

// firstOf returns the member that a path begins with.
func firstOf(path string) string {
	outer, _, _ := strings.Cut(path, "/")
	return outer
}
