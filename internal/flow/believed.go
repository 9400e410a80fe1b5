package flow

import "time"

// believed is a state of the configuration that is taken for the current one
// without asking the store again.
type believed struct {
	state   *Snapshot
	changes int64 // of this Service, before the store was asked
	until   time.Time
}

// believe returns the state that may be taken for the current one, nil for none.
// A change by this Service ends belief at once, by its number and not by
// dropping what is believed: a read that began before the change may come to its
// end, and to its belief, after it.
func (s *Service) believe() *Snapshot {
	if s.Trust == 0 {
		return nil
	}
	b := s.belief.Load()
	if b == nil || b.changes != s.changes.Load() || !s.Now().Before(b.until) {
		return nil
	}
	return b.state
}

// believing notes that the state was the current one at some time after asked,
// when so many changes were made.
func (s *Service) believing(state *Snapshot, changes int64, asked time.Time) {
	if s.Trust > 0 {
		s.belief.Store(&believed{state, changes, asked.Add(s.Trust)})
	}
}
