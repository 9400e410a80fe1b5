package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
)

var errNull = errors.New("NULL needs a pointer to a pointer to scan into")

func scan(values []driver.Value, dest []any) error {
	if len(values) != len(dest) {
		return fmt.Errorf("scan: %d columns into %d values", len(values), len(dest))
	}
	for i, value := range values {
		if err := assign(dest[i], value); err != nil {
			return fmt.Errorf("scan column %d: %w", i+1, err)
		}
	}
	return nil
}

// assign stores a value of the driver where dest points to. The types that the
// program scans by the million have no reflection.
func assign(dest any, value driver.Value) error {
	switch dest := dest.(type) {
	case *string:
		if text, ok := value.(string); ok {
			*dest = text
			return nil
		}
	case *int64:
		if number, ok := value.(int64); ok {
			*dest = number
			return nil
		}
	case *int:
		if number, ok := value.(int64); ok {
			*dest = int(number)
			return nil
		}
	case *bool:
		if number, ok := value.(int64); ok {
			*dest = number != 0
			return nil
		}
	case **string:
		if text, ok := value.(string); ok {
			*dest = &text
			return nil
		}
	case *[]byte:
		return assignBytes(dest, value)
	case *any:
		*dest = value
		return nil
	case sql.Scanner:
		return dest.Scan(value)
	}
	return assignOther(reflect.ValueOf(dest), value)
}

// assignBytes tells an empty blob, for which the driver has a nil slice, from
// NULL.
func assignBytes(dest *[]byte, value driver.Value) error {
	switch value := value.(type) {
	case nil:
		*dest = nil
	case []byte:
		if *dest = value; value == nil {
			*dest = []byte{}
		}
	case string:
		*dest = []byte(value)
	default:
		return fmt.Errorf("%T does not fit into []byte", value)
	}
	return nil
}

// assignOther stores into pointers to pointers, for what may be NULL, and into
// types of the program's own that are strings, numbers or booleans.
func assignOther(dest reflect.Value, value driver.Value) error {
	if dest.Kind() != reflect.Pointer || dest.IsNil() {
		return fmt.Errorf("%s is no pointer to scan into", dest.Type())
	}
	target := dest.Elem()
	if target.Kind() == reflect.Pointer {
		if value == nil {
			target.SetZero()
			return nil
		}
		target.Set(reflect.New(target.Type().Elem()))
		return assign(target.Interface(), value)
	}
	switch value := value.(type) {
	case nil:
		return errNull
	case string:
		if target.Kind() == reflect.String {
			target.SetString(value)
			return nil
		}
	case int64:
		return assignNumber(target, value)
	case float64:
		if target.CanFloat() {
			target.SetFloat(value)
			return nil
		}
	}
	return fmt.Errorf("%T does not fit into %s", value, target.Type())
}

func assignNumber(target reflect.Value, number int64) error {
	switch {
	case target.CanInt() && !target.OverflowInt(number):
		target.SetInt(number)
	case target.CanUint() && number >= 0 && !target.OverflowUint(uint64(number)):
		target.SetUint(uint64(number))
	case target.Kind() == reflect.Bool:
		target.SetBool(number != 0)
	default:
		return fmt.Errorf("%d does not fit into %s", number, target.Type())
	}
	return nil
}
