package graph

import "rollbook/internal/odata"

// Operations returns the operations of /beta.
func Operations(c Config) ([]*odata.Operation, error) {
	services, err := newServices(c)
	if err != nil {
		return nil, err
	}
	return services[0].Operations(), nil
}

// Services returns /beta and /v1.0.
func Services(c Config) ([]*odata.Service, error) { return newServices(c) }
