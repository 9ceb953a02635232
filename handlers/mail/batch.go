package mail

import (
	"context"
	"errors"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/stafett/stafett/models"
)

// batchLimit bounds a whole batch. Whoever sends it takes its mails for a minute
// at least (registry.MailPause), and must be done before another may take them.
const batchLimit = 45 * time.Second

// SendAll hands the messages over to the mail server on one connection, each
// once, and returns an error for each in their order: nil, or as of Send, but
// Invalid also when the server refuses the reader or the text for good, so that
// trying again is of no use. When the connection fails, so does all that is left.
func (s *Sender) SendAll(ctx context.Context, ms []Message) []error {
	errs := make([]error, len(ms))
	ctx, cancel := context.WithTimeout(ctx, batchLimit)
	defer cancel()
	done := 0
	failed := s.connected(ctx, func(send func(*gomail.Msg) error) error {
		for i, m := range ms {
			msg, err := s.compose(m)
			if err != nil {
				errs[i] = &models.Error{Kind: models.Invalid, Code: models.CodeInvalid, Err: err}
			} else if err := send(msg); err != nil {
				if !refused(err) {
					return err
				}
				errs[i] = &models.Error{Kind: lasting(err), Code: models.CodeUnavailable, Err: cause(ctx, err)}
			}
			done++
		}
		return nil
	})
	if failed != nil {
		for i := done; i < len(errs); i++ {
			errs[i] = &models.Error{Kind: models.Unavailable, Code: models.CodeUnavailable, Err: cause(ctx, failed)}
		}
	}
	return errs
}

// refused reports whether the server has said no to this one message, and goes on.
func refused(err error) bool {
	e, ok := errors.AsType[*gomail.SendError](err)
	return ok && e.ErrorCode() >= 400 && e.ErrorCode() != 421 && e.Reason != gomail.ErrSMTPMailFrom
}

// lasting is Invalid for a refusal that will be the same next time (RFC 5321
// section 4.2.1).
func lasting(err error) models.Kind {
	if e, ok := errors.AsType[*gomail.SendError](err); ok && e.ErrorCode() >= 500 {
		return models.Invalid
	}
	return models.Unavailable
}
