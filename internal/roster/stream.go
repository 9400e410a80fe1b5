package roster

// Stream names what one inbound flow says of a source system. A feed is a
// complete statement of its stream, and of no other: the roster of a source
// system is the union of its streams.
type Stream struct {
	Source int    // the source system's number
	Flow   string // the inbound flow's ID
}
