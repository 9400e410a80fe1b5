package odata

import (
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// readBody reads the body of a request, also a compressed one, up to limit
// bytes of content.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	var source io.Reader = http.MaxBytesReader(w, r.Body, limit)
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip":
		unzipped, err := gzip.NewReader(source)
		if err != nil {
			return nil, bodyError(err)
		}
		source = unzipped
	default:
		return nil, &Error{Status: http.StatusUnsupportedMediaType, Code: CodeUnsupportedMedia,
			Message: "The content encoding '" + encoding + "' is not supported; send the body plain or with gzip."}
	}
	body, err := io.ReadAll(io.LimitReader(source, limit+1))
	if err != nil {
		return nil, bodyError(err)
	}
	if int64(len(body)) > limit {
		return nil, tooLarge(limit)
	}
	return body, nil
}

func tooLarge(limit int64) error {
	return &Error{Status: http.StatusRequestEntityTooLarge, Code: CodeTooLarge, Message: "The body is larger than " + strconv.FormatInt(limit>>20, 10) + " MiB."}
}

func bodyError(err error) error {
	if too, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(too.Limit)
	}
	return BadRequest(InnerInvalidFormat, "", "The body cannot be read: %v.", err)
}

// checkJSON returns an error for a body that says it is something else.
func checkJSON(r *http.Request) error {
	content := r.Header.Get("Content-Type")
	if content == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(content)
	charset := strings.ToLower(params["charset"])
	if err == nil && media == "application/json" && (charset == "" || charset == "utf-8" || charset == "utf8") {
		return nil
	}
	return &Error{Status: http.StatusUnsupportedMediaType, Code: CodeUnsupportedMedia,
		Message: "The content type '" + content + "' is not supported; send application/json in UTF-8."}
}
