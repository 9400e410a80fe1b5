package plan

import (
	"math"

	"rollbook/internal/roster"
)

// calendar tells what holds today, and notes until when all of that stays as it
// is: so that a night on which no term begins or ends costs no look at anybody.
type calendar struct {
	today roster.Date
	until roster.Date // the first day on which something may be otherwise
}

// never is the day until which nothing changes by itself.
const never roster.Date = math.MaxInt32

// within reports whether today lies between two days, both included. An absent
// bound does not bound.
func (c *calendar) within(start, end roster.Date) bool {
	switch {
	case c.today < start:
		c.note(start)
	case end != 0 && c.today <= end:
		c.note(end + 1) // no day of the calendar lies between
	}
	return c.today.Within(start, end)
}

// note notes a day on which something is otherwise.
func (c *calendar) note(day roster.Date) { c.until = min(c.until, day) }
