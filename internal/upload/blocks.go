package upload

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// maxBlockList bounds the body that lists blocks, in bytes, and maxBlockID a
// block's identifier before it was encoded (Azure: Put Block).
const (
	maxBlockList = 8 << 20
	maxBlockID   = 64
)

// chunkNamed names the piece that a block is kept as. No identifier leads
// elsewhere, and it can be told from the name.
func chunkNamed(blockID string) (string, error) {
	id, err := base64.StdEncoding.DecodeString(blockID)
	if err != nil || len(id) == 0 || len(id) > maxBlockID {
		return "", refuse(http.StatusBadRequest, "InvalidQueryParameterValue",
			fmt.Sprintf("blockid must be base64 of 1 to %d bytes", maxBlockID))
	}
	return blockPrefix + hex.EncodeToString(id), nil
}

func (s *Service) putBlock(r request) error {
	piece, err := chunkNamed(r.query.Get("blockid"))
	if err != nil {
		return err
	}
	return s.keep(r, piece)
}

func (s *Service) putBlockList(r request) error {
	ids, err := readBlockList(io.LimitReader(r.Body, maxBlockList))
	if err != nil {
		return err
	}
	return s.commit(r, func() ([]string, error) {
		pieces := make([]string, len(ids))
		for i, id := range ids {
			piece, err := chunkNamed(id)
			path := filepath.Join(r.folder.drafts(r.file), piece)
			if _, missing := os.Stat(path); err != nil || missing != nil {
				return nil, refuse(http.StatusBadRequest, "InvalidBlockList", fmt.Sprintf("the block %q was not sent", shortened(id)))
			}
			pieces[i] = path
		}
		return pieces, nil
	})
}

// readBlockList returns the identifiers in the order of the list. Whether it
// calls a block latest, committed or uncommitted is all the same: there is one.
func readBlockList(body io.Reader) ([]string, error) {
	var list struct {
		Blocks []struct {
			ID string `xml:",chardata"`
		} `xml:",any"`
	}
	if err := xml.NewDecoder(body).Decode(&list); err != nil {
		return nil, refuse(http.StatusBadRequest, "InvalidXmlDocument", "the list of blocks cannot be read as XML")
	}
	if len(list.Blocks) > maxPieces {
		return nil, refuse(http.StatusBadRequest, "BlockListTooLong", fmt.Sprintf("a file is made of at most %d blocks", maxPieces))
	}
	ids := make([]string, len(list.Blocks))
	for i, block := range list.Blocks {
		ids[i] = strings.TrimSpace(block.ID)
	}
	return ids, nil
}

// shortened keeps what somebody sent from filling an answer.
func shortened(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}

// blockList is the answer to Get Block List.
type blockList struct {
	XMLName     xml.Name `xml:"BlockList"`
	Committed   *blocks  `xml:"CommittedBlocks"`
	Uncommitted *blocks  `xml:"UncommittedBlocks"`
}

type blocks struct {
	Block []block
}

type block struct {
	Name string
	Size int64
}

// serveBlockList lists the blocks that wait to be committed. Of a file that was
// committed it is not kept which blocks it came in.
func serveBlockList(w http.ResponseWriter, r request) error {
	var list blockList
	which := strings.ToLower(r.query.Get("blocklisttype"))
	if which != "uncommitted" {
		list.Committed = &blocks{}
	}
	if which == "uncommitted" || which == "all" {
		waiting, err := r.folder.blocks(r.file)
		if err != nil {
			return err
		}
		list.Uncommitted = &blocks{Block: waiting}
	}
	if info, err := os.Stat(r.folder.file(r.file)); err == nil {
		describe(w, info)
		w.Header().Set("x-ms-blob-content-length", fmt.Sprint(info.Size()))
	} else if list.Uncommitted == nil || len(list.Uncommitted.Block) == 0 {
		return r.notFound()
	}
	return writeXML(w, list)
}

func (f folder) blocks(name string) ([]block, error) {
	entries, err := os.ReadDir(f.drafts(name))
	if err != nil {
		return nil, ignoreMissing(err)
	}
	var waiting []block
	for _, entry := range entries {
		encoded, isBlock := strings.CutPrefix(entry.Name(), blockPrefix)
		id, err := hex.DecodeString(encoded)
		info, gone := entry.Info()
		if isBlock && err == nil && gone == nil {
			waiting = append(waiting, block{base64.StdEncoding.EncodeToString(id), info.Size()})
		}
	}
	return waiting, nil
}
