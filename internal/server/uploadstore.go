package server

import (
	"context"
	"errors"
	"time"

	"rollbook/internal/store"
	"rollbook/internal/upload"
)

// uploadStore lets uploads be kept in the store.
type uploadStore struct{ store.Uploads }

var _ upload.Store = uploadStore{}

func (u uploadStore) Open(ctx context.Context, c upload.Container, now time.Time, reset bool) (upload.Container, error) {
	stored, err := u.Uploads.Open(ctx, store.Upload(c), now, reset)
	return upload.Container(stored), err
}

func (u uploadStore) Get(ctx context.Context, id string) (upload.Container, error) {
	stored, err := u.Uploads.Get(ctx, id)
	return upload.Container(stored), missing(err, upload.ErrNoSession)
}

func (u uploadStore) Latest(ctx context.Context, connector string) (upload.Container, error) {
	stored, err := u.Uploads.Latest(ctx, connector)
	return upload.Container(stored), missing(err, upload.ErrNoSession)
}

func (u uploadStore) Close(ctx context.Context, check upload.Check) error {
	return missing(u.Uploads.Close(ctx, store.UploadOperation(check)), upload.ErrNoSession)
}

func (u uploadStore) Record(ctx context.Context, check upload.Check) error {
	return u.Uploads.Record(ctx, store.UploadOperation(check))
}

func (u uploadStore) Progress(ctx context.Context, check upload.Check, containerState string) error {
	return missing(u.Uploads.Progress(ctx, store.UploadOperation(check), containerState), upload.ErrNoOperation)
}

func (u uploadStore) Operation(ctx context.Context, id string) (upload.Check, error) {
	stored, err := u.Uploads.Operation(ctx, id)
	return upload.Check(stored), missing(err, upload.ErrNoOperation)
}

func (u uploadStore) Operations(ctx context.Context) ([]upload.Check, error) {
	stored, err := u.Uploads.Operations(ctx)
	var checks []upload.Check
	for _, op := range stored {
		checks = append(checks, upload.Check(op))
	}
	return checks, err
}

// missing says in the surface's words that a row is not there.
func missing(err, as error) error {
	if errors.Is(err, store.ErrNoRows) {
		return as
	}
	return err
}
