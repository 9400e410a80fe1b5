package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// SQLite takes at most 32,766 parameters in a statement. Beyond some hundred
// rows a statement nothing is gained.
const (
	maxParameters = 32_000
	maxCopyRows   = 200
)

// CopyIn inserts many rows a statement.
func (t *tx) CopyIn(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (int64, error) {
	chunk := &chunk{tx: t, table: table, columns: columns}
	chunk.full = max(1, min(maxCopyRows, maxParameters/len(columns)))
	for row := range rows {
		if err := chunk.add(ctx, row); err != nil {
			return 0, t.fail(fmt.Errorf("copy into %s: %w", table, err))
		}
	}
	if err := chunk.finish(ctx); err != nil {
		return 0, t.fail(fmt.Errorf("copy into %s: %w", table, err))
	}
	t.changed += chunk.count
	return chunk.count, nil
}

// chunk collects rows until they fill a statement.
type chunk struct {
	tx      *tx
	table   string
	columns []string
	full    int // rows of a full statement
	sql     string
	values  []driver.NamedValue
	count   int64
}

func (c *chunk) add(ctx context.Context, row []any) error {
	if len(row) != len(c.columns) {
		return fmt.Errorf("row %d has %d values for %d columns", c.count+1, len(row), len(c.columns))
	}
	for _, arg := range row {
		value, err := driverValue(arg)
		if err != nil {
			return fmt.Errorf("row %d: %w", c.count+1, err)
		}
		c.values = append(c.values, driver.NamedValue{Ordinal: len(c.values) + 1, Value: value})
	}
	c.count++
	if len(c.values) < c.full*len(c.columns) {
		return nil
	}
	if c.sql == "" {
		c.sql = c.insert(c.full)
	}
	return c.exec(ctx, c.sql, c.full)
}

// finish writes what is left in statements of a few sizes, so that they are
// prepared once and not anew for every remainder.
func (c *chunk) finish(ctx context.Context) error {
	for _, size := range []int{64, 8, 1} {
		sql := ""
		for len(c.values) >= size*len(c.columns) {
			if sql == "" {
				sql = c.insert(size)
			}
			if err := c.exec(ctx, sql, size); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *chunk) exec(ctx context.Context, sql string, rows int) error {
	statement, err := c.tx.begin(ctx, sql)
	if err != nil {
		return err
	}
	size := rows * len(c.columns)
	if _, err := statement.ExecContext(context.Background(), c.values[:size]); err != nil {
		return c.tx.conn.translate(err)
	}
	c.values = slices.Delete(c.values, 0, size)
	for i := range c.values {
		c.values[i].Ordinal = i + 1
	}
	return nil
}

// insert returns the statement for so many rows. Its parameters have no
// numbers: the driver finds those faster.
func (c *chunk) insert(rows int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(c.columns)), ",") + ")"
	all := strings.TrimSuffix(strings.Repeat(row+",", rows), ",")
	return "INSERT INTO " + c.table + " (" + strings.Join(c.columns, ", ") + ") VALUES " + all
}
