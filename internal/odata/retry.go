package odata

import (
	"crypto/sha256"
	"io"
	"net/http"
	"sync"
	"time"
)

// The bounds of what is remembered of requests that may come again.
const (
	retryWindow  = 10 * time.Minute
	maxRetries   = 1000
	maxRetryBody = 16 << 20 // bytes of bodies, after which the answers to them are about as large
)

// retryKey tells requests apart: two with one key are the same request, sent
// twice.
type retryKey [sha256.Size]byte

// retries remembers the answers to the latest requests that make or start
// something, so that who sends one again does not do it again. They are those of
// this process.
type retries struct {
	mu    sync.Mutex
	known map[retryKey]*retried
	queue []*retried // the oldest first
	size  int        // of their bodies, in bytes
}

// retried is a request that may come again.
type retried struct {
	key     retryKey
	size    int
	expires time.Time
	done    chan struct{} // closed when it has its answer, or has failed
	kept    bool          // it has its answer; read after done
	answer  Answer
}

// once does what a request asks for unless it was done already for the same
// request, as a client sends it that did not get the answer. One that failed is
// done again.
func (s *Service) once(r *Request) (Answer, error) {
	id := r.retryID()
	r.begin()
	if r.HTTP.Method != http.MethodPost || id == "" || r.operation.Path == batchPath {
		return r.operation.Handle(r)
	}
	body, err := r.content()
	if err != nil {
		return Answer{}, err
	}
	key := r.retryKey(id, body)
	for {
		first, own := s.retries.begin(key, len(body), s.Now())
		if own {
			return s.retries.do(first, r)
		}
		select {
		case <-first.done:
			if first.kept {
				r.repeated = true
				return first.answer, nil
			}
		case <-r.Context().Done():
			return Answer{}, &Error{Status: http.StatusServiceUnavailable, Code: "serviceNotAvailable", Message: "The request was given up."}
		}
	}
}

// retryID returns what the client calls the request; "" where it says nothing.
func (r *Request) retryID() string {
	id := r.HTTP.Header.Get("client-request-id")
	if id == "" && r.batch != nil {
		if id = r.batch.HTTP.Header.Get("client-request-id"); id != "" {
			return id + "\n" + r.batched
		}
	}
	return id
}

// retryKey returns the key of a request: who sends it, what it is called, where
// it goes and what it says.
func (r *Request) retryKey(id string, body []byte) retryKey {
	h := sha256.New()
	caller, _ := r.caller.Identity()
	for _, part := range []string{caller, id, r.HTTP.URL.RequestURI()} {
		_, _ = io.WriteString(h, part)
		_, _ = h.Write([]byte{0})
	}
	_, _ = h.Write(body)
	return retryKey(h.Sum(nil))
}

// begin returns the request of the key, and whether the caller is the first to
// send it and has to do it.
func (m *retries) begin(key retryKey, size int, now time.Time) (*retried, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.queue) > 0 && (!m.queue[0].expires.After(now) || len(m.queue) >= maxRetries || m.size > maxRetryBody) {
		m.forget(m.queue[0])
	}
	if known := m.known[key]; known != nil {
		return known, false
	}
	if m.known == nil {
		m.known = map[retryKey]*retried{}
	}
	made := &retried{key: key, size: size, expires: now.Add(retryWindow), done: make(chan struct{})}
	m.known[key] = made
	m.queue = append(m.queue, made)
	m.size += size
	return made, true
}

// do does the request and keeps its answer.
func (m *retries) do(own *retried, r *Request) (answer Answer, err error) {
	defer func() {
		if !own.kept {
			m.mu.Lock()
			m.forget(own)
			m.mu.Unlock()
		}
		close(own.done)
	}()
	if answer, err = r.operation.Handle(r); err == nil {
		own.answer, own.kept = answer, true
	}
	return answer, err
}

// forget drops a request, if that was not done yet.
func (m *retries) forget(old *retried) {
	if m.known[old.key] != old {
		return
	}
	delete(m.known, old.key)
	for i, queued := range m.queue {
		if queued == old {
			m.queue = append(m.queue[:i], m.queue[i+1:]...)
			break
		}
	}
	m.size -= old.size
}
