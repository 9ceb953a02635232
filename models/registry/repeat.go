package registry

// Repeat says what became of a question that a supplier has put before: nothing
// when it is new.
type Repeat string

// The repeats, as the header Stafett-Repeat says them.
const (
	RepeatSame      Repeat = "same"      // the stored one asks for the same, and stands as it was
	RepeatDifferent Repeat = "different" // the stored one asks for something else, and stands as it was
	RepeatRejected  Repeat = "rejected"  // the stored one has been rejected
)
