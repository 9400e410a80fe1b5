package tables

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"rollbook/internal/hosted"
)

// position is how far a reader of changes got. It goes out and comes back as a
// token.
type position struct {
	Since   int64  `json:"since"`             // the version that the reader knows, or that it began to read at
	Full    bool   `json:"full,omitzero"`     // it reads everything there is, in the order of IDs
	UpTo    int64  `json:"upTo,omitzero"`     // it reads the changes up to this version, in the order of nums
	After   string `json:"after,omitzero"`    // the ID that it got to
	AfterNo int64  `json:"afterNum,omitzero"` // the num that it got to
	Within  int64  `json:"within,omitzero"`   // the member of that group that it got to; 0 for the end
}

func (p position) token() string {
	text, err := json.Marshal(p)
	if err != nil {
		return "" // of numbers and a text: cannot be
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// positionOf reads a token as of the present version. What is no token of ours,
// or of a future that is gone, is forgotten.
func positionOf(token string, version int64) (position, error) {
	switch token {
	case "":
		return position{Since: version, Full: true}, nil
	case hosted.Latest:
		return position{Since: version, UpTo: version}, nil
	}
	var p position
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil || p.Since < 0 || p.Since > version || p.UpTo < 0 || p.UpTo > version || strings.Contains(p.After, "\x00") {
		return p, fmt.Errorf("token of changes: %w", hosted.ErrForgotten)
	}
	if !p.Full && p.UpTo == 0 {
		p.UpTo = version
	}
	return p, nil
}
