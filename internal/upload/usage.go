package upload

import (
	"io"
	"net/http"
	"sync"
)

// maxPieces is how many pieces that were not committed yet a container holds
// (Azure: a blob is made of at most 50,000 blocks).
const maxPieces = 50_000

// usage is what a container holds, also of what is just arriving. It is counted
// rather than looked up: folders of many pieces would be read for each of them,
// and requests at the same time would each be given all that is left.
type usage struct {
	assembly sync.Mutex // held while a file is put together: that takes its size on disk once more

	mu     sync.Mutex // guards what follows
	bytes  int64
	pieces int
}

// usages are those of the containers that were written to since the start.
type usages struct {
	mu    sync.Mutex
	known map[folder]*usage
}

// of returns what a container holds, which the disk says the first time.
func (u *usages) of(f folder) (*usage, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if known := u.known[f]; known != nil {
		return known, nil
	}
	bytes, pieces, err := f.size()
	if err != nil {
		return nil, err
	}
	if u.known == nil {
		u.known = map[folder]*usage{}
	}
	u.known[f] = &usage{bytes: bytes, pieces: pieces}
	return u.known[f], nil
}

func (u *usages) forget(f folder) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.known, f)
}

// add counts bytes and pieces that came, or with a minus went. It reports
// whether they fit within limit bytes, and counts them only if they do.
func (u *usage) add(bytes int64, pieces int, limit int64) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if bytes > 0 && u.bytes+bytes > limit || pieces > 0 && u.pieces+pieces > maxPieces {
		return false
	}
	u.bytes += bytes
	u.pieces += pieces
	return true
}

// meter is a writer that counts what a container takes while it arrives.
type meter struct {
	to          io.Writer
	held        *usage
	file, limit int64 // bytes of one file, and of the container
	written     int64
}

func (m *meter) Write(p []byte) (int, error) {
	if m.written+int64(len(p)) > m.file || !m.held.add(int64(len(p)), 0, m.limit) {
		return 0, errTooLarge(m.file)
	}
	m.written += int64(len(p))
	return m.to.Write(p)
}

func errTooManyPieces() error {
	return refuse(http.StatusConflict, "BlockCountExceedsLimit", "the upload holds too many pieces that were not committed: commit them, or send larger ones")
}
