package api

import (
	"strconv"

	"rollbook/internal/ledger"
	"rollbook/internal/odata"
)

// kindHosted is the kind of the directory that Rollbook hosts, and its name.
const kindHosted = "hosted"

// targets are the directories that are written to, the hosted one first. What they are
// reached with is not shown.
func (s *surface) targets() *odata.EntitySet {
	permissions := []string{planRead, planApprove, planCreate}
	list := func(r *odata.Request) ([]*odata.Object, error) {
		targets, err := s.Targets(r.Context())
		if err != nil {
			return nil, err
		}
		t := s.model.Type(typeTarget)
		all := []*odata.Object{odata.New(t).
			Set("id", odata.Text(strconv.Itoa(int(ledger.Hosted)))).
			Set("displayName", odata.Text(kindHosted)).
			Set("kind", odata.Text(kindHosted)).
			Set("flowSetIds", odata.Texts(nil))}
		for _, one := range targets {
			all = append(all, odata.New(t).
				Set("id", odata.Text(strconv.Itoa(one.Number))).
				Set("displayName", odata.Text(one.Name)).
				Set("kind", odata.Text(one.Kind)).
				Set("createdDateTime", odata.Time(one.Created)).
				Set("flowSetIds", odata.Texts(one.FlowSets)))
		}
		return all, nil
	}
	return &odata.EntitySet{
		Path: "targets", Type: s.model.Type(typeTarget), ReadAll: permissions, ReadOne: permissions, List: list,
		Get: among(list, "There is no directory '%s'."),
	}
}
