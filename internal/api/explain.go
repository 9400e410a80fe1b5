package api

import (
	"rollbook/internal/odata"
)

// explain answers why a person has an account, or is in the group of a class, or why not.
func (s *surface) explain(r *odata.Request) (odata.Answer, error) {
	person, class := r.Arg("personId"), r.Arg("classId")
	if person == "" {
		return odata.Answer{}, odata.BadRequest(odata.InnerInvalidQuery, "personId", "Say of whom: ?personId=, and perhaps &classId=.")
	}
	r.Asked(odata.New(s.model.Type(typeQuestion)).Set("personId", odata.Text(person)).Set("classId", odata.Text(class)))
	e, err := s.Explain(r.Context(), person, class)
	if err != nil {
		return odata.Answer{}, err
	}
	t := s.model.Type(typeExplanation)
	o, err := odata.New(t).Set("answer", odata.Bool(e.Yes)).SetJSON(map[string]any{"stages": e.Stages})
	return odata.Answer{Object: o, Declared: t}, err
}
