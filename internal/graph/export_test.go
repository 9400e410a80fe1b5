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
