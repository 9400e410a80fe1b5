package odata

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// The bounds of a payload. They are far above what any client sends.
const (
	maxDepth  = 32
	maxString = 64 << 10 // bytes
	maxBody   = 1 << 20  // bytes, after decompression
	maxValues = 20_000   // values and members together
)

// node is a JSON value that has not met its type yet.
type node struct {
	kind    jsontext.Kind // 'n', 't', 'f', '"', '0', '{', '['
	offset  int64
	text    string // of a string or number
	members []namedNode
	items   []node
}

type namedNode struct {
	name string
	node
}

// jsonReader reads JSON into nodes and keeps the bounds.
type jsonReader struct {
	tokens *jsontext.Decoder
	size   int
	values int
}

// parseJSON reads one JSON value and nothing after it.
func parseJSON(body []byte) (node, error) {
	r := &jsonReader{tokens: jsontext.NewDecoder(bytes.NewReader(body)), size: len(body)}
	n, err := r.value(0)
	if err != nil {
		return node{}, err
	}
	if _, err := r.tokens.ReadToken(); err == nil {
		return node{}, BadRequest(InnerInvalidJSON, "", "There is more after the end of the JSON value, at byte %d.", r.tokens.InputOffset())
	} else if !errors.Is(err, io.EOF) {
		return node{}, r.malformed(err)
	}
	return n, nil
}

func (r *jsonReader) value(depth int) (node, error) {
	if r.values++; r.values > maxValues {
		return node{}, BadRequest(InnerInvalidJSON, "", "The body has more than %d values.", maxValues)
	}
	token, err := r.tokens.ReadToken()
	if err != nil {
		return node{}, r.malformed(err)
	}
	n := node{kind: token.Kind(), offset: r.tokens.InputOffset()}
	switch n.kind {
	case '{', '[':
		if depth >= maxDepth {
			return node{}, BadRequest(InnerInvalidJSON, "", "The body is nested more than %d levels deep, at byte %d.", maxDepth, n.offset)
		}
		if n.kind == '{' {
			n.members, err = r.objectMembers(depth + 1)
		} else {
			n.items, err = r.arrayItems(depth + 1)
		}
	case '"', '0':
		n.text, err = r.text(token)
	default: // no other token begins what is looked for
	}
	return n, err
}

func (r *jsonReader) text(token jsontext.Token) (string, error) {
	s := token.String()
	if len(s) > maxString {
		return "", BadRequest(InnerInvalidJSON, "", "A value is longer than %d bytes, at byte %d.", maxString, r.tokens.InputOffset())
	}
	if !isText(s) {
		return "", BadRequest(InnerInvalidJSON, "", "A value has a NUL in it, at byte %d.", r.tokens.InputOffset())
	}
	return s, nil
}

func (r *jsonReader) arrayItems(depth int) ([]node, error) {
	items := []node{}
	for r.tokens.PeekKind() != ']' {
		item, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := r.tokens.ReadToken()
	return items, err
}

// objectMembers reads the members of an object. Names that differ in letter
// case only are one name.
func (r *jsonReader) objectMembers(depth int) ([]namedNode, error) {
	var members []namedNode
	seen := map[string]bool{}
	for r.tokens.PeekKind() != '}' {
		token, err := r.tokens.ReadToken()
		if err != nil {
			return nil, r.malformed(err)
		}
		name, err := r.text(token)
		if err != nil {
			return nil, err
		}
		lower := strings.ToLower(name)
		if seen[lower] {
			return nil, BadRequest(InnerInvalidJSON, name, "The member '%s' occurs twice, at byte %d.", name, r.tokens.InputOffset())
		}
		seen[lower] = true
		value, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		members = append(members, namedNode{name, value})
	}
	_, err := r.tokens.ReadToken()
	return members, err
}

// malformed says where the text stops being JSON and why.
func (r *jsonReader) malformed(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return BadRequest(InnerInvalidJSON, "", "The body is not complete JSON: it ends at byte %d.", r.size)
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return BadRequest(InnerInvalidJSON, "", "A member occurs twice, at byte %d.", syntax.ByteOffset)
		}
		return BadRequest(InnerInvalidJSON, "", "The body is not JSON: %v, at byte %d.", syntax.Err, syntax.ByteOffset)
	}
	return BadRequest(InnerInvalidJSON, "", "The body is not JSON, at byte %d.", r.tokens.InputOffset())
}

// describe names what a node is, for messages.
func (n node) describe() string {
	switch n.kind {
	case 'n':
		return "null"
	case 't', 'f':
		return "a Boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '[':
		return "an array"
	default: // the value is a plain one
	}
	return "an object"
}
