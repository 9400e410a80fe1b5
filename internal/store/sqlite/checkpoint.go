package sqlite

import "context"

// limits are how many pages of the log there must be that are not in the file
// yet before they are moved, and how many there may be before writers wait for it.
type limits struct{ move, longest int }

func ordinaryLimits() limits { return limits{move: 2048, longest: 8192} }

// checkpointer moves what writers append to the log into the file, on a
// connection of its own and beside them. They would do it themselves, and wait
// for the disk meanwhile.
type checkpointer struct {
	limits
	conn   *conn
	group  *group
	writer *conn
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // of closing the connection; read after ended
}

func newCheckpointer(l limits, c *conn, g *group, writer *conn) *checkpointer {
	return &checkpointer{limits: l, conn: c, group: g, writer: writer, ended: make(chan struct{})}
}

// start begins to move the log. It is called once.
func (k *checkpointer) start() {
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	go k.run(ctx)
}

func (k *checkpointer) run(ctx context.Context) {
	defer close(k.ended)
	for {
		select {
		case <-k.group.grown:
			// What cannot be moved now stays in the log, which holds as well. A disk
			// that fails makes the writes fail, and who wrote is told.
			_ = k.shorten(ctx)
		case <-ctx.Done():
			k.err = k.conn.close()
			return
		}
	}
}

// shorten moves what is in the log. While writers go on it never gets to the end,
// where the log begins anew; so a log that has become long is moved once more,
// what is left of it, while they wait.
func (k *checkpointer) shorten(ctx context.Context) error {
	log, moved, err := k.checkpoint(ctx, "NOOP")
	if err != nil || log-moved < k.move {
		return err
	}
	if log, _, err = k.checkpoint(ctx, "PASSIVE"); err != nil || log < k.longest {
		return err
	}
	return k.group.pause(ctx, k.writer, func() error {
		_, _, err := k.checkpoint(ctx, "PASSIVE")
		return err
	})
}

// checkpoint returns how many pages the log has, and how many of them are in
// the file.
func (k *checkpointer) checkpoint(ctx context.Context, mode string) (log, moved int, err error) {
	var busy int
	err = (&tx{conn: k.conn}).QueryRow(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &log, &moved)
	return log, moved, err
}

func (k *checkpointer) close() error {
	k.cancel()
	<-k.ended
	return k.err
}

// pause calls fn while nobody writes.
func (g *group) pause(ctx context.Context, c *conn, fn func() error) error {
	if err := g.enter(ctx, c); err != nil {
		return err
	}
	defer g.leave(c)
	g.commit(c)
	return fn()
}

// grow tells the checkpointer of a commit: of each that is part of something
// large, and of few of the others, which are small.
func (g *group) grow(durable bool) {
	g.commits++
	if durable && g.commits%commitsToTell != 0 {
		return
	}
	select {
	case g.grown <- struct{}{}:
	default: // it was told, and has not looked yet
	}
}

const commitsToTell = 100
