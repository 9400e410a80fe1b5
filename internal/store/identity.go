package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Client is a program that may ask for tokens, as it is stored.
type Client struct {
	ID          string
	Name        string // no two clients have one
	SecretHash  string // SHA-256 of the secret, in hexadecimal
	Permissions []string
	Created     time.Time
}

// Clients stores clients.
type Clients struct{ DB DB }

// Add stores a new client. It returns ErrUnique for a name that is taken.
func (c Clients) Add(ctx context.Context, client Client) error {
	err := c.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO client (id, name, secret_hash, permissions, created)
			VALUES ($1, $2, $3, $4, $5)`,
			client.ID, client.Name, client.SecretHash, strings.Join(client.Permissions, " "), client.Created.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("add client: %w", err)
	}
	return nil
}

// Get returns the client with an ID, or ErrNoRows.
func (c Clients) Get(ctx context.Context, id string) (Client, error) {
	var client Client
	err := c.DB.Read(ctx, func(tx Tx) error {
		var err error
		client, err = scanClient(tx.QueryRow(ctx,
			`SELECT id, name, secret_hash, permissions, created FROM client WHERE id = $1`, id))
		return err
	})
	if err != nil {
		return Client{}, fmt.Errorf("get client: %w", err)
	}
	return client, nil
}

// List returns all clients by name.
func (c Clients) List(ctx context.Context) ([]Client, error) {
	var clients []Client
	err := c.DB.Read(ctx, func(tx Tx) error {
		rows, err := tx.Query(ctx,
			`SELECT id, name, secret_hash, permissions, created FROM client ORDER BY name, id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			client, err := scanClient(rows)
			if err != nil {
				return err
			}
			clients = append(clients, client)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list clients: %w", err)
	}
	return clients, nil
}

// Remove deletes the client that has the ID, or the name, and returns its ID.
// It returns ErrNoRows where there is none.
func (c Clients) Remove(ctx context.Context, idOrName string) (string, error) {
	var id string
	err := c.DB.Write(ctx, func(tx Tx) error {
		return tx.QueryRow(ctx,
			`DELETE FROM client WHERE id = $1 OR name = $1 RETURNING id`, idOrName).Scan(&id)
	})
	if err != nil {
		return "", fmt.Errorf("remove client: %w", err)
	}
	return id, nil
}

func scanClient(row Row) (Client, error) {
	var client Client
	var permissions string
	var created int64
	err := row.Scan(&client.ID, &client.Name, &client.SecretHash, &permissions, &created)
	client.Permissions = strings.Fields(permissions)
	client.Created = time.UnixMicro(created).UTC()
	return client, err
}
