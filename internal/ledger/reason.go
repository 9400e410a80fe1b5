package ledger

import "fmt"

// Sentence says in words why a change is made, for a code of Because.
func Sentence(code string) string {
	switch code {
	case BecausePresent:
		return "it is in the roster, and not in the directory"
	case BecauseRelinked:
		return "the record replaces one that is gone, with the same names and user name"
	case BecauseMatched:
		return "the account was found, and is managed from now on"
	case BecauseRosterSays:
		return "the roster or the configuration says so"
	case BecauseEnrolled:
		return "there is an enrollment"
	case BecauseFound:
		return "somebody had made it so already"
	case BecauseNotEnrolled:
		return "there is no such enrollment any more"
	case BecauseWithoutRole:
		return "the person has no role any more"
	case BecauseClassIsOver:
		return "the class was over"
	case BecauseUndone:
		return "a rollback takes it back"
	case BecauseLetGo:
		return "a rollback takes it back: it was there before, and is not managed any more"
	}
	return code
}

// Sentence says in words why something that a run did is not taken back.
func (w InTheWay) Sentence() string {
	switch w.Code {
	case LaterRun:
		return fmt.Sprintf("run %s changed it since", w.Run)
	case Elsewhere:
		return "something else that the same run did, and that stays, needs it"
	case ByHand:
		return "another hand changed it in the directory since"
	case ObjectGone:
		return "it is not there any more"
	case NameIsTaken:
		return "another account has the user name that it had before"
	case WasErased:
		return "what was done is not known any more, as it was erased"
	}
	return w.Code
}
