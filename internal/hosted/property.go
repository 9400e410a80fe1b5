package hosted

import "fmt"

func textOf(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

func setBool(target *bool, property, text string) error {
	if text != "true" && text != "false" {
		return fmt.Errorf("%s is %q, and must be true or false: %w", property, text, ErrInvalid)
	}
	*target = text == "true"
	return nil
}

func setAttribute(attributes *map[string]string, name string, value *string) {
	if value == nil {
		delete(*attributes, name)
		return
	}
	if *attributes == nil {
		*attributes = make(map[string]string)
	}
	(*attributes)[name] = *value
}
