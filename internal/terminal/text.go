package terminal

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text returns a value as a terminal may show it: as it is where all of it is
// printable, and otherwise in quotes, as Go writes it ("a\x1b[2Jb"). Not printable
// are control characters, marks that have no width or turn the direction of
// text, every space but the ordinary one, and bytes that are not UTF-8.
func Text(value string) string {
	if strings.ContainsFunc(value, notPrintable) || !utf8.ValidString(value) {
		return strconv.Quote(value)
	}
	return value
}

func notPrintable(r rune) bool { return !strconv.IsPrint(r) }

// Printf writes what fmt.Fprintf does, with Text of every argument that is a
// text or an error, or is written as a text.
func Printf(w io.Writer, format string, args ...any) error {
	for i := range args {
		args[i] = safe(args[i])
	}
	_, err := fmt.Fprintf(w, format, args...)
	return err
}

func safe(arg any) any {
	switch arg := arg.(type) {
	case nil:
		return arg
	case string:
		return Text(arg)
	case error:
		return Text(arg.Error())
	case fmt.Stringer:
		return Text(arg.String())
	}
	switch value := reflect.ValueOf(arg); value.Kind() {
	case reflect.String:
		return Text(value.String())
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		return arg
	default:
		return Text(fmt.Sprint(arg))
	}
}
