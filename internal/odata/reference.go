package odata

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
)

// references lists the addresses of the entities instead of what they are
// (OData JSON 4.01 section 14).
func (e *EntitySet) references(r *Request) (Answer, error) {
	if len(r.Options.Select) > 0 || len(r.Options.Expand) > 0 {
		return Answer{}, BadRequest(InnerInvalidQuery, "$ref", "A list of references takes neither $select nor $expand.")
	}
	page, err := e.page(r)
	return Answer{Applied: r.applied, Page: &page, Context: "Collection($ref)", references: e.References}, err
}

// appendReference appends the address of an entity of a set.
func (e *Encoder) appendReference(dst []byte, o *Object, set string) []byte {
	dst = append(dst, `{"@odata.id":`...)
	return append(appendText(dst, e.links+set+"/"+url.PathEscape(o.Get("id").Text())), '}')
}

// removesReference reports whether the operation takes away a reference that the
// query names (OData 4.01 Protocol section 11.4.6.2).
func (op *Operation) removesReference() bool {
	return op.Method == http.MethodDelete && strings.HasSuffix(op.Path, "/$ref") && !strings.HasSuffix(op.Path, "}/$ref")
}

// Removed returns the key of the entity of the type that a DELETE of $ref names:
// by $id, which some clients write @id, or by the key {id} of the path.
func (r *Request) Removed(t *Type) (string, error) {
	if key := r.Param("id"); key != "" {
		return key, nil
	}
	alias, _ := r.Options.Arg("@id")
	bare, _ := r.Options.Arg("id")
	address := cmp.Or(r.Options.ID, alias, bare)
	if address == "" {
		return "", BadRequest(InnerRequired, "$id", "The query option $id is required: the address of what is to be removed.")
	}
	return r.Model().referred(t, address, "$id")
}
