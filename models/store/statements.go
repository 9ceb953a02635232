package store

import (
	"context"
	"database/sql/driver"
	"errors"
)

// What one connection keeps: more statements than the pages have, and none that
// is longer than a page's, as those are that write many rows at once. They differ
// by the number of rows, and the larger ones take much memory.
const (
	keptStatements = 256
	keptLength     = 4 << 10
)

// keeper opens connections to SQLite that keep their statements compiled.
// SQLite compiles a statement anew each time it is sent as text, which costs
// more than to run most of ours; PostgreSQL's driver keeps them by itself.
type keeper struct{ driver.Connector }

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// sqliteStmt is what its statements can do.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// Connect implements driver.Connector.
func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := c.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver has other connections than this program knows"), c.Close())
	}
	return &keptConn{sqliteConn: conn, idle: map[string]sqliteStmt{}}, nil
}

// keptConn is a connection with the statements that are not in use. One that is
// sent again while its rows are still being read is compiled for itself.
// database/sql lets nobody use a connection at the same time as another.
type keptConn struct {
	sqliteConn
	idle map[string]sqliteStmt
}

// QueryContext implements driver.QueryerContext.
func (c *keptConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, stmt.Close())
	}
	return &keptRows{Rows: rows, conn: c, query: query, stmt: stmt}, nil
}

// ExecContext implements driver.ExecerContext.
func (c *keptConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := stmt.ExecContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, stmt.Close())
	}
	return result, c.put(query, stmt)
}

// Close implements driver.Conn.
func (c *keptConn) Close() error {
	var errs []error
	for _, stmt := range c.idle {
		errs = append(errs, stmt.Close())
	}
	clear(c.idle)
	return errors.Join(append(errs, c.sqliteConn.Close())...)
}

func (c *keptConn) take(ctx context.Context, query string) (sqliteStmt, error) {
	if stmt, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return stmt, nil
	}
	stmt, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	known, ok := stmt.(sqliteStmt)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver has other statements than this program knows"), stmt.Close())
	}
	return known, nil
}

// put keeps a statement that is no longer in use, unless it is a long one; when
// there are too many, some other one goes.
func (c *keptConn) put(query string, stmt sqliteStmt) error {
	if _, ok := c.idle[query]; ok || len(query) > keptLength {
		return stmt.Close()
	}
	var err error
	if len(c.idle) >= keptStatements {
		for text, other := range c.idle {
			delete(c.idle, text)
			err = other.Close()
			break
		}
	}
	c.idle[query] = stmt
	return err
}

// keptRows gives its statement back when it is closed.
type keptRows struct {
	driver.Rows
	conn  *keptConn
	query string
	stmt  sqliteStmt
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	if err := r.Rows.Close(); err != nil {
		return errors.Join(err, r.stmt.Close())
	}
	return r.conn.put(r.query, r.stmt)
}
