package server

import (
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
)

const requestIDHeader = "request-id"

// answer watches what is answered, for the log and for a panic, and limits the
// time that the client may take to receive it.
type answer struct {
	http.ResponseWriter
	control *http.ResponseController
	status  int // 0 until it is written
	bytes   int64
}

func newAnswer(w http.ResponseWriter) *answer {
	return &answer{ResponseWriter: w, control: http.NewResponseController(w)}
}

func (a *answer) WriteHeader(status int) {
	if status >= 200 && a.status == 0 {
		a.status = status
	}
	a.hurry()
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.hurry()
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

func (a *answer) hurry() { _ = a.control.SetWriteDeadline(time.Now().Add(answerGrace)) }

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// graphError is the form of every error of the Graph API.
type graphError struct {
	Error graphErrorBody `json:"error"`
}

type graphErrorBody struct {
	Code    string     `json:"code"`
	Message string     `json:"message"`
	Inner   innerError `json:"innerError"`
}

type innerError struct {
	Date            string `json:"date"`
	RequestID       string `json:"request-id"`
	ClientRequestID string `json:"client-request-id"`
}

// writeError answers with an error for which no surface is reached.
func writeError(w http.ResponseWriter, r *http.Request, now time.Time, status int, code, message string) {
	id := w.Header().Get(requestIDHeader)
	clientID := r.Header.Get("client-request-id")
	if clientID == "" || len(clientID) > 100 {
		clientID = id
	}
	body, err := json.Marshal(graphError{graphErrorBody{code, message,
		innerError{now.UTC().Format("2006-01-02T15:04:05"), id, clientID}}})
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("client-request-id", clientID)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
