package server

import (
	"io"
	"net/http"
	"time"
)

const (
	// A body may take bodyGrace, and a second more for every bodyRate bytes of
	// it: uploads of any size get through on slow lines, and whoever sends a
	// byte now and then does not hold a connection.
	bodyGrace = 30 * time.Second
	bodyRate  = 8 << 10

	// answerGrace is how long the client may take for one piece of an answer.
	answerGrace = time.Minute
)

// pacedBody is a request's body that must arrive in time.
type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	begun   time.Time
	read    int64
}

// paceBody limits the time that r's body takes. The deadline is a real time,
// and not the injected one, as the network's is.
func paceBody(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	body := &pacedBody{ReadCloser: r.Body, control: control, begun: time.Now()}
	body.extend()
	r.Body = body
}

func (b *pacedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if err == nil {
		// Past the end, a deadline would be that of the whole request: the
		// library takes it back there, and reads on to see the client go away.
		b.extend()
	}
	return n, err
}

func (b *pacedBody) extend() {
	allowed := bodyGrace + time.Duration(b.read/bodyRate)*time.Second
	_ = b.control.SetReadDeadline(b.begun.Add(allowed))
}
