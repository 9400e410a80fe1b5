package server

import (
	"context"
	"errors"

	"rollbook/internal/identity"
	"rollbook/internal/store"
)

// clientStore lets identity keep its clients in the store.
type clientStore struct{ store.Clients }

var _ identity.ClientStore = clientStore{}

func (c clientStore) Add(ctx context.Context, client identity.StoredClient) error {
	err := c.Clients.Add(ctx, store.Client(client))
	if errors.Is(err, store.ErrUnique) {
		return identity.ErrClientExists
	}
	return err
}

func (c clientStore) Get(ctx context.Context, id string) (identity.StoredClient, error) {
	client, err := c.Clients.Get(ctx, id)
	return identity.StoredClient(client), missing(err, identity.ErrUnknownClient)
}

func (c clientStore) List(ctx context.Context) ([]identity.StoredClient, error) {
	stored, err := c.Clients.List(ctx)
	var clients []identity.StoredClient
	for _, client := range stored {
		clients = append(clients, identity.StoredClient(client))
	}
	return clients, err
}

func (c clientStore) Remove(ctx context.Context, idOrName string) (string, error) {
	id, err := c.Clients.Remove(ctx, idOrName)
	return id, missing(err, identity.ErrUnknownClient)
}
